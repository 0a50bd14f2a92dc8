"""Prints rows as an aligned table, JSON or CSV; every listing command writes through here.

Rule: what a device chose is made visible and harmless before it reaches a terminal or a spreadsheet.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import click

FORMATS = ("text", "json", "csv")
MOST_WIDTH = 40

format_option = click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How to print it.",
)


def print_rows(header: Sequence[str], rows: Sequence[Sequence[str]], form: str) -> None:
    """Rows of texts under a header. text: columns aligned; json: a list of objects; csv: RFC 4180."""
    if form == "json":
        from camscan.report.neutralise import json_line

        objects = [dict(zip(header, row, strict=True)) for row in rows]
        click.echo(json_line(json.dumps(objects, ensure_ascii=False, indent=1)))
        return
    if form == "csv":
        from camscan.report.csv import table

        sys.stdout.flush()
        click.echo(table(header, rows), nl=False)
        return
    from camscan.report.neutralise import clip, safe_text

    cells = [[safe_text(text, MOST_WIDTH) for text in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
    for row in [[name.replace("_", " ") for name in header], *cells]:
        line = "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
        click.echo(clip(line.rstrip(), 400))


def print_facts(facts: Sequence[tuple[str, str]], form: str) -> None:
    """Names and values of one thing; csv and json as one row."""
    if form != "text":
        print_rows([name for name, _ in facts], [[value for _, value in facts]], form)
        return
    from camscan.report.neutralise import safe_text

    width = max(len(name) for name, _ in facts) + 1
    for name, value in facts:
        if value:
            click.echo(f"{(name.replace('_', ' ') + ':').ljust(width)} {safe_text(value)}")
