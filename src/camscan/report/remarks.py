"""What a run remarked of itself (`Coverage.warnings`, reasons of probes), in the reader's language.

Rules: a remark is stored in English, as the run said it; the forms that runs use often stand here, so that Babel
finds them; any other remark, and whatever a form quotes, is shown as it stands.
"""
# ruff: noqa: E501  (a sentence stays on one line, as the translator sees it)

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from camscan.report.language import Language, language

MAX_CHARACTERS = 1000  # what is longer, or quotes quotes, no run has said
MAX_DEPTH = 3
_PLACE = re.compile(r"%\((\w+)\)s")


def translated(remark: str, words: Language, depth: int = MAX_DEPTH) -> str:
    """The remark in this language, or as it is when its form is not known here."""
    if not depth or len(remark) > MAX_CHARACTERS:
        return remark
    for form, text in _table(words.code):
        if said := form.fullmatch(remark):
            return text % {
                name: translated(part, words, depth - 1) for name, part in said.groupdict().items()
            }
    return remark


@cache
def _table(code: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """(English form, text in the language); empty for English."""
    if code == "en":
        return ()
    pairs = zip(forms(str), forms(language(code).gettext), strict=True)
    return tuple((re.compile(_pattern(form), re.DOTALL), text) for form, text in pairs)


def _pattern(form: str) -> str:
    """`%(count)s` matches a number, anything else whatever stands there."""
    parts = _PLACE.split(form)
    texts, names = parts[::2], parts[1::2]
    places = [rf"(?P<{name}>{'[0-9,]+' if name == 'count' else '.+?'})" for name in names]
    return "".join(re.escape(text) + place for text, place in zip(texts, [*places, ""], strict=True))


def forms(_: Callable[[str], str]) -> tuple[str, ...]:
    """Every form, through `_`; the more exact ones first."""
    return (
        _(
            "nothing was sent: a device that announced nothing is not listed, and behind a switch with IGMP snooping multicast announcements may not reach this port"
        ),
        _(
            "no right to raw sockets (CAP_NET_RAW): no ARP sweep, no question to IPv6 neighbours, ports were connected to instead, and hardware addresses beyond the kernel's own table are missing; `camscan doctor` says how to get it"
        ),
        _("the last line was cut short and is left out"),
        _("not-run: %(why)s"),
        _("%(probe)s: not-run: %(why)s"),
        _("no target is on the link of %(interface)s"),
        _("an excluded address lies on %(network)s (%(interface)s), a group question reaches it"),
        _("group questions fail on %(why)s; the other interfaces are asked"),
        _("the gateway %(ip)s answers no ARP request"),
        _("the interface %(interface)s has no address; it was left out"),
        _("the interface %(interface)s is down; it was left out"),
        _("%(interface)s: no longer listened to: %(why)s"),
        _("%(ip)s did not accept the login supplied; it was tried once and is not tried again"),
        _("%(count)s sends stopped at the gate: %(why)s"),
        _("%(count)s packets not read: %(why)s"),
        _("%(count)s devices on these links answered from outside the targets; they are not listed"),
        _("%(count)s more addresses of other networks answered than can be true: somebody makes them up"),
        _("%(count)s datagrams did not leave this machine: %(why)s"),
        _(
            "the link has no carrier or takes no packets of this size, or the kernel's table of neighbours was full (sysctl net.ipv4.neigh.default.gc_thresh3=8192 makes room)"
        ),
        _("more than %(count)s hosts were heard; further ones are not listed"),
        _("%(count)s DHCP clients or SADP frames without a known address: not listed"),
        _(
            "%(count)s hardware addresses have no known network address and are not listed as devices: import an ARP table or DHCP leases beside them"
        ),
        _("no address known for %(mac)s of %(maker)s behind %(where)s"),
        _("no address known for %(mac)s of %(maker)s"),
        _("%(count)s hosts take time and memory; --interesting-only keeps likely cameras only"),
        _("%(count)s left out: %(why)s"),
        _("%(name)s: %(count)s packets lost"),
        _("%(name)s: %(count)s further places not read"),
        _("%(name)s: %(count)s left out: %(why)s"),
    )
