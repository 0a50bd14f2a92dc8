"""The shipped rules on lines that other people recorded and labelled (labelled_lines.jsonl)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from camscan.catalog.loading import Catalog
from camscan.imports.labelled import observations_of
from camscan.match.evaluate import Report, evaluate
from camscan.match.resolve import Identifier

LINES = Path(__file__).with_name("labelled_lines.jsonl")


@pytest.fixture(scope="module")
def report(shipped: Catalog) -> Report:
    lines = [json.loads(line) for line in LINES.read_text(encoding="utf-8").splitlines()]
    return evaluate(lines, observations_of, Identifier(shipped), shipped.names)


def test_almost_nothing_that_is_no_camera_is_called_one(report: Report) -> None:
    assert report.camera_precision().ratio is not None
    assert report.camera_precision().ratio >= 0.99, report.false_cameras()


def test_the_maker_is_named_where_the_words_can_carry_it(report: Report) -> None:
    assert report.maker_recall().ratio is not None
    assert report.maker_recall().ratio >= 0.95, [v.line_id for v in report.missed_makers() if not v.silent]


def test_a_maker_that_is_named_is_the_right_one(report: Report) -> None:
    assert report.maker_precision().ratio is not None
    assert report.maker_precision().ratio >= 0.99


def test_what_is_said_with_certainty_is_true(report: Report) -> None:
    certain = report.calibration()[0]
    for score in certain[2:]:
        assert score.total > 100
        assert score.ratio is not None
        assert score.ratio >= 0.97


def test_no_line_is_a_camera_of_a_kind_that_its_own_words_deny(report: Report) -> None:
    denied = [v.line_id for v in report.verdicts if v.is_camera and v.kind == "not-a-camera"]
    assert [] == denied
