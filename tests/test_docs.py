"""The documentation cannot fall behind the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from camscan.cli.exits import Exit
from camscan.cli.reference import OUTCOMES, PAGES
from camscan.model.exchange import Outcome, Transport
from camscan.probes import load_probes

DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_generated_page_is_current(name: str) -> None:
    assert PAGES[name]() == (DOCS / name).read_text(encoding="utf-8"), (
        "run: python -m camscan.cli.reference docs"
    )


def test_every_exit_code_and_outcome_has_a_sentence() -> None:
    assert all(code.meaning.endswith(".") for code in Exit)
    assert set(Outcome) == set(OUTCOMES)


def test_the_safety_page_states_the_manners_of_the_code() -> None:
    from camscan.net.pace import Manners

    page = (DOCS / "safety.md").read_text(encoding="utf-8")
    manners = Manners()
    for promise in (
        f"{manners.packets_per_second:,.0f} packets a second",
        f"{manners.device_packets_per_second:.0f} packets a second to one device",
        f"{manners.device_connections_at_once} connections at a time",
        f"{manners.device_connections} TCP connections",
    ):
        assert promise in page, promise


def test_every_probe_says_what_it_asks_and_which_fields_it_fills() -> None:
    import tomllib

    fields = tomllib.loads((DOCS.parent / "fingerprints" / "fields.toml").read_text(encoding="utf-8"))
    for probe in load_probes():
        assert len(probe.about) > 20, probe.name
        assert probe.transport in set(Transport)
        for field in probe.fields:
            assert field in fields, f"{probe.name} fills {field}, which fields.toml does not know"
            assert probe.name in fields[field]["probes"], (
                f"fields.toml: {field} does not name probe {probe.name}"
            )


def test_links_between_pages_lead_somewhere() -> None:
    import re

    pages = [*DOCS.rglob("*.md"), DOCS.parent / "README.md"]
    for page in pages:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(DOCS.parent)} links to {target}"
