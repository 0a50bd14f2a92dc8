"""Hardware and network addresses as canonical text.

A MAC is `aa:bb:cc:dd:ee:ff` (lower case, colons); an IP address is what `ipaddress` prints, a
link-local IPv6 address keeps its zone (`fe80::1%eth0`).
"""

from __future__ import annotations

import ipaddress
import re

_HEX12 = re.compile(r"[0-9a-f]{12}")
_SEPARATORS = str.maketrans("", "", ":-. ")


def parse_mac(text: str) -> str | None:
    """Canonical MAC from colon, dash, dot or bare hex text; None for anything else.

    All-zero, all-one and multicast addresses name no device and are None as well.
    """
    digits = text.strip().translate(_SEPARATORS).lower()
    if not _HEX12.fullmatch(digits) or digits in ("0" * 12, "f" * 12):
        return None
    if int(digits[:2], 16) & 0x01:
        return None
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


def mac_from_bytes(raw: bytes) -> str | None:
    """Canonical MAC from six bytes; None when the length is wrong or it names no device."""
    return parse_mac(raw.hex()) if len(raw) == 6 else None


def is_locally_administered(mac: str) -> bool:
    """True when bit 0x02 of the first byte is set: invented or randomised, no IEEE registrant."""
    return bool(int(mac[:2], 16) & 0x02)


def parse_ip(text: str) -> str | None:
    """Canonical IP text, zone kept; None when `text` is no address."""
    try:
        return str(ipaddress.ip_address(text.strip().strip("[]")))
    except ValueError:
        return None


def mac_from_eui64(ip: str) -> str | None:
    """The MAC inside an EUI-64 link-local or SLAAC IPv6 address (RFC 4291 appendix A), or None."""
    try:
        address = ipaddress.ip_address(ip.split("%")[0])
    except ValueError:
        return None
    raw = address.packed
    if len(raw) != 16 or raw[11:13] != b"\xff\xfe":
        return None
    return mac_from_bytes(bytes([raw[8] ^ 0x02]) + raw[9:11] + raw[13:16])
