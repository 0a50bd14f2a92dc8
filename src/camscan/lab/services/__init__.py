"""What a lab device can run: one protocol a file, each answering from its own literal templates.

No encoder is shared with `camscan.wire`: a mistake made twice in one place would hide itself.
"""
