"""Scores identification on labelled lines: precision, recall, per kind and vendor, calibration.

Rules of this file:
- One line is judged alone, as if it were all that was ever heard of a device.
- A camera verdict is any kind of CAMERA_KINDS; a label of None (nobody knows) is not judged.
- A maker is right when it is the label's maker, or the party that brands.toml and the vendors' aliases say
  is the same. A line *can carry* its maker unless `silent_reason` says why not, from its words alone.
- Nothing is read from files here and no clock is used; the report is text.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from camscan.match.telling import silent_reason
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
        """Of the cameras' lines with a known maker (and telling words), those whose maker was named."""
        lines = self._maker_lines(only_telling)
        return Score(sum(v.maker_right for v in lines), len(lines))

    def maker_precision(self) -> Score:
        """Of the makers named on cameras' lines with a known maker, those that are right."""
        named = [v for v in self.verdicts if v.is_camera and v.label_maker and v.maker]
        return Score(sum(v.maker_right for v in named), len(named))

    def brand_recall(self) -> Score:
        """Of the cameras' lines with a label and telling words, those whose brand or maker was named."""
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
        """The tables of docs/method.md, and the lists of what went wrong."""
        return "\n".join([*self._summary(), *self._tables(), *self._faults()]) + "\n"

    def _summary(self) -> list[str]:
        known = self._known()
        negatives = [v for v in known if not v.is_camera]
        said_not = sum(v.kind == Kind.NOT_A_CAMERA for v in negatives)
        return [
            f"{len(self.verdicts)} labelled lines: {len(known) - len(negatives)} of cameras, "
            f"{len(negatives)} of other devices, {len(self.verdicts) - len(known)} nobody knows.",
            "",
            "| measure | lines |",
            "|---|---|",
            f"| camera precision | {self.camera_precision()} |",
            f"| camera recall | {self.camera_recall()} |",
            f"| maker recall, lines whose words can carry it | {self.maker_recall()} |",
            f"| maker recall, all lines | {self.maker_recall(only_telling=False)} |",
            f"| maker precision | {self.maker_precision()} |",
            f"| brand or maker named | {self.brand_recall()} |",
            f"| other devices said to be no camera | {Score(said_not, len(negatives))} |",
        ]

    def _tables(self) -> list[str]:
        out = ["", "| confidence | kind right | maker right |", "|---|---|---|"]
        out += [f"| {low:.1f} to {min(high, 1):.1f} | {k} | {m} |" for low, high, k, m in self.calibration()]
        out += _table("kind of line", self.verdicts, lambda v: v.line_kind)
        named = [v for v in self.verdicts if v.is_camera and v.label_maker]
        return out + _table("maker", named, lambda v: v.label_maker)

    def _faults(self) -> list[str]:
        false = [
            f"- `{v.line_id}` {v.kind} {v.kind_confidence:.2f} by {', '.join(v.rules)}"
            for v in self.false_cameras()
        ]
        missed = self.missed_makers()
        reasons = Counter(v.silent or "the words could have told" for v in missed)
        telling = [
            f"- `{v.line_id}` ({v.line_kind}): {v.label_maker}, concluded {v.maker or 'nothing'}"
            for v in missed[:MAX_LISTED]
            if not v.silent
        ]
        counted = [f"- {count} × {reason}" for reason, count in reasons.most_common()]
        return [
            *("", "Called a camera, but is none:", "", *(false or ["- none"])),
            *("", "Makers not named, by reason:", "", *(counted or ["- none"])),
            *("", "Makers missed although the words could have told:", "", *(telling or ["- none"])),
        ]


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
        scores = (part.camera_precision(), part.camera_recall(), part.maker_recall())
        out.append(f"| {name} | {len(found)} | {' | '.join(map(str, scores))} |")
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
