from __future__ import annotations

import shutil
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from camscan.catalog import default_directory
from camscan.cli.exits import Exit
from camscan.cli.main import invoke


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The shipped fields and two small vendor files."""
    here = tmp_path / "fingerprints"
    (here / "vendors").mkdir(parents=True)
    shutil.copy(default_directory() / "fields.toml", here)
    (here / "vendors" / "acme.toml").write_text(
        '[vendor]\nid = "acme"\nname = "Acme Vision"\n'
        '[[fingerprint]]\nid = "acme.title"\nabout = "The title names it."\n'
        'weight = "proves"\nwhen."http.title".is = "Acme"\nclaim.brand = "acme"\n[[fingerprint.example]]\n'
        'given."http.title" = "Acme"\nexpect = { brand = "acme" }\nsource = "invented"\n'
    )
    (here / "vendors" / "bolt.toml").write_text('[vendor]\nid = "bolt"\nname = "Bolt"\n')
    return here


def test_check_of_a_sound_directory_exits_zero(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert Exit.OK == invoke(["fingerprints", "check", "--fingerprints", str(directory)])
    said = capsys.readouterr()
    assert ("", f"{directory}: no faults\n") == (said.out, said.err)


def test_check_prints_every_fault_on_stdout_and_exits_two(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = directory / "vendors" / "acme.toml"
    file.write_text(file.read_text().replace('brand = "acme" }', 'brand = "bolt" }'))
    assert Exit.USAGE == invoke(["fingerprints", "check", "--fingerprints", str(directory)])
    said = capsys.readouterr()
    assert (
        "vendors/acme.toml: acme.title: example #1: expects brand = `bolt`, but the rule claims `acme`\n"
        == said.out
    )
    assert said.err.endswith(": 1 fault\n")


def test_list_shows_vendors_and_their_rules(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert Exit.OK == invoke(["fingerprints", "list", "--fingerprints", str(directory)])
    assert "acme    1  Acme Vision\nbolt    0  Bolt\n" == capsys.readouterr().out
    assert Exit.OK == invoke(
        ["fingerprints", "list", "--fingerprints", str(directory), "--vendor", "ACME vision"]
    )
    assert "acme.title  proves  brand\n    The title names it.\n" == capsys.readouterr().out


def test_an_unknown_vendor_is_answered_with_the_likely_one(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Exit.USAGE == invoke(
        ["fingerprints", "list", "--fingerprints", str(directory), "--vendor", "acmee"]
    )
    assert "camscan: no vendor `acmee`; did you mean `acme`?\n" == capsys.readouterr().err


def test_a_new_skeleton_passes_once_its_blanks_are_filled(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--fingerprints", str(directory)]
    assert Exit.OK == invoke(["fingerprints", "new", "Zed & Sons", *where])
    file = directory / "vendors" / "zed-sons.toml"
    assert str(file) in capsys.readouterr().out
    assert Exit.USAGE == invoke(["fingerprints", "check", *where])
    blanks = capsys.readouterr().out
    for key in ("about", 'when."http.server".regex', 'example #1.given."http.server"', "example #1.source"):
        assert f"zed-sons.http-server: {key}: FILL-IN is still to be filled in\n" in blanks
    file.write_text(file.read_text().replace("FILL-IN", "Zed"))
    assert Exit.OK == invoke(["fingerprints", "check", *where])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["new", "Acme"], "`Acme` is Acme Vision: add rules to"),
        (["new", "新"], "holds no letter or digit to make an id of"),
        (["new", "Zed", "--field", "http.sever"], "no field `http.sever`; did you mean `http.server`?"),
    ],
)
def test_new_refuses_in_one_line(
    directory: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    assert Exit.USAGE == invoke(["fingerprints", *arguments, "--fingerprints", str(directory)])
    said = capsys.readouterr().err
    assert expected in said
    assert 1 == said.count("\n")


def test_import_recog_writes_a_draft_and_says_what_it_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "recog.xml"
    file.write_text(
        '<fingerprints matches="html_title"><fingerprint pattern="^Acme (\\d+)$">'
        "<description>Acme</description><example>Acme 210</example>"
        '<param pos="0" name="hw.vendor" value="Acme"/><param pos="1" name="hw.product"/></fingerprint>'
        "<fingerprint pattern='^x'><description>Software</description></fingerprint></fingerprints>"
    )
    assert Exit.OK == invoke(["fingerprints", "import-recog", str(file), "--vendor", "acme"])
    said = capsys.readouterr()
    assert "when.\"http.title\".regex = '^Acme (?P<model>\\d+)$'" in said.out
    assert (
        "left out: fingerprint 2 (Software): names software, not a device\n1 rules drafted, 1 left out\n"
        == said.err
    )


def test_evaluate_prints_the_tables(
    directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text(
        '{"id": "1", "kind": "http_title", "data": "Acme", '
        '"maker": "acme", "vendor": "acme", "is_camera": true}\n\n'
    )
    assert Exit.OK == invoke(["fingerprints", "evaluate", str(corpus), "--fingerprints", str(directory)])
    assert capsys.readouterr().out.startswith("1 labelled lines: 1 of cameras")


def test_a_corpus_line_that_cannot_be_read_is_named(
    directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text('{"id": "1", "kind": "http_title", "data": "Acme", "is_camera": true}\n{"kind": 3}\n')
    assert Exit.USAGE == invoke(["fingerprints", "evaluate", str(corpus), "--fingerprints", str(directory)])
    assert f"{corpus}, line 2: needs an object" in capsys.readouterr().err


class _Camera(BaseHTTPRequestHandler):
    server_version = "Acme-Httpd"
    sys_version = ""

    def do_GET(self) -> None:
        body = b"<html><head><title>Acme</title></head></html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_record_asks_one_device_and_prints_an_example(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ThreadingHTTPServer(("127.83.1.9", 8080), _Camera) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            where = ["--fingerprints", str(directory), "--source", "a test"]
            assert Exit.OK == invoke(["fingerprints", "record", "127.83.1.9", *where])
        finally:
            server.shutdown()
    said = capsys.readouterr().out
    assert "# acme.title\n    [[fingerprint.example]]\n    given.\"http.title\" = 'Acme'\n" in said
    assert "    expect = { brand = 'acme' }\n    source = 'a test'\n" in said
    assert "127.83.1.9" not in said


@pytest.mark.parametrize("address", ["camera.example", "10.0.0.0/24", "127.83.1.9-10"])
def test_record_takes_one_address_only(
    directory: Path, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    assert Exit.USAGE == invoke(["fingerprints", "record", address, "--fingerprints", str(directory)])
    assert f"camscan: `{address}` is not one address\n" == capsys.readouterr().err


def test_import_recog_survives_odd_positions_and_shows_no_description_raw(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "recog.xml"
    file.write_text(
        '<fingerprints matches="http_header.server"><fingerprint pattern="^(x)$">'
        '<description>\u202e&#x9b;2J</description><param pos="²" name="hw.product"/>'
        "</fingerprint></fingerprints>"
    )
    assert Exit.OK == invoke(["fingerprints", "import-recog", str(file)])
    said = capsys.readouterr()
    assert "\\x9b2J" in said.err
    assert not set(said.out + said.err) & set("\u202e\x9b")
