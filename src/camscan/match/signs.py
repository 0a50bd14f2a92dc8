"""Signs that need no maker: what speaks as cameras do, and what an operator should know at once.

Nothing here names a maker or a model. A device with such signs and no fingerprint is listed as
`camera-like-unknown` with its raw words, never dropped and never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from camscan.match import weights
from camscan.match.announced import evidence
from camscan.model.device import Claim, Evidence, Kind
from camscan.model.number import whole_number
from camscan.model.observation import Observation

_ONVIF_TYPES = {
    "NetworkVideoTransmitter": Kind.CAMERA_LIKE,
    "NetworkVideoStorage": Kind.RECORDER,
    "NetworkVideoDisplay": Kind.CAMERA_LIKE,
}
_CAMERA_PORTS = {"34567": "Xiongmai", "37777": "Dahua"}
CAMERA_PORT_RULE = "<camera-port>"
SWEEP_SOURCES = frozenset({"tcp-connect", "neighbour", "dns"})
MANY_MUTE_PORTS = 4
_ONVIF_FIELDS = ("onvif.clock", "onvif.service", "onvif.device_manufacturer", "onvif.device_model")


def signs_of_a_camera(observation: Observation) -> Iterator[tuple[str, Evidence]]:
    """(claim name, evidence) for `kind`, from protocols that hardly anything but cameras speaks."""
    for name in observation.fields.get("onvif.types", ()):
        if name in _ONVIF_TYPES:
            kind = _ONVIF_TYPES[name]
            yield "kind", _sign(observation, "<onvif-type>", "onvif.types", name, kind, weights.SPEAKS_ONVIF)
    for scope in observation.fields.get("onvif.scope", ()):
        if scope.lower().startswith("onvif://www.onvif.org/"):
            yield (
                "kind",
                _sign(
                    observation, "<onvif-scope>", "onvif.scope", scope, Kind.CAMERA_LIKE, weights.SPEAKS_ONVIF
                ),
            )
            break
    for field in _ONVIF_FIELDS:
        if value := observation.first(field):
            yield (
                "kind",
                _sign(observation, "<onvif-answer>", field, value, Kind.CAMERA_LIKE, weights.ANSWERS_ONVIF),
            )
            break
    if (spoken := _speaks_rtsp(observation)) is not None:
        field, value = spoken
        yield (
            "kind",
            _sign(observation, "<rtsp-answer>", field, value, Kind.CAMERA_LIKE, weights.SPEAKS_RTSP),
        )
    if observation.first("nmap.device_type") == "webcam":
        yield (
            "kind",
            _sign(
                observation,
                "<nmap-device-type>",
                "nmap.device_type",
                "webcam",
                Kind.CAMERA_LIKE,
                weights.CONCLUDED_BY_NMAP,
            ),
        )
    for port in observation.fields.get("net.open_port", ()):
        if port in _CAMERA_PORTS:
            yield (
                "kind",
                _sign(
                    observation,
                    CAMERA_PORT_RULE,
                    "net.open_port",
                    port,
                    Kind.CAMERA_LIKE,
                    weights.CAMERA_PORT,
                ),
            )


def is_tarpit(observations: Sequence[Observation]) -> bool:
    """Do many ports accept a connection while nothing, in any protocol, was ever answered?

    Tarpits and some firewalls accept everything; that a camera's port is among it proves nothing then.
    Only a sweep that also talked (not a list from another tool) can tell.
    """
    if not {each.source for each in observations} <= SWEEP_SOURCES:
        return False
    ports = {port for each in observations for port in each.fields.get("net.open_port", ())}
    return len(ports) >= MANY_MUTE_PORTS


def _speaks_rtsp(observation: Observation) -> tuple[str, str] | None:
    """(field, value) that shows an RTSP server: its answer, or nmap's word that it got one."""
    if observation.source == "rtsp":
        for field in ("rtsp.status", "rtsp.public"):
            if value := observation.first(field):
                return field, value
    return ("nmap.service", "rtsp") if observation.first("nmap.service") == "rtsp" else None


def flags_of(observations: Sequence[Observation], claims: Mapping[str, Claim]) -> tuple[str, ...]:
    """The closed-vocabulary flags of a device (model/device.py)."""
    flags = set()
    for each in observations:
        if each.first("sadp.activated") == "false" or _not_initialised(each.first("dhip.init")):
            flags.add("not-activated")
        if each.first("device.credentials_announced") == "true":
            flags.add("announces-credentials")
        if each.first("rtsp.open") == "true":
            flags.add("stream-without-login")
        claimed = [ip for ip in each.fields.get("net.claimed_address", ()) if ":" not in ip]
        if claimed and ":" not in each.ip and each.ip not in claimed:
            flags.add("address-mismatch")
    if hidden_cameras(claims):
        flags.add("hidden-cameras")
    return tuple(sorted(flags))


def hidden_cameras(claims: Mapping[str, Claim]) -> int:
    """How many cameras a recorder says it can hold; 0 when it says nothing, and for every other device."""
    kind, channels = claims.get("kind"), claims.get("channels")
    if kind is None or channels is None or kind.value != Kind.RECORDER:
        return 0
    return whole_number(channels.value) or 0


def _not_initialised(init: str | None) -> bool:
    """Low two bits of DHIP `Init`: 1 = no administrator password yet (facts §5.3)."""
    number = whole_number(init or "")
    return number is not None and number & 3 == 1


def _sign(o: Observation, rule: str, field: str, value: str, kind: Kind, weight: float) -> Evidence:
    family = "onvif" if rule.startswith("<onvif") else rule.strip("<>")
    return evidence(o, rule, field, value, kind, weight, family)
