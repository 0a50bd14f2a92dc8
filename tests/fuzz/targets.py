"""What is fuzzed: all of `wire`, every probe, every importer, identification, the reader of inventories.

A target takes bytes and returns; whatever it raises is a finding. The list is made from the code itself:
a new decoder or probe is fuzzed without anybody adding it here.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import ModuleType

import importers

import camscan.probes
import camscan.wire
from camscan.errors import FileFormatError, MalformedReply
from camscan.model.exchange import Ask, Probe, Reply, Target, Transport
from camscan.model.observation import MAX_VALUE_CHARACTERS, MAX_VALUES_PER_FIELD, Observation, observe
from camscan.wire import frame, tunnel

Run = Callable[[bytes], None]

RECORDINGS = Path(__file__).parents[1] / "recordings"
AT = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
DEVICE = "192.0.2.7"
PRINTER_PORTS = range(9100, 9108)
ENDINGS = ("complete", "closed", "timeout", "limit")
NOT_READERS = ("encode_",)
NOT_WIRE_BYTES = {"camscan.wire.netbox", "camscan.wire.reader"}
"""netbox formats what identification found; reader is what every other target reads with."""


def all_targets() -> dict[str, Run]:
    """Name → target, in the order they are run."""
    found = {f"wire.{module.__name__.rpartition('.')[2]}": run for module, run in _wire_targets()}
    found["wire.tunnel"] = wrapped
    found |= {f"probe.{probe.name}": _probe_target(probe) for probe in camscan.probes.load_probes()}
    found |= importers.targets()
    found["identify"] = identify
    found["load"] = load
    return found


def _wire_targets() -> Iterator[tuple[ModuleType, Run]]:
    for info in pkgutil.iter_modules(camscan.wire.__path__, "camscan.wire."):
        module = importlib.import_module(info.name)
        readers = _readers(module)
        if readers and info.name not in NOT_WIRE_BYTES:
            yield module, _all_of(readers)


WRAPPINGS = (
    *((frame.UDP, port, frame.IPV4) for port in (*tunnel.VXLAN_PORTS, tunnel.GENEVE_PORT, tunnel.TZSP_PORT)),
    *((each, 0, frame.IPV4) for each in (tunnel.GRE, tunnel.IPV4_INSIDE, tunnel.IPV6_INSIDE, tunnel.ETHERIP)),
    *((0, 0, each) for each in (tunnel.MPLS, tunnel.MPLS_MULTICAST, tunnel.PPPOE_SESSION)),
)
"""What wraps: protocol, UDP port, Ethernet type."""


def wrapped(data: bytes) -> None:
    """What mirrors and tunnels wrap, unwrapped to the end; the first byte chooses the outermost wrapping."""
    protocol, port, ethertype = WRAPPINGS[data[0] % len(WRAPPINGS)] if data else WRAPPINGS[0]
    packet: frame.Packet | None = frame.Packet(
        ethertype, b"", DEVICE, DEVICE, protocol, target_port=port, payload=data[1:]
    )
    for _ in range(tunnel.MAX_WRAPPINGS):
        try:
            inner = tunnel.unwrap(packet) if packet is not None and packet.fragment is None else None
        except MalformedReply:
            return
        packet = inner.packet if inner is not None else None


def _readers(module: ModuleType) -> list[tuple[Callable[..., object], bool]]:
    """(function, takes text) for each public function that can be called with nothing but bytes or text."""
    found = []
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if name.startswith(("_", *NOT_READERS)) or function.__module__ != module.__name__:
            continue
        first, *others = inspect.signature(function).parameters.values() or [None]
        if first is None or first.annotation not in ("bytes", "str"):
            continue
        if all(each.default is not inspect.Parameter.empty for each in others):
            found.append((function, first.annotation == "str"))
    return found


def _all_of(readers: list[tuple[Callable[..., object], bool]]) -> Run:
    def run(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        for function, takes_text in readers:
            try:
                function(text if takes_text else data)
            except MalformedReply:
                continue

    return run


@cache
def steps_of(probe: Probe) -> tuple[str, ...]:
    """Every dialogue step its source names; the first byte of an input chooses one."""
    source = inspect.getsource(importlib.import_module(probe.read.__module__))
    named = set(re.findall(r"step=\"([\w.-]+)\"", source)) | set(re.findall(r"step == \"([\w.-]+)\"", source))
    asked = {ask.step for ask in (probe.asks(Target(DEVICE)) if probe.asks else ())}
    return ("", *sorted(named | asked - {""}))


def reply_to(probe: Probe, data: bytes) -> Reply:
    """A reply whose first two bytes choose step, ending, port and transport; the rest is the payload."""
    choice, other = (*data[:2], 0, 0)[:2]
    steps = steps_of(probe)
    port = probe.ports[choice % len(probe.ports)] if probe.ports else 80
    opening = [a for a in (probe.asks(Target(DEVICE)) if probe.asks else ()) if a.transport != Transport.UDP]
    payload = opening[other % len(opening)].payload if opening else b""
    stream = Transport.TLS if other & 0x40 else Transport.TCP
    transport = Transport.UDP if probe.transport in (Transport.UDP, Transport.GROUP) else stream
    ask = Ask(probe.name, DEVICE, port, transport, payload, step=steps[choice % len(steps)])
    return Reply(
        ask, DEVICE, port, data[2:], AT, ended=ENDINGS[other % len(ENDINGS)],
        certificate=data[2:] if other & 0x80 else None, tls_version="TLSv1.2" if other & 0x80 else "",
    )  # fmt: skip


def _probe_target(probe: Probe) -> Run:
    def run(data: bytes) -> None:
        read_all(probe, reply_to(probe, data))

    return run


def read_all(probe: Probe, reply: Reply) -> list[Observation]:
    """What the probe reads, held to its contract; raises AssertionError for a broken one."""
    found = []
    try:
        for number, result in enumerate(probe.read(reply)):
            assert number < 64, "a reply that never ends"
            if isinstance(result, Ask):
                assert DEVICE == result.ip, f"a reply sends camscan to {result.ip}"
                assert result.port not in PRINTER_PORTS, f"a reply sends camscan to port {result.port}"
                assert len(result.payload) < 16384, "a question as long as the answer"
                continue
            assert (DEVICE, probe.name) == (result.ip, result.source)
            unknown = set(result.fields) - set(probe.fields)
            assert not unknown, f"fields never declared: {unknown}"
            for values in result.fields.values():
                assert len(values) <= MAX_VALUES_PER_FIELD
                assert all(0 < len(each) <= MAX_VALUE_CHARACTERS for each in values)
            found.append(result)
    except MalformedReply:
        pass
    return found


@cache
def _identifier() -> object:
    from camscan.catalog import load as load_catalog
    from camscan.match.resolve import Identifier

    catalog = load_catalog()
    return Identifier(catalog), sorted(catalog.fields)


def identify(data: bytes) -> None:
    """Observations of any words in any field, split at NULs: `field number, value` pairs."""
    identifier, names = _identifier()  # type: ignore[misc]
    fields: dict[str, list[str]] = {}
    for part in data.split(b"\0")[:24]:
        if len(part) > 2:
            name = names[int.from_bytes(part[:2]) % len(names)]
            fields.setdefault(name, []).append(part[2:].decode("utf-8", "replace"))
    sources = ("http", "sadp", "ws-discovery", "tls", "mdns")
    seen = [
        observe(DEVICE, sources[number % 5], {name: values}, at=AT, payload=data)
        for number, (name, values) in enumerate(fields.items())
    ]
    devices = identifier.identify(seen)
    assert len(devices) <= 1, "one address became several devices"
    for device in devices:
        assert (DEVICE,) == device.addresses
        assert all(0.0 <= claim.confidence <= 1.0 for claim in device.claims.values())


def load(data: bytes) -> None:
    """An inventory file of any lines; what loads must also be written, in every text format."""
    from camscan.report.load import read

    try:
        inventory = read(data.splitlines(keepends=True))
    except FileFormatError:
        return
    importers.written_again(inventory)


def seeds_of(name: str) -> list[bytes]:
    """Recorded replies to start from: every true reply of the probe, or of all that use the decoder."""
    room, _, what = name.partition(".")
    if room == "import":
        return importers.seeds_of(name)
    if name == "load":
        return [(RECORDINGS.parent / "fuzz" / "inventory.jsonl").read_bytes()]
    if name == "identify":
        return [b"\0\1IP Camera\0\1\0DS-2CD2T47G1-L", b"\0\x50ONVIF\0\0\x60Axis"]
    payloads = [] if room == "wire" else [b""]
    for path in sorted(RECORDINGS.glob("*/*/*.json")):
        record = json.loads(path.read_text("utf-8"))
        if not isinstance(record, dict) or not {"payload_base64", "payload_text"} & set(record):
            continue
        if room == "probe" and record.get("probe") != what:
            continue
        text = record.get("payload_text")
        payload = str(text).encode() if text is not None else b64decode(str(record["payload_base64"]))
        if room == "probe":
            payloads += [bytes([step, 0]) + payload for step in range(4)]
        else:
            payloads += [payload, payload.partition(b"\r\n\r\n")[2]]
    return [each for each in dict.fromkeys(payloads) if len(each) < 8192]
