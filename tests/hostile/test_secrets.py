"""Planted secrets, searched for in every byte camscan writes: files, terminal, log, database, recordings."""

from __future__ import annotations

import base64
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from camscan.lab.building import DEMO_LOGIN, demo_building
from camscan.lab.namespace import Fleet, unavailable
from camscan.lab.process import child_environment
from camscan.lab.services.secrets import PLANTED_SECRET, PLANTED_USER

WHY_NOT = unavailable()
pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT),
    pytest.mark.timeout(240),
]
NETWORK = "10.97.1"
NUMBERS = (10, 12, 30, 50, 54, 66, 69, 80)
WRONG_PASSWORD, COMMUNITY, ENV_PASSWORD = "operatorWRONG-5b1e", "communitySECRET-77aa", "envSECRET-c0de"
SECRETS = (PLANTED_SECRET, PLANTED_USER, DEMO_LOGIN.password, WRONG_PASSWORD, COMMUNITY, ENV_PASSWORD)
FORMATS = ("csv", "jsonl", "html", "md", "ecs.jsonl", "cdx.json")


def disguises(secret: str) -> Iterator[bytes]:
    """A secret as it may stand in a file: plain, base64 at each offset, hexadecimal, UTF-16."""
    raw = secret.encode()
    yield raw
    yield raw.hex().encode()
    yield secret.encode("utf-16-le")
    for before in range(3):
        whole = base64.b64encode(b"." * before + raw)
        yield whole[4 if before else 0 : -4]


def assert_clean(where: str, content: bytes) -> None:
    for secret in SECRETS:
        for disguise in disguises(secret):
            assert disguise not in content, f"{where} holds {secret}"


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    wanted = {f"{NETWORK}.{number}" for number in NUMBERS}
    devices = [device for device in demo_building(NETWORK) if device.ip in wanted]
    with Fleet(devices, networks=(NETWORK,)) as running:
        yield running


def run(fleet: Fleet, folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    environment = {
        **child_environment(), "HOME": str(folder), "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder), "CAMSCAN_USER": "envuser", "CAMSCAN_PASSWORD": ENV_PASSWORD,
        "CAMSCAN_COMMUNITY": COMMUNITY,
    }  # fmt: skip
    command = (*fleet.scanner.prefix, sys.executable, "-m", "camscan", *words)
    return subprocess.run(command, capture_output=True, env=environment, check=False, timeout=150)


def test_no_secret_is_in_anything_a_scan_writes(fleet: Fleet, tmp_path: Path) -> None:
    logins = tmp_path / "logins.toml"
    row = '[[login]]\nhosts = "{}"\nuser = "{}"\npassword = "{}"\n'
    logins.write_text(
        f'communities = ["{COMMUNITY}"]\n'
        + row.format(f"{NETWORK}.50/32", DEMO_LOGIN.user, DEMO_LOGIN.password)
        + row.format(f"{NETWORK}.10/32", "auditor", WRONG_PASSWORD)
    )
    logins.chmod(0o600)
    folder = tmp_path / "written"
    folder.mkdir()
    outputs = [word for suffix in FORMATS for word in ("-o", str(folder / f"out.{suffix}"))]
    targets = [f"{NETWORK}.{number}" for number in NUMBERS]
    register = str(folder / "register.db")
    words = ("--credentials", str(logins), "--db", register, "--save", "-vv", "-n", *outputs)
    done = run(fleet, folder, "scan", *targets, *words)
    assert done.returncode in (0, 3), done.stderr.decode()
    inventory = folder / "out.jsonl"
    assert b"announces-credentials" in inventory.read_bytes(), "the planted words were never sent"
    log = fleet.log()
    assert log["authorizations"], "no login was tried"
    assert_clean("the terminal", done.stdout)
    assert_clean("the log with -vv", done.stderr)
    for place in (f"{NETWORK}.66", f"{NETWORK}.69"):
        recorded = run(fleet, folder, "fingerprints", "record", place, str(inventory))
        assert recorded.stdout
        assert_clean("a recording", recorded.stdout + recorded.stderr)
    written = [file for file in folder.rglob("*") if file.is_file()]
    assert {f"out.{suffix}" for suffix in FORMATS} | {"register.db"} <= {file.name for file in written}
    for file in written:
        assert_clean(file.name, file.read_bytes())
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as packed:
                for name in packed.namelist():
                    assert_clean(f"{file.name}/{name}", packed.read(name))
    with sqlite3.connect(register) as database:
        assert_clean("the database", "\n".join(database.iterdump()).encode())


@pytest.mark.parametrize(
    "content",
    [
        f'[[login]]\nuser = "a"\npassword = {WRONG_PASSWORD}\n',
        f'[[login]]\npassword = "{WRONG_PASSWORD}"\n',
        f'[[login]]\nhosts = "{WRONG_PASSWORD}/99"\nuser = "a"\n',
        f"communities = 7 # {WRONG_PASSWORD}\n",
        f'login = "{WRONG_PASSWORD}"\n',
        f"\udcff{WRONG_PASSWORD}",
    ],
    ids=["no TOML", "no user", "no network", "no list", "no tables", "no UTF-8"],
)
def test_a_broken_credentials_file_is_named_but_not_quoted(
    fleet: Fleet, tmp_path: Path, content: str
) -> None:
    logins = tmp_path / "logins.toml"
    logins.write_bytes(content.encode("utf-8", "surrogateescape"))
    logins.chmod(0o600)
    done = run(fleet, tmp_path, "scan", f"{NETWORK}.50", "--credentials", str(logins), "--no-store")
    assert 2 == done.returncode, done.stderr
    assert str(logins).encode() in done.stderr
    assert b"Traceback" not in done.stderr
    assert_clean("the message", done.stdout + done.stderr)


def test_no_configuration_command_shows_a_secret(fleet: Fleet, tmp_path: Path) -> None:
    for words in (("config",), ("config", "show"), ("doctor",)):
        done = run(fleet, tmp_path, *words)
        assert b"Traceback" not in done.stderr
        assert_clean(" ".join(words), done.stdout + done.stderr)
