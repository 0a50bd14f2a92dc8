"""Fixtures of the decoder tests."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

RECORDINGS = Path(__file__).parents[1] / "recordings"


@pytest.fixture
def vendor_reply() -> Callable[[str, str], bytes]:
    """The datagram of tests/recordings/<probe>/<name>/reply.json."""

    def load(probe: str, name: str) -> bytes:
        row = json.loads((RECORDINGS / probe / name / "reply.json").read_text("utf-8"))
        return base64.b64decode(row["payload_base64"])

    return load
