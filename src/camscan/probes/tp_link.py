"""TP-Link Tapo, VIGI and newer Kasa devices: type, model, firmware (facts §5.16).

Rules: the private half of the key in the second probe was never kept, so nothing encrypted to it can be
read; plugs and bulbs answer as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from camscan.model.exchange import Ask, Group, Probe, Reply, Target, Transport
from camscan.model.observation import Observation
from camscan.probes.datagram import boolean_text, group_ask, observation, unicast_ask
from camscan.wire import tplink

NAME = "tp-link"

_SERIAL = 0x63616D73  # only echoed
_KEY = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwuz58sCAuORUbc2THviO
xgxfsTWYa12TqcBTdpk7z6hd6v9eKon/ZTD3Q+uxJgwcklZBgmMsPuO978dl6SFk
reEonb8u5mYUwlpJTzMKgxq/2yjxNIXl0P/SJOPpL8Jdlsq9ayPFffxzow2g9Vxm
QyUP2oNIO0UG3wLpdTF+8ZW26NOGlldvWPoER40QPm54ie0dsCNq5UWPYqKiaY9u
akx4NJMqwUFSljbUygp0f8S8Q6u0QXgmcS/lw1b4smGjeYMpmFS0vFZy3ehllAKI
vhM2ddR8sItiOjNxytBS/YoX8mYehgQBBLrKvl1L/U+ChYXANnRlke+/j8rhyvVE
PQIDAQAB
-----END PUBLIC KEY-----
"""


def _payloads() -> tuple[tuple[str, bytes], ...]:
    return ("empty", tplink.encode_probe()), ("key", tplink.encode_key_probe(_KEY, _SERIAL))


def asks(target: Target) -> Iterator[Ask]:
    """Both probes to both ports of one address."""
    for port in tplink.PORTS:
        for step, payload in _payloads():
            yield unicast_ask(NAME, target.ip, port, payload, step=step)


def group_asks() -> Iterator[Ask]:
    """Both probes to everyone."""
    for step, payload in _payloads():
        yield group_ask(NAME, payload, step=step)


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """What an answer states."""
    if not tplink.is_reply(reply.payload):
        return
    device = tplink.decode_reply(reply.payload)
    yield observation(
        reply,
        NAME,
        {
            "tplink.device_type": device.device_type,
            "tplink.model": device.model,
            "tplink.hardware": device.hardware,
            "tplink.firmware": device.firmware,
            "tplink.factory_default": boolean_text(device.factory_default),
            "mac.claimed": device.mac,
            "net.claimed_address": device.addresses,
        },
    )


PROBE = Probe(
    name=NAME,
    about="TP-Link discovery: device type, model, firmware, MAC",
    transport=Transport.GROUP,
    ports=tplink.PORTS,
    fields=(
        "tplink.device_type",
        "tplink.model",
        "tplink.hardware",
        "tplink.firmware",
        "tplink.factory_default",
        "mac.claimed",
        "net.claimed_address",
    ),
    read=read,
    asks=asks,
    group_asks=group_asks,
    groups=(
        Group("broadcast", tplink.PORTS[0]),
        Group("broadcast", tplink.PORTS[1]),
    ),
    repeats=2,
    packets=8,
    stage=0,
)
