"""How devices of each maker speak: functions from a `Truth` to a `LabDevice` with its services.

The words come from facts/protocols.md, facts/firmware.md and the corpus; where no recording of a maker
exists the function says that its device is constructed.
"""
