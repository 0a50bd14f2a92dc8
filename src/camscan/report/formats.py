"""Which file suffix is which format, and the one way a report reaches the disk.

Rules: a writer is a pure function Inventory → bytes, or pieces of bytes; a file appears whole or not at all
(temporary file in the same folder, then rename); writers are imported when they are asked for.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from camscan.errors import OperationalError, UsageError
from camscan.model.inventory import Inventory
from camscan.report import rows
from camscan.report.collection import collection_paused


@dataclass(frozen=True, slots=True)
class Format:
    """One output format: its name for --format, its suffix for -o, what it is for, and its module.

    module.render(inventory) makes the bytes ("module:function" names another function); takes says which
    options it understands besides.
    """

    name: str
    suffix: str
    about: str
    module: str
    takes: frozenset[str] = frozenset()
    text: bool = True


def _format(name: str, suffix: str, about: str, module: str, *takes: str, text: bool = True) -> Format:
    return Format(name, suffix, about, f"camscan.report.{module}", frozenset(takes), text)


FORMATS = (
    _format("csv", ".csv", "one row per device, for spreadsheets", "csv", "columns"),
    _format("jsonl", ".jsonl", "everything, with evidence: what report and identify --again read", "jsonl"),
    _format("html", ".html", "one page that needs nothing else, evidence folded in", "html", "language"),
    _format("md", ".md", "summary and devices for a wiki or a ticket", "markdown", "columns", "language"),
    _format("xlsx", ".xlsx", "a workbook: summary, devices, findings, unknown, coverage", "xlsx", text=False),
    _format(
        "au-2023", ".au-2023.csv", "organisation × brand × devices × sites, as Australia asked", "au_2023"
    ),
    _format("ndaa-889", ".ndaa-889.csv", "the fields of a FAR 52.204-24/-25 report", "ndaa_889"),
    _format("ecs", ".ecs.jsonl", "one Elastic Common Schema event per device", "ecs"),
    _format("pdf", ".pdf", "summary, findings and devices for filing", "pdf", "language", text=False),
    _format("netbox", ".netbox.csv", "devices for NetBox's bulk import", "netbox_csv"),
    _format(
        "netbox-manufacturers",
        ".netbox-manufacturers.csv",
        "manufacturers for NetBox's bulk import",
        "netbox_csv:render_manufacturers",
    ),
    _format(
        "netbox-device-types",
        ".netbox-device-types.csv",
        "device types for NetBox's bulk import",
        "netbox_csv:render_device_types",
    ),
    _format("cyclonedx", ".cdx.json", "CycloneDX 1.6: device and firmware components", "cyclonedx"),
)


def known() -> str:
    """The known suffixes in words, for error messages and --help."""
    return ", ".join(each.suffix for each in FORMATS)


def by_name(name: str) -> Format:
    """The format called `name`. Raises UsageError listing the known names."""
    for each in FORMATS:
        if each.name == name:
            return each
    raise UsageError(f"no format {name!r}; known formats: {', '.join(each.name for each in FORMATS)}")


def by_path(path: Path | str) -> Format:
    """The format that the file name's suffix asks for; the longest suffix that fits wins.

    Raises UsageError listing the known suffixes.
    """
    name = Path(path).name.lower()
    fitting = [each for each in FORMATS if name.endswith(each.suffix) and len(name) > len(each.suffix)]
    if not fitting:
        raise UsageError(f"{path}: the suffix names no format; known suffixes: {known()}")
    return max(fitting, key=lambda each: len(each.suffix))


def render(
    inventory: Inventory,
    form: Format | str,
    *,
    columns: Iterable[str] | None = None,
    language: str = "en",
) -> bytes:
    """The report as bytes; what `pieces` yields, together."""
    return b"".join(pieces(inventory, form, columns=columns, language=language))


def pieces(
    inventory: Inventory,
    form: Format | str,
    *,
    columns: Iterable[str] | None = None,
    language: str = "en",
) -> Iterator[bytes]:
    """The report in pieces, so that a large one is never whole in memory where its format can be cut.

    columns and language reach the formats that know them, others ignore the language.
    Raises UsageError for an unknown format or column, or columns for a format without any; MissingExtra.
    """
    form = by_name(form) if isinstance(form, str) else form
    options: dict[str, object] = {}
    if columns is not None:
        if "columns" not in form.takes:
            raise UsageError(f"the format {form.name} has no choice of columns; csv and md have")
        options["columns"] = rows.choose(columns)
    if "language" in form.takes:
        options["language"] = language
    name, _, function = form.module.partition(":")
    module = importlib.import_module(name)
    with collection_paused():
        if not function and hasattr(module, "pieces"):
            yield from cast("Callable[..., Iterator[bytes]]", module.pieces)(inventory, **options)
        else:
            yield cast("Callable[..., bytes]", getattr(module, function or "render"))(inventory, **options)


def write(
    inventory: Inventory,
    path: Path,
    *,
    columns: Iterable[str] | None = None,
    language: str = "en",
) -> None:
    """Render in the format of the suffix and put the file in place in one step.

    Raises UsageError (suffix, columns), MissingExtra, OperationalError (folder missing, disk full, no right).
    """
    write_pieces(path, pieces(inventory, by_path(path), columns=columns, language=language))


def write_bytes(path: Path, content: bytes) -> None:
    """Replace the file at `path` in one step; after a failure the old file is still there, whole."""
    write_pieces(path, (content,))


def write_pieces(path: Path, content: Iterable[bytes]) -> None:
    """As `write_bytes`, for content that comes piece by piece."""
    temporary = path.with_name(f".{path.name[:40]}.{os.getpid()}.part")
    try:
        temporary.unlink(missing_ok=True)  # "xb": where others may write, too, no link of theirs is followed
        with temporary.open("xb") as stream:
            stream.writelines(content)
        temporary.replace(path)
    except OSError as fault:
        temporary.unlink(missing_ok=True)
        raise OperationalError(f"cannot write {path}: {fault.strerror}") from None
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
