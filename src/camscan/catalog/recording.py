"""Turns what a device said into examples for its rules, with what belongs to one unit taken out.

Rules of this file:
- Addresses, the tail of hardware addresses, serial numbers and UUIDs become the same stand-in wherever they
  stand, so that the words keep their shape; places and whatever looks like a credential are left out.
- Letters of a serial and the date inside it stay: they are what a grammar reads. Its last digits do not.
- A rule that no longer fires on the redacted words is shown as a comment: a wrong example helps nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from camscan.catalog.drafting import BLANK, text
from camscan.model.address import parse_ip, parse_mac
from camscan.model.fingerprint import Field, Match
from camscan.model.observation import Observation

_LEFT_OUT = frozenset(
    {"onvif.location", "net.claimed_address", "net.open_port", "net.hostname", "onvif.clock"}
)
_CREDENTIAL = re.compile(
    r"(?i)passw|pwd|secret|token|nonce|credential|authori[sz]ation|api.?key|session.?id|cookie:"
)
_MAC = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2}([:-]))(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![0-9A-Za-z])"
)
_BARE_MAC = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{12}(?![0-9A-Za-z])")
_IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_IPV6 = re.compile(r"(?<![0-9A-Za-z:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![0-9A-Za-z:])")
_UUID = re.compile(r"([0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-)[0-9A-Fa-f]{12}")
_SERIAL_TAIL = 9
"""Characters at a serial's end whose digits count units."""


def redact(
    observations: Sequence[Observation], fields: Mapping[str, Field]
) -> list[tuple[Observation, Observation]]:
    """Each observation of one device with its redacted form; those that redaction empties are dropped."""
    swaps = _swaps(observations, fields)
    out = []
    for each in observations:
        kept = {
            name: values
            for name, words in each.fields.items()
            if name not in _LEFT_OUT
            and (values := tuple(_clean(word, swaps) for word in words if not _CREDENTIAL.search(word)))
        }
        if kept:
            out.append((each, replace(each, ip="192.0.2.1", fields=kept, interface="", zone="")))
    return out


def example_toml(
    observation: Observation, matches: Iterable[Match], original: Iterable[Match], source: str
) -> str:
    """TOML for the rules that fire on the redacted words, and comments for those that did before only.

    Words no rule reads become the blanks of a rule still to be written.
    """
    parts = []
    still = {match.fingerprint.id: match for match in matches}
    for match in still.values():
        names = dict.fromkeys(name for name, _ in match.words if not name.startswith("any."))
        given = "\n".join(
            _given(name, observation.fields[name]) for name in names if name in observation.fields
        )
        expect = ", ".join(f"{name} = {text(value)}" for name, value in match.claims.items())
        parts.append(
            f"# {match.fingerprint.id}\n    [[fingerprint.example]]\n{given}\n"
            f"    expect = {{ {expect} }}\n    source = {text(source)}\n"
        )
    for match in original:
        if match.fingerprint.id not in still:
            parts.append(
                f"# {match.fingerprint.id} fires on the device's own words, not on the redacted ones.\n"
            )
    if not parts:
        given = "\n".join(_given(name, values) for name, values in observation.fields.items())
        parts.append(
            f"# No rule reads this answer ({observation.source}). When one does, its example is:\n"
            f"    [[fingerprint.example]]\n{given}\n"
            f'    expect = {{ brand = "{BLANK}" }}\n    source = {text(source)}\n'
        )
    return "\n".join(parts)


def _given(name: str, values: Sequence[str]) -> str:
    words = text(values[0]) if len(values) == 1 else f"[{', '.join(map(text, values))}]"
    return f'    given."{name}" = {words}'


def _swaps(observations: Sequence[Observation], fields: Mapping[str, Field]) -> dict[str, str]:
    """Serial number → stand-in, longest first, so that a short form inside a long one is found as well."""
    serials = {
        value
        for each in observations
        for name, values in each.fields.items()
        for value in values
        if name in fields and fields[name].group == "serial" and len(value) >= 5
    }
    return {serial: _redact_serial(serial) for serial in sorted(serials, key=len, reverse=True)}


def _redact_serial(serial: str) -> str:
    if parse_mac(serial) is not None:
        return _redact_mac(serial)
    keep = max(len(serial) - _SERIAL_TAIL, len(serial) // 3)
    return serial[:keep] + re.sub(r"\d", "0", serial[keep:])


def _redact_mac(mac: str) -> str:
    """The registrant's half as it is, the unit's half zeros."""
    digits = 0
    out = ""
    for char in mac:
        is_digit = char in "0123456789abcdefABCDEF"
        out += "0" if is_digit and digits >= 6 else char
        digits += is_digit
    return out


def _clean(word: str, swaps: Mapping[str, str]) -> str:
    for serial, stand_in in swaps.items():
        word = word.replace(serial, stand_in)
    word = _UUID.sub(lambda found: found[1] + "0" * 12, word)
    for pattern in (_MAC, _BARE_MAC):
        word = pattern.sub(lambda found: _redact_mac(found[0]) if parse_mac(found[0]) else found[0], word)
    word = _IPV4.sub(lambda found: "192.0.2.1" if _is_host(found[0]) else found[0], word)
    return _IPV6.sub(lambda found: "2001:db8::1" if parse_ip(found[0]) else found[0], word)


def _is_host(address: str) -> bool:
    """Whether this is an address of a place; firmware versions and wildcard addresses are not."""
    first = address.split(".")[0]
    return parse_ip(address) is not None and first not in ("0", "127", "239", "255") and int(first) >= 10
