"""The template frames, built by scapy once for each link; the sweeps rewrite the changing words only."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from camscan.model.address import parse_mac

BROADCAST = b"\xff" * 6
MSS = 1460


def syn_template(source_mac: bytes, source_ip: str, source_port: int) -> bytes:
    """Ethernet, IPv4 and a TCP SYN with an MSS option to 0.0.0.0:0; 58 bytes, checksums of that address."""
    with _no_routes():
        from scapy.layers.inet import IP, TCP
        from scapy.layers.l2 import Ether

    frame = (
        Ether(src=mac_text(source_mac), dst="00:00:00:00:00:00")
        / IP(src=source_ip, dst="0.0.0.0", id=0, flags="DF", ttl=64)  # noqa: S104 - rewritten for each target
        / TCP(sport=source_port, dport=0, seq=0, flags="S", window=64240, options=[("MSS", MSS)])
    )
    return bytes(frame)


def arp_template(source_mac: bytes, source_ip: str) -> bytes:
    """A broadcast ARP request for 0.0.0.0; 42 bytes (RFC 826)."""
    with _no_routes():
        from scapy.layers.l2 import ARP, Ether

    mac = mac_text(source_mac)
    frame = Ether(src=mac, dst=mac_text(BROADCAST)) / ARP(
        op="who-has",
        hwsrc=mac,
        psrc=source_ip,
        hwdst="00:00:00:00:00:00",
        pdst="0.0.0.0",  # noqa: S104 - rewritten for each target
    )
    return bytes(frame)


def echo6_frame(source_mac: bytes, source_ip: str, identifier: int) -> bytes:
    """An ICMPv6 echo request to all nodes of the link, hop limit 1 (RFC 4443, RFC 4291 section 2.7.1)."""
    with _no_routes():
        from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
        from scapy.layers.l2 import Ether

    return bytes(
        Ether(src=mac_text(source_mac), dst="33:33:00:00:00:01")
        / IPv6(src=source_ip, dst="ff02::1", hlim=1)
        / ICMPv6EchoRequest(id=identifier, seq=1)
    )


@contextlib.contextmanager
def _no_routes() -> Iterator[None]:
    """Keep scapy from reading the routes while it loads: a quarter of its start, and we read our own."""
    from scapy.config import conf

    before = getattr(conf, "route_autoload", True), getattr(conf, "route6_autoload", True)
    conf.route_autoload = conf.route6_autoload = False
    try:
        yield
    finally:
        conf.route_autoload, conf.route6_autoload = before


def mac_text(mac: bytes) -> str:
    """Six bytes as "aa:bb:cc:dd:ee:ff"."""
    return mac.hex(":")


def mac_bytes(text: str) -> bytes:
    """A hardware address in any usual spelling as six bytes; raises ValueError."""
    canonical = parse_mac(text)
    if canonical is None:
        raise ValueError(f"{text!r} is no hardware address")
    return bytes.fromhex(canonical.replace(":", "").replace("-", ""))
