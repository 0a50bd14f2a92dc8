"""Inventory → the same inventory with keyed pseudonyms, for researchers who must not know where it is from.

Rules: one key gives one pseudonym per value, everywhere and in every file, so files can be joined; without
the key nothing leads back. Kept: the maker's half of a MAC, makers, brands, models, firmware, dates, counts.
Pseudonyms: addresses, MAC tails, serials, host names, ids, sites, organisations, digests. Dropped: free text
(page bodies, headers, notes, street addresses), because nobody can say what is in it.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from msgspec import structs

from camscan.errors import UsageError
from camscan.model.address import parse_mac
from camscan.model.device import Claim, Device, Evidence, MacAddress
from camscan.model.finding import Finding
from camscan.model.inventory import Coverage, Inventory, Scan, Site
from camscan.model.observation import Observation

MIN_KEY_BYTES = 16

KEPT_FIELDS = frozenset(
    {
        "http.status", "http.server", "http.favicon_mmh3", "http.favicon_md5", "tls.version", "tls.key_bits",
        "rtsp.status", "rtsp.server", "rtsp.public", "onvif.types", "onvif.hardware", "onvif.manufacturer",
        "onvif.profile", "onvif.type", "onvif.device_manufacturer", "onvif.device_model",
        "onvif.device_firmware", "sadp.device_type", "sadp.device_description", "sadp.software_version",
        "sadp.dsp_version", "sadp.activated", "sadp.oem_info", "sadp.oem_code", "sadp.analog_channels",
        "sadp.digital_channels", "dhip.device_class", "dhip.device_type", "dhip.detail_type", "dhip.version",
        "dhip.vendor", "dhip.manufacturer", "dvrip.type", "dvrip.version", "xm.version", "xm.channels",
        "xm.device_type", "tvt.product", "tvt.manufacturer", "tvt.device_class", "tvt.firmware",
        "bosch.device_type", "hanwha.model", "vivotek.model", "axis.brand", "axis.product", "axis.model",
        "axis.firmware", "axis.hardware", "upnp.device_type", "upnp.manufacturer", "upnp.model_name",
        "upnp.model_number", "ssdp.server", "ssdp.st", "mdns.service", "snmp.sys_object_id", "net.open_port",
    }
)  # fmt: skip
"""Observation fields whose values are a maker's words; they stay, with known identifiers replaced."""

MAC_FIELDS = frozenset({"mac.observed", "mac.claimed"})
PLAIN_CLAIMS = frozenset(
    {
        "kind",
        "brand",
        "manufacturer",
        "model",
        "firmware",
        "firmware_date",
        "manufactured",
        "channels",
        "relation",
    }
)
_HIDDEN = "[withheld]"
_MAC = re.compile(
    r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}([:-]))(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![0-9A-Fa-f])"
)
_LEAST_IDENTIFIER = 5


@dataclass(slots=True)
class Pseudonyms:
    """The pseudonyms of one key. Raises UsageError for a key of fewer than 16 bytes."""

    key: bytes = field(repr=False)
    known: dict[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if len(self.key) < MIN_KEY_BYTES:
            raise UsageError(
                f"a pseudonym key needs {MIN_KEY_BYTES} bytes or more: head -c 32 /dev/urandom > KEYFILE"
            )

    def mac(self, mac: str) -> str:
        """The maker's first three bytes and a tail that no two MACs of that maker share."""
        canonical = parse_mac(mac)
        if canonical is None:
            return self.name("mac", mac)
        digits = canonical.replace(":", "")
        tail = self._permute24(digits[:6], int(digits[6:], 16))
        made = f"{digits[:6]}{tail:06x}"
        return ":".join(made[i : i + 2] for i in range(0, 12, 2))

    def ip(self, text: str) -> str:
        """Private IPv4 stays in its private block, networks stay networks (two addresses share as long a
        prefix as before); every other address becomes one in fd00::/8, which nobody can take for real."""
        address, _, zone = text.partition("%")
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return self.name("host", text)
        if isinstance(parsed, ipaddress.IPv4Address):
            for block in _PRIVATE:
                if parsed in block:
                    return str(ipaddress.IPv4Address(self._in_block(int(parsed), block.prefixlen)))
            network, host = str(parsed).rsplit(".", 1)
        elif parsed.is_link_local:
            return f"fe80::{self._digest('v6', address)[:4].hex()}" + (
                f"%{self.name('if', zone)}" if zone else ""
            )
        else:
            whole = parsed.exploded.replace(":", "")
            network, host = whole[:16], whole[16:]
        made = b"\xfd" + self._digest("network", network)[:7] + self._digest("address", network, host)[:8]
        return str(ipaddress.IPv6Address(made))

    def name(self, kind: str, text: str) -> str:
        """`serial-4k2f…`: the kind and 60 bits; "" stays ""."""
        if not text:
            return ""
        return f"{kind}-{int.from_bytes(self._digest(kind, text)[:8]) >> 4:015x}"

    def digest(self, text: str) -> str:
        """Sixteen hexadecimal digits in place of a reply's digest."""
        return self._digest("digest", text)[:8].hex()

    def learn(self, kind: str, text: str) -> str:
        """The pseudonym, remembered so that `scrub` finds the text inside others."""
        made = self.mac(text) if kind == "mac" else self.ip(text) if kind == "ip" else self.name(kind, text)
        if len(text) >= _LEAST_IDENTIFIER:
            self.known[text.casefold()] = made
        return made

    def scrub(self, text: str, own: Iterable[str] = ()) -> str:
        """`text` with every MAC and every identifier learned replaced; `own` are those of the device that
        is spoken of, found even inside words. A version such as 5.4.0.12 is an address only when learned.
        """
        if text.casefold() in self.known:
            return self.known[text.casefold()]
        for identifier in own:
            text = re.sub(re.escape(identifier), self.known[identifier.casefold()], text, flags=re.IGNORECASE)
        text = _MAC.sub(lambda found: self.mac(found.group()), text)
        for token in set(_TOKENS.findall(text)):
            made = self.known.get(token.casefold())
            if made:
                text = text.replace(token, made)
        return text

    def _digest(self, *parts: str) -> bytes:
        message = "\0".join(parts).encode("utf-8", "replace")
        return hmac.new(self.key, message, hashlib.sha256).digest()

    def _permute24(self, prefix: str, tail: int) -> int:
        """A keyed permutation of 24 bits (four Feistel rounds), so that tails never collide."""
        left, right = tail >> 12, tail & 0xFFF
        for turn in range(4):
            mixed = int.from_bytes(self._digest("mac", prefix, str(turn), str(right))[:2]) & 0xFFF
            left, right = right, left ^ mixed
        return left << 12 | right

    def _in_block(self, address: int, kept_bits: int) -> int:
        """Each bit after the block's is flipped or not by the bits before it: a one-to-one map that keeps
        common prefixes (the construction of Crypto-PAn, with HMAC-SHA-256)."""
        made = address
        for bit in range(kept_bits, 32):
            before = address >> (32 - bit)
            if self._digest("v4", str(bit), str(before))[0] & 1:
                made ^= 1 << (31 - bit)
        return made


_PRIVATE = tuple(
    ipaddress.IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8")
)
_TOKENS = re.compile(r"[^\s;,()\"'<>=]{5,}")


def pseudonymise(inventory: Inventory, key: bytes) -> Inventory:
    """The inventory under this key's pseudonyms. Raises UsageError for a short key."""
    names = Pseudonyms(key)
    _learn(inventory, names)
    own = {device.device_id: _own(device, names) for device in inventory.devices}
    return Inventory(
        scan=_scan(inventory.scan, names),
        devices=tuple(_device(device, names, own[device.device_id]) for device in inventory.devices),
        findings=tuple(_finding(each, names, own.get(each.device_id, ())) for each in inventory.findings),
        observations=tuple(_observation(each, names) for each in inventory.observations),
        sites=tuple(_site(site, names) for site in inventory.sites),
        scans=tuple(_scan(scan, names) for scan in inventory.scans),
    )


def _learn(inventory: Inventory, names: Pseudonyms) -> None:
    for scan in (inventory.scan, *inventory.scans):
        _learn_site(scan.site, names)
    for site in inventory.sites:
        _learn_site(site, names)
    for device in inventory.devices:
        names.learn("device", device.device_id)
        names.learn("host", device.hostname)
        for address in device.addresses:
            names.learn("ip", address)
        for seen in device.macs:
            names.learn("mac", seen.mac)
        for name in ("serial", "location"):
            names.learn(name, device.value(name))
        for key in device.identity_keys:
            kind, _, text = key.partition(":")
            names.learn("mac" if kind.startswith("mac") else kind, text)


def _own(device: Device, names: Pseudonyms) -> tuple[str, ...]:
    """The device's identifiers that were learned, the longest first."""
    texts = {device.device_id, device.hostname, device.value("serial"), *device.addresses}
    known = (text for text in texts if text.casefold() in names.known)
    return tuple(sorted(known, key=len, reverse=True))


def _learn_site(site: Site, names: Pseudonyms) -> None:
    for kind, text in (
        ("site", site.id),
        ("site", site.name),
        ("org", site.organisation),
        ("dept", site.department),
    ):
        names.learn(kind, text)


def _site(site: Site, names: Pseudonyms) -> Site:
    return replace(
        site,
        id=names.name("site", site.id),
        name="",
        organisation=names.name("org", site.organisation),
        department=names.name("dept", site.department),
        address="",
        address_withheld=bool(site.address) or site.address_withheld,
        networks=(),
    )


def _scan(scan: Scan, names: Pseudonyms) -> Scan:
    coverage: Coverage = scan.coverage
    return replace(
        scan,
        scan_id=names.name("scan", scan.scan_id),
        site=_site(scan.site, names),
        scope_text=_HIDDEN if scan.scope_text else "",
        coverage=replace(
            coverage,
            probes=tuple(replace(probe, reasons=()) for probe in coverage.probes),
            warnings=tuple(_HIDDEN for _ in coverage.warnings),
        ),
    )


def _device(device: Device, names: Pseudonyms, own: Sequence[str]) -> Device:
    return replace(
        device,
        device_id=names.name("device", device.device_id),
        addresses=tuple(names.ip(address) for address in device.addresses),
        site=names.name("site", device.site),
        zone=names.name("zone", device.zone),
        macs=tuple(MacAddress(names.mac(seen.mac), seen.observed, seen.source) for seen in device.macs),
        hostname=names.name("host", device.hostname),
        claims={name: _claim(name, claim, names, own) for name, claim in device.claims.items()},
        notes=(),
        identity_keys=tuple(_identity(key, names) for key in device.identity_keys),
    )


def _identity(key: str, names: Pseudonyms) -> str:
    kind, _, text = key.partition(":")
    return f"{kind}:{names.mac(text) if kind.startswith('mac') else names.name(kind, text)}"


def _claim(name: str, claim: Claim, names: Pseudonyms, own: Sequence[str]) -> Claim:
    value = names.scrub(claim.value, own) if name in PLAIN_CLAIMS else names.name(name, claim.value)
    evidence, against = _said(claim.evidence, names, own), _said(claim.against, names, own)
    return Claim(value, claim.confidence, evidence, against)


def _said(evidence: Iterable[Evidence], names: Pseudonyms, own: Sequence[str]) -> tuple[Evidence, ...]:
    return tuple(
        structs.replace(
            each,
            value=_value(each.field, each.value, names, own),
            says=names.scrub(each.says, own),
            digest=names.digest(each.digest),
        )
        for each in evidence
    )


def _value(name: str, text: str, names: Pseudonyms, own: Sequence[str] = ()) -> str:
    if name in MAC_FIELDS:
        mac, space, rest = text.partition(" ")  # "44:19:b6:… (registrant)"
        return names.mac(mac) + space + rest
    return names.scrub(text, own) if name in KEPT_FIELDS else names.known.get(text.casefold(), _HIDDEN)


def _finding(finding: Finding, names: Pseudonyms, own: Sequence[str]) -> Finding:
    return replace(
        finding,
        device_id=names.name("device", finding.device_id),
        wording=names.scrub(finding.wording, own),
        basis=names.scrub(finding.basis, own),
    )


def _observation(observation: Observation, names: Pseudonyms) -> Observation:
    fields: Mapping[str, tuple[str, ...]] = {
        name: tuple(_value(name, text, names) for text in texts)
        for name, texts in observation.fields.items()
        if name in KEPT_FIELDS or name in MAC_FIELDS
    }
    return replace(
        observation,
        ip=names.ip(observation.ip),
        fields=fields,
        digest=names.digest(observation.digest),
        zone=names.name("zone", observation.zone),
        interface=names.name("if", observation.interface),
        provenance=_HIDDEN if observation.provenance else "",
    )
