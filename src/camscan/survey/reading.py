"""A reply read by the probe that asked: its observations are noted, what it wants to ask further comes back.

A fault of ours in reading one reply becomes that probe's outcome `bug` and nothing else.
"""

from __future__ import annotations

from camscan.errors import MalformedReply
from camscan.model.exchange import Ask, Outcome, Probe, Reply
from camscan.survey.desk import Desk


def read(desk: Desk, probe: Probe, reply: Reply) -> list[Ask]:
    """Note what the reply says and how it was understood; the further Asks of the probe."""
    asks: list[Ask] = []
    ip = reply.source_ip
    understood = False
    try:
        for result in probe.read(reply):
            if isinstance(result, Ask):
                asks.append(result)
            else:
                understood = True
                desk.note(result)
    except MalformedReply as fault:
        desk.ledger.record(probe.name, ip, Outcome.MALFORMED, str(fault))
        return asks
    except Exception as fault:  # noqa: BLE001 - our bug must not cost the other devices
        desk.ledger.record(probe.name, ip, Outcome.BUG, f"{type(fault).__name__}: {fault}")
        desk.warn(f"a bug of camscan in probe {probe.name}: {type(fault).__name__}: {fault}")
        return asks
    if understood:
        desk.ledger.record(probe.name, ip, Outcome.ANSWERED)
    return asks
