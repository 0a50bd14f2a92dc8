"""Planted secrets, searched for in every byte camscan writes: files, terminal, log, database, recordings."""

from __future__ import annotations

import base64
import contextlib
import re
import sqlite3
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from importlib import util
from pathlib import Path

import pytest
from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import Ether
from scapy.packet import Packet
from scapy.utils import wrpcap

from camscan.lab.building import DEMO_LOGIN, demo_building
from camscan.lab.namespace import Fleet, unavailable
from camscan.lab.process import child_environment
from camscan.lab.services.secrets import PLANTED_SECRET, PLANTED_USER
from camscan.report import formats

WHY_NOT = unavailable()
pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT),
    pytest.mark.timeout(240),
]
NETWORK = "10.97.1"
NUMBERS = (10, 12, 30, 50, 54, 66, 69, 80)
WRONG_PASSWORD, COMMUNITY, ENV_PASSWORD = "operatorWRONG-5b1e", "communitySECRET-77aa", "envSECRET-c0de"
TOKEN, DB_PASSWORD, COLUMN = "alertSECRET-4e21", "registerSECRET-31fe", "columnSECRET-8a0d"
BASIC, COOKIE, QUERY = "basicSECRET-d41c", "cookieSECRET-6f77", "querySECRET-90b2"
SECRETS = (
    PLANTED_SECRET, PLANTED_USER, DEMO_LOGIN.password, WRONG_PASSWORD, COMMUNITY, ENV_PASSWORD, TOKEN,
    DB_PASSWORD, COLUMN, BASIC, COOKIE, QUERY,
)  # fmt: skip
_LIBRARIES = {"xlsx": "rustpy_xlsxwriter", "pdf": "fpdf"}
FORMATS = tuple(  # of all formats those whose extra is installed
    each.suffix.removeprefix(".")
    for each in formats.FORMATS
    if each.name not in _LIBRARIES or util.find_spec(_LIBRARIES[each.name])
)
CONFIG = f"""
[alerts]
on = ["all"]
[alerts.endpoints]
ops = "json://ops:{TOKEN}@127.0.0.1:9/hook?token={TOKEN}"
"""
CRASH = """
import sys
from camscan.cli.main import invoke
from camscan.net import onvif_login
def fail(target, gate, cutoff): raise RuntimeError(f"a fault of camscan while it holds {target!r}")
onvif_login.read_device = fail
sys.exit(invoke(sys.argv[1:]))
"""


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


def assert_files_are_clean(folder: Path) -> set[str]:
    """No file below the folder holds a secret, packed parts and databases included; the files' names."""
    written = [file for file in folder.rglob("*") if file.is_file()]
    for file in written:
        raw = file.read_bytes()
        assert_clean(file.name, raw)
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as packed:
                for name in packed.namelist():
                    assert_clean(f"{file.name}/{name}", packed.read(name))
        if raw.startswith(b"%PDF"):
            for packed_text in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", raw, re.DOTALL):
                with contextlib.suppress(zlib.error):
                    assert_clean(f"{file.name}, a stream", zlib.decompress(packed_text))
        if raw.startswith(b"SQLite format 3"):
            with sqlite3.connect(file) as database:
                assert_clean("the database", "\n".join(database.iterdump()).encode())
    return {file.name for file in written}


def environment_of(folder: Path) -> dict[str, str]:
    config = folder.with_name(f"{folder.name}.toml")
    config.write_text(CONFIG)
    config.chmod(0o600)
    return {
        **child_environment(), "HOME": str(folder), "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder), "CAMSCAN_USER": "envuser", "CAMSCAN_PASSWORD": ENV_PASSWORD,
        "CAMSCAN_COMMUNITY": COMMUNITY, "CAMSCAN_CONFIG": str(config),
    }  # fmt: skip


def run(
    fleet: Fleet, folder: Path, *words: str, python: tuple[str, ...] = ("-m", "camscan")
) -> subprocess.CompletedProcess[bytes]:
    command = (*fleet.scanner.prefix, sys.executable, *python, *words)
    return subprocess.run(command, capture_output=True, env=environment_of(folder), check=False, timeout=150)


def outputs_in(folder: Path) -> list[str]:
    return [word for suffix in FORMATS for word in ("-o", str(folder / f"out.{suffix}"))]


def logins_in(folder: Path) -> Path:
    logins = folder / "logins.toml"
    row = '[[login]]\nhosts = "{}"\nuser = "{}"\npassword = "{}"\n'
    logins.write_text(
        f'communities = ["{COMMUNITY}"]\n'
        + row.format(f"{NETWORK}.50/32", DEMO_LOGIN.user, DEMO_LOGIN.password)
        + row.format(f"{NETWORK}.10/32", "auditor", WRONG_PASSWORD)
    )
    logins.chmod(0o600)
    return logins


def test_no_secret_is_in_anything_a_scan_writes(fleet: Fleet, tmp_path: Path) -> None:
    logins = logins_in(tmp_path)
    folder = tmp_path / "written"
    folder.mkdir()
    targets = [f"{NETWORK}.{number}" for number in NUMBERS]
    register = str(folder / "register.db")
    words = ("--credentials", str(logins), "--db", register, "--save", "-vv", "-n", *outputs_in(folder))
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
    told = b"alert endpoint ops" if util.find_spec("apprise") else b"alerts need"
    assert told in done.stderr, "no endpoint was told"
    assert {f"out.{suffix}" for suffix in FORMATS} | {"register.db"} <= assert_files_are_clean(folder)


def session(number: int) -> list[Packet]:
    """Somebody's session with a camera: Basic login, cookie, password in the address, RTSP with a login."""
    me, camera = f"{NETWORK}.9", f"{NETWORK}.{number}"
    login = base64.b64encode(f"admin:{BASIC}".encode()).decode()
    page = f"<title>IP Camera</title><script>var pass='{BASIC}'</script><input value={QUERY}>"
    talks = {
        80: (
            f"GET /cgi-bin/user.cgi?user=admin&pwd={QUERY} HTTP/1.1\r\nHost: {camera}\r\n"
            f"Authorization: Basic {login}\r\nCookie: session={COOKIE}\r\n\r\n",
            f"HTTP/1.1 200 OK\r\nServer: App-webs/\r\nSet-Cookie: session={COOKIE}; path=/\r\n"
            f"Content-Length: {len(page)}\r\n\r\n{page}",
        ),
        554: (
            f"DESCRIBE rtsp://admin:{BASIC}@{camera}/ch0?password={QUERY} RTSP/1.0\r\nCSeq: 2\r\n"
            f"Authorization: Basic {login}\r\n\r\n",
            f"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Base: rtsp://admin:{BASIC}@{camera}/ch0/\r\n"
            "Content-Length: 0\r\n\r\n",
        ),
    }
    found = []
    for port, (asked, answered) in talks.items():
        here, there = Ether() / IP(src=me, dst=camera), Ether() / IP(src=camera, dst=me)
        found += [
            here / TCP(sport=40000, dport=port, seq=9, flags="S"),
            there / TCP(sport=port, dport=40000, seq=99, ack=10, flags="SA"),
            here / TCP(sport=40000, dport=port, seq=10, ack=100, flags="PA") / asked.encode(),
            there
            / TCP(sport=port, dport=40000, seq=100, ack=10 + len(asked), flags="PA")
            / answered.encode(),
            there / TCP(sport=port, dport=40000, seq=100 + len(answered), ack=10 + len(asked), flags="FA"),
        ]
    return found


def test_no_secret_is_in_what_import_and_listen_write(fleet: Fleet, tmp_path: Path) -> None:
    heard, folder, capture = tmp_path / "heard", tmp_path / "written", tmp_path / "logins.pcap"
    for each in (heard, folder):
        each.mkdir()
    dump = subprocess.Popen(
        (*fleet.scanner.prefix, "tcpdump", "-i", "lan0", "-U", "-Z", "root", "-w", str(capture)),
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert dump.stderr
    while "listening" not in (line := dump.stderr.readline()):
        assert line, "tcpdump did not start"
    words = (
        "listen",
        "-e",
        "lan0",
        "--for",
        "25",
        "--db",
        str(heard / "register.db"),
        "-vv",
        *outputs_in(heard),
    )
    listening = subprocess.Popen(
        (*fleet.scanner.prefix, sys.executable, "-m", "camscan", *words),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment_of(heard),
    )  # fmt: skip
    asked = [f"{NETWORK}.{number}" for number in (50, 66, 69)]
    run(fleet, tmp_path, "scan", *asked, "--credentials", str(logins_in(tmp_path)), "-q", "-n", "--no-store")
    out, err = listening.communicate(timeout=120)
    assert 0 == listening.returncode, err.decode()
    assert_clean("listen", out + err)
    assert {"out.jsonl", "register.db"} <= assert_files_are_clean(heard)
    dump.terminate()
    dump.wait(timeout=10)
    dump.stderr.close()
    wrpcap(str(capture), session(66), append=True)
    raw = capture.read_bytes()
    assert [] == [each for each in (PLANTED_SECRET, BASIC, QUERY, COOKIE) if each.encode() not in raw]
    table = tmp_path / "assets.csv"
    table.write_text(f"ip,mac,hostname,password,note\n{NETWORK}.30,44:19:b6:00:00:30,door,{COLUMN},x\n")
    words = ("import", str(capture), str(table), "--db", str(folder / "register.db"), *outputs_in(folder))
    done = run(fleet, folder, *words)
    assert 0 == done.returncode, done.stderr.decode()
    assert b"announces-credentials" in (folder / "out.jsonl").read_bytes(), "the planted words were not read"
    assert_clean("import", done.stdout + done.stderr)
    assert {f"out.{suffix}" for suffix in FORMATS} | {"register.db"} <= assert_files_are_clean(folder)


def test_no_address_of_a_register_or_endpoint_is_quoted_with_its_password(
    fleet: Fleet, tmp_path: Path
) -> None:
    url = f"postgresql://camscan:{DB_PASSWORD}@127.0.0.1:9/register?password={DB_PASSWORD}"
    table = tmp_path / "assets.csv"
    table.write_text(f"ip,mac\n{NETWORK}.30,44:19:b6:00:00:30\n")
    for words in (
        ("import", str(table), "--db", url),
        ("scan", f"{NETWORK}.30", "-n", "--save", "--db", url, "-vv"),
        ("devices", "list", "--db", url),
        ("devices", "list", "--db", f"mysql://root:{DB_PASSWORD}@db/x"),
        ("alerts", "test", "ops"),
        ("alerts", "test", "nobody"),
    ):
        done = run(fleet, tmp_path, *words)
        assert done.returncode in (1, 2), (words[:2], done.stderr)
        assert b"Traceback" not in done.stderr
        assert_clean(" ".join(words[:2]), done.stdout + done.stderr)


def test_a_fault_of_camscan_while_it_holds_a_login_shows_none(fleet: Fleet, tmp_path: Path) -> None:
    words = ("scan", f"{NETWORK}.50", "--credentials", str(logins_in(tmp_path)), "--no-store", "-n", "-vv")
    done = run(fleet, tmp_path, *words, python=("-c", CRASH))
    assert b"while it holds" in done.stderr, done.stderr.decode()[-2000:]
    assert_clean("the fault", done.stdout + done.stderr)


@pytest.mark.parametrize(
    "content",
    [
        f'[[login]]\nuser = "a"\npassword = {WRONG_PASSWORD}\n',
        f'[[login]]\npassword = "{WRONG_PASSWORD}"\n',
        f'[[login]]\nhosts = "{WRONG_PASSWORD}/99"\nuser = "a"\n',
        f"communities = 7 # {WRONG_PASSWORD}\n",
        f'login = "{WRONG_PASSWORD}"\n',
        f"\udcff{WRONG_PASSWORD}",
        f"login = {'9' * 5000}\n# {WRONG_PASSWORD}\n",
    ],
    ids=["no TOML", "no user", "no network", "no list", "no tables", "no UTF-8", "endless number"],
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
