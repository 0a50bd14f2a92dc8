"""Tells people about changes through Apprise: e-mail, webhook, syslog, chat and a hundred more.

Rules: one message per endpoint and run, however many events; nothing here raises for a dead endpoint, it
says why; a URL holds passwords and never appears in what is said.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from camscan.errors import MissingExtra

MOST_LINES = 50
_SUBJECT = {
    "new": "new device",
    "gone": "no longer answers",
    "returned": "answers again",
    "moved": "moved",
    "re-firmwared": "firmware changed",
    "re-labelled": "brand changed",
    "re-identified": "identified anew",
    "identity-conflict": "identity in conflict",
    "merged": "two devices are one",
    "seen-though-removed": "answers though the register says otherwise",
    "first-inventory": "first inventory",
}


def line(site: str, kind: str, address: str, device: str, before: str, after: str) -> str:
    """One event as one line: `HQ: new device: Hikvision DS-2CD2142FWD at 10.0.0.7`."""
    place = f" at {address}" if address else ""
    change = f" ({before} → {after})" if before and after else ""
    text = f"{site or 'no site'}: {_SUBJECT.get(kind, kind)}: {device}{place}{change}"
    return "".join(ch if ch.isprintable() else " " for ch in text)[:300]


def title(sites: Sequence[str], count: int) -> str:
    """The subject of a message."""
    where = ", ".join(site or "no site" for site in sites[:3]) + (" …" if len(sites) > 3 else "")
    return f"camscan: {count} {'change' if count == 1 else 'changes'} at {where}"


def body(lines: Sequence[str]) -> str:
    """The message: every event a line, a long list cut with what was left out."""
    shown = list(lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        shown.append(f"… and {len(lines) - MOST_LINES} more: camscan alerts list")
    return "\n".join(shown)


def send(url: str, subject: str, lines: Sequence[str]) -> str:
    """Send one message; "" when the endpoint took it, else why not, in one line without the URL.

    Raises MissingExtra when Apprise is not installed.
    """
    try:
        import apprise
    except ModuleNotFoundError:
        raise MissingExtra("alerts need: pip install 'camscan[alerts]'") from None

    heard = _Listener()
    logger = logging.getLogger("apprise")
    logger.addHandler(heard)
    propagate, logger.propagate = logger.propagate, False
    try:
        endpoint = apprise.Apprise()
        if not endpoint.add(url):
            return "the URL is not one that Apprise understands"
        if endpoint.notify(title=subject, body=body(lines), body_format=apprise.NotifyFormat.TEXT):
            return ""
        return heard.said() or "it did not take the message"
    except Exception as fault:  # noqa: BLE001 - a plug-in's bug must neither lose the event nor fail the scan
        return f"it failed ({type(fault).__name__})"
    finally:
        logger.removeHandler(heard)
        logger.propagate = propagate


class _Listener(logging.Handler):
    """Apprise says why something failed only in its log."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if "://" not in text:
            self.records.append(" ".join(text.split())[:200])

    def said(self) -> str:
        return self.records[0].rstrip(".") if self.records else ""
