"""No test touches what the person who runs it keeps: settings and register live in a folder of the run."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no fault of the code: time is judged where a test says so, never by hypothesis.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    home = tmp_path_factory.mktemp("home")
    before = dict(os.environ)
    for name in [each for each in os.environ if each.startswith("CAMSCAN_") and each != "CAMSCAN_SLOW"]:
        del os.environ[name]
    os.environ["XDG_STATE_HOME"] = str(home / "state")
    os.environ["XDG_CONFIG_HOME"] = str(home / "config")
    os.environ["XDG_DATA_HOME"] = str(home / "data")  # a bundle this user installed must not change a test
    yield
    os.environ.clear()
    os.environ.update(before)
