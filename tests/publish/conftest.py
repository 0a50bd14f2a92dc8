"""Makes the fake NetBox and the simulated audit importable beside the tests."""

from __future__ import annotations

import sys
from pathlib import Path

for folder in (Path(__file__).parent, Path(__file__).parent.parent / "report"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
