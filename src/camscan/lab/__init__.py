"""A simulated camera network: what the demo, the tests and the benchmarks talk to.

Rule of the room: the lab answers from its own literal templates and imports only `camscan.model` and
`camscan.errors`, so that it cannot share a mistake with the decoders it tests.
"""
