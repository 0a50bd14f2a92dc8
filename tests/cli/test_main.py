"""The command itself: what a mistyped word gets."""

from __future__ import annotations

import pytest

from camscan.cli.main import invoke


def test_a_mistyped_command_is_answered_with_the_nearest_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["repotr"]) == 2

    assert "Did you mean report" in capsys.readouterr().err


def test_a_word_near_to_nothing_gets_no_guess(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["zzzzzz"]) == 2

    assert "Did you mean" not in capsys.readouterr().err
