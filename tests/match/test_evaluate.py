"""Scoring labelled lines: what counts as right, and what the report says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from camscan.catalog.names import Names
from camscan.match.evaluate import Report, Score, evaluate
from camscan.model.device import Claim, Device
from camscan.model.fingerprint import Brand, Vendor
from camscan.model.observation import Observation, observe

AT = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = Names(
    [Vendor("acme", "Acme", aliases=("Acme Vision Ltd.",)), Vendor("other", "Other")],
    [Brand("Label", "acme", "relabel", "", "high", "test")],
)


class Says:
    """A resolver that concludes what the observed words say, `kind|maker|brand|confidence`."""

    def resolve(self, observations: Sequence[Observation]) -> Device:
        kind, maker, brand, confidence = (observations[0].first("http.title") or "|||0").split("|")
        said = {"kind": kind, "manufacturer": maker, "brand": brand}
        claims = {name: Claim(value, float(confidence)) for name, value in said.items() if value}
        return Device("d-1", ("192.0.2.1",), claims=claims)


def observed(line: Mapping[str, object]) -> tuple[Observation, ...]:
    if not line.get("data"):
        return ()
    return (observe("192.0.2.1", "http", {"http.title": str(line["data"])}, at=AT),)


def line(
    data: str, is_camera: bool | None = True, maker: str | None = "Acme", **more: object
) -> dict[str, object]:
    return {"id": data, "kind": "http_title", "data": data, "is_camera": is_camera, "maker": maker, **more}


def judged(*lines: Mapping[str, object]) -> Report:
    return evaluate(lines, observed, Says(), NAMES)


def test_precision_counts_only_lines_called_a_camera_whose_truth_is_known() -> None:
    report = judged(
        line("camera|||0.9"),
        line("camera-like-unknown|||0.5", is_camera=False, maker=None),
        line("recorder|||0.9", is_camera=None, maker=None),
        line("not-a-camera|||0.9", is_camera=False, maker=None),
    )
    assert Score(1, 2) == report.camera_precision()
    assert ["camera-like-unknown|||0.5"] == [verdict.line_id for verdict in report.false_cameras()]


def test_camera_recall_counts_every_line_of_a_camera() -> None:
    assert Score(1, 2) == judged(line("encoder|||0.9"), line("|||0")).camera_recall()


def test_an_alias_of_the_maker_is_the_maker() -> None:
    assert Score(1, 1) == judged(line("camera|Acme|Acme|0.9", maker="Acme Vision Ltd.")).maker_recall()


def test_a_wrong_maker_is_neither_recalled_nor_precise() -> None:
    report = judged(line("camera|Other||0.9"))
    assert (Score(0, 1), Score(0, 1)) == (report.maker_recall(), report.maker_precision())


def test_a_label_is_not_taken_for_its_maker() -> None:
    assert Score(0, 1) == judged(line("camera||Label|0.9")).maker_recall()


def test_brand_recall_takes_the_label_or_the_maker() -> None:
    report = judged(line("camera|Acme|Label|0.9", vendor="Label"), line("camera|||0.9", vendor="Label"))
    assert Score(1, 2) == report.brand_recall()


def test_a_line_that_cannot_be_read_is_left_out_of_the_telling_ones() -> None:
    report = judged({"id": "x", "kind": "tcp_banner", "is_camera": True, "maker": "Acme"})
    assert (Score(0, 0), Score(0, 1)) == (report.maker_recall(), report.maker_recall(only_telling=False))


def test_calibration_sorts_verdicts_by_their_confidence() -> None:
    report = judged(
        line("camera|Acme||0.95"), line("camera|Other||0.95"), line("camera|||0.4", is_camera=False)
    )
    certain, likely, possible, weak = report.calibration()
    assert (0.9, Score(2, 2), Score(1, 2)) == (certain[0], certain[2], certain[3])
    assert (Score(0, 0), Score(0, 1), Score(0, 0)) == (likely[2], possible[2], weak[2])


def test_the_report_names_every_fault_and_every_reason() -> None:
    text = judged(
        line("camera|||0.9", is_camera=False, maker=None),
        line("camera|Other||0.9"),
        {"id": "mute", "kind": "rtsp", "is_camera": True, "maker": "Acme"},
    ).markdown()
    assert "3 labelled lines: 2 of cameras, 1 of other devices, 0 nobody knows." in text
    assert "- `camera|||0.9` camera 0.90" in text
    assert "- `camera|Other||0.9` (http_title): Acme, concluded Other" in text
    assert "- 1 × nothing that a probe reads" in text


def test_an_empty_run_has_no_ratios_and_says_so() -> None:
    report = judged()
    assert (None, "–") == (report.camera_precision().ratio, str(report.camera_precision()))
    assert "0 labelled lines" in report.markdown()
