"""Languages of a report: one gettext `.po` file under locale/ each, read as it is; English is in the code.

Rules: `locale/<code>.po` is the whole of a language (its direction is the header `X-Direction`); nothing is
compiled and Babel is needed only to refresh the files (docs/translate.md).
"""

from __future__ import annotations

import ast
import gettext
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources

from camscan.errors import UsageError

_LOCALE = resources.files("camscan.report") / "locale"


class Language(gettext.NullTranslations):
    """The texts of one language; an untranslated one stays English."""

    def __init__(self, code: str, texts: dict[str, tuple[str, ...]]) -> None:
        super().__init__()
        header = _header(texts.get("", ("",))[0])
        self.code = code
        self.direction = header.get("x-direction", "ltr")
        self._texts = texts
        self._plural = _plural_rule(header.get("plural-forms", ""))

    def gettext(self, message: str) -> str:
        """The translation, or the message."""
        found = self._texts.get(message)
        return found[0] if found and found[0] else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The translation in the plural form that n asks for."""
        found = self._texts.get(msgid1)
        index = self._plural(n)
        if found and index < len(found) and found[index]:
            return found[index]
        return msgid1 if n == 1 else msgid2


def codes() -> tuple[str, ...]:
    """Every language there is, English first."""
    files = (each.name for each in _LOCALE.iterdir() if each.name.endswith(".po"))
    return ("en", *sorted(name.removesuffix(".po") for name in files))


@cache
def language(code: str) -> Language:
    """The language of this code. Raises UsageError listing those there are."""
    if code == "en":
        return Language("en", {})
    if code not in codes():
        raise UsageError(f"no language {code!r}; there are: {', '.join(codes())}")
    return Language(code, read_po((_LOCALE / f"{code}.po").read_text(encoding="utf-8")))


def read_po(text: str) -> dict[str, tuple[str, ...]]:
    """msgid → translations (one, or one per plural form) of a .po file; obsolete and fuzzy ones left out."""
    texts: dict[str, tuple[str, ...]] = {}
    for entry in text.replace("\r\n", "\n").split("\n\n"):
        if "\n#, fuzzy" in f"\n{entry}":
            continue
        parts: dict[str, str] = {}
        for keyword, value in _pieces(entry):
            parts[keyword] = parts.get(keyword, "") + value
        if "msgid" in parts:
            forms = sorted((key, value) for key, value in parts.items() if key.startswith("msgstr"))
            texts[parts["msgid"]] = tuple(value for _, value in forms)
    return texts


def _pieces(entry: str) -> Iterator[tuple[str, str]]:
    keyword = ""
    for line in entry.split("\n"):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if not line.startswith('"'):
            keyword, _, line = line.partition(" ")
        yield keyword, str(ast.literal_eval(line))


def _header(text: str) -> dict[str, str]:
    lines = (line.partition(":") for line in text.split("\n"))
    return {name.strip().lower(): value.strip() for name, _, value in lines}


def _plural_rule(forms: str) -> Callable[[int], int]:
    expression = forms.partition("plural=")[2].rstrip("; ")
    return gettext.c2py(expression) if expression else lambda n: int(n != 1)
