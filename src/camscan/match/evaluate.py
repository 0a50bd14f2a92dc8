"""Scores identification on labelled lines: precision, recall, per kind and vendor, calibration.

Rules of this file:
- One line is judged alone, as if it were all that was ever heard of a device.
- A camera verdict is any kind of CAMERA_KINDS; a label of None (nobody knows) is not judged.
- A maker is right when it is the label's maker, or the party that brands.toml and the vendors' aliases say
  is the same. A line *can carry* its maker unless `silent_reason` says why not, from its words alone.
- Nothing is read from files here and no clock is used; the report is text.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from camscan.model.device import CAMERA_KINDS, Device, Kind
from camscan.model.observation import Observation

Line = Mapping[str, object]
Observe = Callable[[Line], Sequence[Observation]]

BUCKETS = ((0.9, 1.01), (0.6, 0.9), (0.3, 0.6), (0.0, 0.3))
"""Confidence ranges of the calibration table: the words certain, likely, possible, weak."""

MAX_LISTED = 400


class Resolver(Protocol):
    """`camscan.match.resolve.Identifier`, or anything that concludes about one device."""

    def resolve(self, observations: Sequence[Observation]) -> Device:
        """The device these observations are of."""


class MakerNames(Protocol):
    """`camscan.catalog.names.Names`: whether two names can mean one party."""

    def identity(self, text: str) -> str:
        """One word per party."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One judged line: what the label says and what was concluded ("" where nothing was)."""

    line_id: str
    line_kind: str
    is_camera: bool | None
    label_maker: str
    label_brand: str
    label_model: str
    kind: str
    kind_confidence: float
    maker: str
    maker_confidence: float
    brand: str
    model: str
    rules: tuple[str, ...]
    silent: str  # why the words cannot carry a maker; "" when they can
    maker_right: bool
    brand_right: bool

    @property
    def called_camera(self) -> bool:
        """Whether the verdict is a camera of any sort."""
        return self.kind in {each.value for each in CAMERA_KINDS}


@dataclass(frozen=True, slots=True)
class Score:
    """right of total; ratio is None when nothing was judged."""

    right: int
    total: int

    @property
    def ratio(self) -> float | None:
        """right / total."""
        return self.right / self.total if self.total else None

    def __str__(self) -> str:
        return f"{self.right}/{self.total} = {self.ratio:.1%}" if self.ratio is not None else "–"


@dataclass(frozen=True, slots=True)
class Report:
    """All verdicts of one run and the figures drawn from them."""

    verdicts: tuple[Verdict, ...] = field(default=())

    def _known(self) -> list[Verdict]:
        return [v for v in self.verdicts if v.is_camera is not None]

    def camera_precision(self) -> Score:
        """Of the lines called a camera, those that are."""
        called = [v for v in self._known() if v.called_camera]
        return Score(sum(v.is_camera is True for v in called), len(called))

    def camera_recall(self) -> Score:
        """Of the cameras' lines, those called one."""
        cameras = [v for v in self._known() if v.is_camera]
        return Score(sum(v.called_camera for v in cameras), len(cameras))

    def maker_recall(self, *, only_telling: bool = True) -> Score:
        """Of the cameras' lines with a known maker (and words that can carry it), those whose maker was named."""
        lines = self._maker_lines(only_telling)
        return Score(sum(v.maker_right for v in lines), len(lines))

    def maker_precision(self) -> Score:
        """Of the makers named on cameras' lines with a known maker, those that are right."""
        named = [v for v in self.verdicts if v.is_camera and v.label_maker and v.maker]
        return Score(sum(v.maker_right for v in named), len(named))

    def brand_recall(self) -> Score:
        """Of the cameras' lines with a known label and telling words, those whose brand or maker was named."""
        lines = [v for v in self.verdicts if v.is_camera and v.label_brand and not v.silent]
        return Score(sum(v.brand_right for v in lines), len(lines))

    def _maker_lines(self, only_telling: bool) -> list[Verdict]:
        found = [v for v in self.verdicts if v.is_camera and v.label_maker]
        return [v for v in found if not (only_telling and v.silent and not v.maker_right)]

    def calibration(self) -> list[tuple[float, float, Score, Score]]:
        """(low, high, kinds right, makers right) per confidence bucket."""
        rows = []
        for low, high in BUCKETS:
            kinds = [v for v in self._known() if v.kind and low <= v.kind_confidence < high]
            makers = [v for v in self.verdicts if v.is_camera and v.label_maker and v.maker]
            makers = [v for v in makers if low <= v.maker_confidence < high]
            right = sum(v.called_camera == v.is_camera for v in kinds)
            rows.append(
                (low, high, Score(right, len(kinds)), Score(sum(v.maker_right for v in makers), len(makers)))
            )
        return rows

    def false_cameras(self) -> list[Verdict]:
        """Lines called a camera that are none."""
        return [v for v in self._known() if v.called_camera and not v.is_camera]

    def missed_makers(self) -> list[Verdict]:
        """Cameras' lines whose known maker was not named."""
        return [v for v in self._maker_lines(False) if not v.maker_right]

    def markdown(self) -> str:
        """The tables of docs/method.md."""
        negatives = [v for v in self._known() if not v.is_camera]
        said_not = sum(v.kind == Kind.NOT_A_CAMERA for v in negatives)
        out = [
            f"{len(self.verdicts)} labelled lines: {sum(v.is_camera is True for v in self.verdicts)} of cameras, "
            f"{len(negatives)} of other devices, {len(self.verdicts) - len(self._known())} nobody knows.",
            "",
            "| measure | lines |",
            "|---|---|",
            f"| camera precision | {self.camera_precision()} |",
            f"| camera recall | {self.camera_recall()} |",
            f"| maker recall, lines whose words can carry it | {self.maker_recall()} |",
            f"| maker recall, all lines | {self.maker_recall(only_telling=False)} |",
            f"| maker precision | {self.maker_precision()} |",
            f"| brand or maker named | {self.brand_recall()} |",
            f"| other devices said to be none of ours | {Score(said_not, len(negatives))} |",
            "",
            "| confidence | kind right | maker right |",
            "|---|---|---|",
        ]
        out += [f"| {low:.1f} to {min(high, 1):.1f} | {k} | {m} |" for low, high, k, m in self.calibration()]
        out += _table("kind of line", self.verdicts, lambda v: v.line_kind)
        out += _table(
            "maker", [v for v in self.verdicts if v.is_camera and v.label_maker], lambda v: v.label_maker
        )
        out += ["", "Called a camera, but is none:", ""]
        out += [
            f"- `{v.line_id}` {v.kind} {v.kind_confidence:.2f} by {', '.join(v.rules)}"
            for v in self.false_cameras()
        ] or ["- none"]
        out += ["", "Makers not named, by reason:", ""]
        reasons = Counter(v.silent or "the words could have told" for v in self.missed_makers())
        out += [f"- {count} × {reason}" for reason, count in reasons.most_common()] or ["- none"]
        out += ["", "Makers missed although the words could have told:", ""]
        missed = [v for v in self.missed_makers() if not v.silent][:MAX_LISTED]
        out += [
            f"- `{v.line_id}` ({v.line_kind}): {v.label_maker}, concluded {v.maker or 'nothing'}"
            for v in missed
        ] or ["- none"]
        return "\n".join(out) + "\n"


def _table(title: str, verdicts: Iterable[Verdict], key: Callable[[Verdict], str]) -> list[str]:
    rows: dict[str, list[Verdict]] = defaultdict(list)
    for each in verdicts:
        rows[key(each)].append(each)
    out = [
        "",
        f"| {title} | lines | camera precision | camera recall | maker recall |",
        "|---|---|---|---|---|",
    ]
    for name, found in sorted(rows.items(), key=lambda row: (-len(row[1]), row[0])):
        part = Report(tuple(found))
        out.append(
            f"| {name} | {len(found)} | {part.camera_precision()} | {part.camera_recall()} | {part.maker_recall()} |"
        )
    return out


def evaluate(lines: Iterable[Line], observe: Observe, resolver: Resolver, names: MakerNames) -> Report:
    """Judge every line. observe: `camscan.imports.labelled.observations_of`; names: `catalog.names`."""
    return Report(tuple(_judge(line, observe, resolver, names) for line in lines))


def _judge(line: Line, observe: Observe, resolver: Resolver, names: MakerNames) -> Verdict:
    observations = observe(line)
    device = resolver.resolve(observations) if observations else None
    claims = device.claims if device else {}

    def said(name: str) -> tuple[str, float]:
        claim = claims.get(name)
        return (claim.value, claim.confidence) if claim else ("", 0.0)

    kind, kind_confidence = said("kind")
    maker, maker_confidence = said("manufacturer")
    brand = said("brand")[0]
    label_maker, label_brand = str(line.get("maker") or ""), str(line.get("vendor") or "")
    is_camera = line.get("is_camera")
    return Verdict(
        line_id=str(line.get("id", "")),
        line_kind=str(line.get("kind", "")),
        is_camera=is_camera if isinstance(is_camera, bool) else None,
        label_maker=label_maker,
        label_brand=label_brand,
        label_model=str(line.get("model") or ""),
        kind="" if kind == Kind.UNKNOWN else kind,
        kind_confidence=kind_confidence,
        maker=maker,
        maker_confidence=maker_confidence,
        brand=brand,
        model=said("model")[0],
        rules=tuple(dict.fromkeys(e.rule for claim in claims.values() for e in claim.evidence)),
        silent=silent_reason(observations),
        maker_right=_same(maker, label_maker, names),
        brand_right=_same(brand, label_brand, names) or _same(maker, label_brand, names),
    )


def _same(one: str, other: str, names: MakerNames) -> bool:
    return bool(one and other) and names.identity(one) == names.identity(other)


_GENERIC_FIELDS = frozenset(
    "http.status http.path http.header http.cookie rtsp.status rtsp.public rtsp.open onvif.clock onvif.types onvif.profile"
    " onvif.type onvif.xaddr onvif.service onvif.fault dhcp.param_list net.claimed_address ssdp.st onvif.location".split()
)
"""Fields whose values are a protocol's own words: alone they say nothing of a maker."""

_GENERIC_VALUES = re.compile(
    r"(?i)(?:rtsp session|media presentation|session streamed by .*|streamed by the rtsp server|rtsp server|unnamed|no name"
    r"|live555.*|a=tool:live555.*|ip ?camera( video)?|camera|localhost|onvif|network video transmitter|document error.*"
    r"|401 unauthorized|index|login|welcome|rtspd|udhcp .*|dhcpcd.*|onvif://.*|id=\d+|linux/[\d.]+, upnp/1\.0, portable sdk.*"
    r"|embedded upnp/1\.0|upnp:rootdevice|x-notes|framerate|mac\.|uuid:[0-9a-z-]+(?:::.*)?)"
)


def silent_reason(observations: Sequence[Observation]) -> str:
    """Why these words cannot name a maker; "" when they may. Judged from the words alone, never the label."""
    if not observations:
        return "nothing that a probe reads"
    fields = {name: values for each in observations for name, values in each.fields.items()}
    if fields.keys() & {"http.favicon_mmh3", "http.favicon_md5"}:
        return "an icon's digest names nobody; public lists of them contradict each other"
    if fields.keys() <= {"dhcp.param_list", "dhcp.vendor_class"} and _generic(
        fields.get("dhcp.vendor_class", ())
    ):
        return "a DHCP option list shared by many devices"
    telling = {
        name: values
        for name, values in fields.items()
        if name not in _GENERIC_FIELDS and not _generic(values)
    }
    if not telling:
        return "the protocol's own words only, the same from any maker"
    if telling.keys() <= {"http.body", "http.title"} and not _names_in(telling.get("http.body", ())):
        return "a page excerpt without a name"
    if telling.keys() <= {"rtsp.sdp", "rtsp.sdp_origin", "rtsp.sdp_control"}:
        words = " ".join(value for values in telling.values() for value in values)
        if not re.search(
            r"(?i)[a-z]{4,}",
            re.sub(
                r"(?i)live555|streaming|media|session|presentation|stream|video|camera|track\w*|rtsp|server|ip|live",
                "",
                words,
            ),
        ):
            return "the protocol's own words only, the same from any maker"
    if telling.keys() <= {"mac.claimed"}:
        return ""
    return ""


def _generic(values: Sequence[str]) -> bool:
    return all(_GENERIC_VALUES.fullmatch(value) for value in values)


def _names_in(values: Sequence[str]) -> bool:
    """Whether a page holds a capitalised product word beyond HTML's own."""
    text = " ".join(values)
    text = re.sub(
        r"(?i)document error|access error|unauthorized|authentication error|access denied|authorization required",
        "",
        text,
    )
    return bool(
        re.search(
            r"\b(?:[A-Z][A-Za-z]{3,}|[A-Z]{2,}-?\d{2,})\b",
            re.sub(r"(?i)<!?/?[a-z][^>]{0,40}|frame|click|name|your|here", " ", text),
        )
    )
