"""The measured parts of docs/method.md: the weights, and error rates over labelled lines.

`python -m camscan.cli.method_page docs/method.md [CORPUS.jsonl]` rewrites what stands between the markers
`<!-- NAME: … -->` and `<!-- end of NAME -->`; the corpus part stays as it is when no CORPUS is given.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from datetime import date
from pathlib import Path

from camscan.catalog import load
from camscan.catalog.editions import edition_of
from camscan.catalog.loading import Catalog
from camscan.catalog.places import shipped_directory
from camscan.imports.labelled import observations_of
from camscan.match import weights
from camscan.match.evaluate import Report, Score, evaluate
from camscan.match.resolve import Identifier

SHIPPED_LINES = Path("tests") / "fingerprints" / "labelled_lines.jsonl"
_Z95 = 1.96


def measured(corpus: Path, catalog: Catalog, on: str) -> str:
    """The error rates on a file of labelled lines; the first line alone depends on the day (`on`, ISO)."""
    raw = corpus.read_bytes()
    lines = [json.loads(line) for line in raw.splitlines() if line.strip()]
    report = evaluate(lines, observations_of, Identifier(catalog), catalog.names)
    return (
        f"Measured {on}, fingerprints of edition {edition_of(catalog.directory)}, "
        f"{len(catalog.fingerprints)} rules; `{corpus.name}`, SHA-256 "
        f"`{hashlib.sha256(raw).hexdigest()[:16]}…`.\n\n{report.markdown()}\n{_bounds(report)}"
    )


def _bounds(report: Report) -> str:
    certain = report.calibration()[0]
    rows = (
        ("a line called a camera is one", report.camera_precision()),
        ("a camera's line is called one", report.camera_recall()),
        ("a maker named is right", report.maker_precision()),
        ("a kind at 0.9 and above is right", certain[2]),
        ("a maker at 0.9 and above is right", certain[3]),
    )
    table = "".join(f"| {what} | {score} | {at_least(score):.1%} |\n" for what, score in rows)
    return (
        "What these counts allow, if lines were drawn at random and independently (they were not):\n\n"
        f"| statement | lines | at least (95 %, Wilson) |\n|---|---|---|\n{table}"
    )


def at_least(score: Score) -> float:
    """The lower end of Wilson's 95 % interval of a share; 0 when nothing was counted."""
    if not score.total:
        return 0.0
    share, squared = score.right / score.total, _Z95**2 / score.total
    spread = _Z95 * math.sqrt(share * (1 - share) / score.total + squared / (4 * score.total))
    return max(0.0, (share + squared / 2 - spread) / (1 + squared))


def weight_table() -> str:
    """The numbers of match/weights.py as a table."""
    rows: list[tuple[str, float]] = [
        *((f"a rule that {weight}", value) for weight, value in weights.RULE.items()),
        ("an IEEE block of the maker, on a hardware address seen on the wire", weights.PREFIX_OBSERVED),
        ("the same block, on an address that only a message states", weights.PREFIX_CLAIMED),
        ("the block's holder builds nothing but video surveillance: kind", weights.PREFIX_CAMERA_ONLY),
        ("a model or serial in the maker's own protocol", weights.ANNOUNCED_BY_VENDOR_PROTOCOL),
        ("the same in ONVIF device information", weights.ANNOUNCED_BY_DEVICE_INFORMATION),
        ("the same in an open protocol (UPnP, ONVIF scopes)", weights.ANNOUNCED_BY_OPEN_PROTOCOL),
        ("a brand text that no file knows", weights.ANNOUNCED_BRAND),
        *((f"brands.toml, row of {name} confidence", value) for name, value in weights.BRAND_TABLE.items()),
        ("its ONVIF service answers: kind", weights.ANSWERS_ONVIF),
        ("it announces ONVIF: kind", weights.SPEAKS_ONVIF),
        ("it answers RTSP: kind", weights.SPEAKS_RTSP),
        ("an open port that hardly anything but cameras uses: kind", weights.CAMERA_PORT),
    ]
    body = "".join(f"| {what} | {value:.2f} |\n" for what, value in rows)
    return f"| evidence | probability that it is right when it stands alone |\n|---|---|\n{body}"


def section(page: str, name: str) -> str:
    """What stands between the markers of `name`. Raises ValueError when the page has no such markers."""
    start, end = _place(page, name)
    return page[start:end]


def with_section(page: str, name: str, text: str) -> str:
    """The page with another text between the markers of `name`."""
    start, end = _place(page, name)
    return page[:start] + text + page[end:]


def _place(page: str, name: str) -> tuple[int, int]:
    start = page.index("-->\n", page.index(f"<!-- {name}:")) + 4
    return start, page.index(f"<!-- end of {name} -->", start)


def rewrite(file: Path, corpus: Path | None, on: str) -> None:
    """Bring the page up to date; only the shipped lines when there is no other corpus."""
    here = shipped_directory()
    catalog = load(here, cache=False)
    page = with_section(file.read_text(encoding="utf-8"), "weights", weight_table())
    page = with_section(page, "shipped lines", measured(here.parent / SHIPPED_LINES, catalog, on))
    if corpus is not None:
        page = with_section(page, "whole corpus", measured(corpus, catalog, on))
    file.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    given = [Path(each) for each in sys.argv[1:]]
    rewrite(given[0], given[1] if len(given) > 1 else None, date.today().isoformat())  # noqa: DTZ011 - the author's day
