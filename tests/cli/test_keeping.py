"""`camscan import` and `listen` keep in the register what they were told to keep, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from camscan.cli.keeping import keeping
from camscan.errors import UsageError
from camscan.store import devices, scans
from camscan.store.engine import default_path, open_store

Cli = Callable[..., Any]
TABLE = "Address,MAC,Name\n10.0.0.1,44:19:b6:00:00:01,cam1\n10.0.0.2,44:19:b6:00:00:02,cam2\n"
COLUMNS = ("--map", "ip=Address,mac=MAC,hostname=Name")


@pytest.fixture
def table(home: Path) -> str:
    """A table of two cameras."""
    path = home / "hosts.csv"
    path.write_text(TABLE)
    return str(path)


def test_a_file_is_kept_only_when_told_to(camscan: Cli, table: str) -> None:
    assert 0 == camscan("import", table, *COLUMNS, "-q").code
    assert 0 == camscan("import", table, *COLUMNS, "-q", "--site", "HQ", "--no-store").code
    assert not default_path().exists()

    assert 0 == camscan("import", table, *COLUMNS, "-q", "--site", "HQ").code

    store = open_store()
    (row,) = scans.list_scans(store)
    assert ("import", "HQ", 2) == (row.scan.method, row.scan.site.id, row.devices)
    assert re.fullmatch(r"\S+ \([0-9a-f]{8}\)", row.fingerprints)
    assert ["10.0.0.1", "10.0.0.2"] == [each.sight.addresses[0] for each in devices.list_devices(store)]
    store.close()


def test_a_second_import_finds_the_same_devices(camscan: Cli, table: str) -> None:
    for _time in range(2):
        camscan("import", table, *COLUMNS, "-q", "--site", "HQ")

    store = open_store()
    assert 2 == len(devices.list_devices(store))
    store.close()


def test_identifying_again_says_both_editions(camscan: Cli, table: str) -> None:
    camscan("import", table, *COLUMNS, "-q", "--site", "HQ")

    said = camscan("identify", "latest", "--again")

    assert re.search(r"identified with edition (\S+ \(\w+\)), now \1$", said.err, re.MULTILINE)


def test_a_register_that_was_asked_for_and_cannot_be_opened_ends_it_at_once(
    camscan: Cli,
    table: str,
    home: Path,
) -> None:
    broken, out = home / "broken.db", home / "x.csv"
    broken.write_text("no database at all" * 100)

    said = camscan("import", table, *COLUMNS, "-q", "--db", str(broken), "-o", str(out))

    assert 1 == said.code
    assert "is not a camscan database" in said.err
    assert not out.exists()  # it failed before anything was read


@pytest.mark.parametrize(
    ("given", "by_itself", "expected"),
    [
        ({}, True, (True, False)),
        ({}, False, (False, False)),
        ({"site": "HQ"}, True, (True, True)),
        ({"db": "x.db"}, False, (True, True)),
        ({"save": True}, False, (True, True)),
        ({"site": "HQ", "no_store": True}, False, (False, False)),
        ({"no_store": True}, True, (False, False)),
    ],
)
@pytest.mark.usefixtures("home")
def test_what_is_kept_and_what_is_insisted_on(
    given: dict[str, object], by_itself: bool, expected: tuple[bool, bool]
) -> None:
    whole = {"site": None, "db": None, "save": False, "no_store": False, **given}

    found = keeping(whole, by_itself=by_itself)

    assert expected == (found.wanted, found.insists)


@pytest.mark.usefixtures("home")
def test_the_site_of_the_settings_is_where_we_listen_but_not_whose_file_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CAMSCAN_SITE", "HQ")
    given = {"site": None, "db": None, "save": False, "no_store": False}

    assert ("HQ", True) == (keeping(given, by_itself=True).site_id, keeping(given, by_itself=True).insists)
    assert ("", False) == (keeping(given, by_itself=False).site_id, keeping(given, by_itself=False).wanted)
    with pytest.raises(UsageError):
        keeping({**given, "save": True, "no_store": True}, by_itself=True)
