"""The sentences of a report that several formats share, in the reader's language.

Rules: each text stands here once, in English, inside `_()` or `n_()` so that Babel finds it; numbers come
in by name; "matches", "to be checked", never "illegal" or "compliant".
"""

# ruff: noqa: E501  (a sentence stays on one line, as the translator sees it)

from __future__ import annotations

from camscan.model.finding import Finding, Verdict
from camscan.report.language import Language
from camscan.report.next_steps import Step, StepKind
from camscan.report.rows import ADVISORY
from camscan.report.summary import Summary


def devices_text(count: int, words: Language) -> str:
    """`1 device`, `913 devices`"""
    return words.ngettext("%(count)s device", "%(count)s devices", count) % {"count": number(count)}


def sites_text(count: int, words: Language) -> str:
    """`1 site`, `250 sites`"""
    return words.ngettext("%(count)s site", "%(count)s sites", count) % {"count": number(count)}


def organisations_text(count: int, words: Language) -> str:
    """`1 organisation`, `20 organisations`"""
    text = words.ngettext("%(count)s organisation", "%(count)s organisations", count)
    return text % {"count": number(count)}


def number(count: int) -> str:
    """`12,345`"""
    return f"{count:,}"


def percent(part: int, whole: int) -> str:
    """`43%`; `<1%` for what would round to nothing."""
    if not whole or not part:
        return "0%"
    share = 100 * part / whole
    return "<1%" if share < 0.5 else f"{share:.0f}%" if part == whole or share < 99.5 else "99%"


def headline(summary: Summary, words: Language) -> str:
    """The one sentence at the top."""
    _ = words.gettext
    named = [place for place in summary.organisations if place.name]
    parts = {
        "devices": devices_text(summary.devices, words),
        "sites": sites_text(len(summary.sites), words),
        "organisations": organisations_text(len(named), words),
    }
    if not summary.devices:
        return _("No camera, recorder, encoder or intercom was found.")
    if len(named) > 1:
        return _("%(devices)s found at %(sites)s of %(organisations)s.") % parts
    if len(summary.sites) > 1:
        return _("%(devices)s found at %(sites)s.") % parts
    return _("%(devices)s found.") % parts


def kind_name(kind: str, words: Language) -> str:
    """The device type for people."""
    _ = words.gettext
    return {
        "camera": _("camera"),
        "recorder": _("recorder"),
        "encoder": _("encoder"),
        "intercom": _("intercom"),
        "access-terminal": _("access terminal"),
        "camera-like-unknown": _("camera-like, unknown"),
        "not-a-camera": _("not a camera"),
    }.get(kind, _("unknown"))


def kind_count(kind: str, count: int, words: Language) -> str:
    """`663 cameras`"""
    n_ = words.ngettext
    text = {
        "camera": n_("%(count)s camera", "%(count)s cameras", count),
        "recorder": n_("%(count)s recorder", "%(count)s recorders", count),
        "encoder": n_("%(count)s encoder", "%(count)s encoders", count),
        "intercom": n_("%(count)s intercom", "%(count)s intercoms", count),
        "access-terminal": n_("%(count)s access terminal", "%(count)s access terminals", count),
    }.get(kind, n_("%(count)s camera-like device", "%(count)s camera-like devices", count))
    return text % {"count": number(count)}


def relation_name(relation: str, words: Language) -> str:
    """The relation of label and maker for people."""
    _ = words.gettext
    return {
        "own": _("the maker’s own label"),
        "subsidiary": _("label of a subsidiary"),
        "relabel": _("another label than its maker’s"),
    }.get(relation, _("not known"))


def verdict_name(verdict: Verdict, words: Language) -> str:
    """How firmly a finding stands, for people."""
    _ = words.gettext
    return {
        Verdict.MATCHES: _("matches"),
        Verdict.TO_BE_CHECKED: _("to be checked"),
        Verdict.CANNOT_BE_DECIDED: _("cannot be decided"),
        Verdict.QUESTION: _("a question"),
    }[verdict]


def finding_sentence(finding: Finding, maker: str, words: Language) -> str:
    """What a finding says: in English its own wording; in another language the same made from its parts.

    The English wording stays in every data format and beside the translation.
    """
    if words.code == "en":
        return finding.wording
    _ = words.gettext
    parts = {
        "rule": finding.reference
        if finding.regime == ADVISORY
        else f"{finding.regime} ({finding.reference})",
        "maker": maker or _("unknown"),
        "sure": f"{int(finding.confidence * 100 + 1e-9) / 100:.2f}",
    }
    if finding.regime == ADVISORY:
        text = {
            Verdict.MATCHES: _(
                "Advisory %(rule)s names this firmware (maker %(maker)s, confidence %(sure)s)."
            ),
            Verdict.CANNOT_BE_DECIDED: _(
                "Advisory %(rule)s may apply: the firmware version does not decide it (maker %(maker)s)."
            ),
        }.get(
            finding.verdict, _("Advisory %(rule)s is to be checked (maker %(maker)s, confidence %(sure)s).")
        )
    else:
        text = {
            Verdict.MATCHES: _("Matches %(rule)s because the maker is %(maker)s (confidence %(sure)s)."),
            Verdict.QUESTION: _("A question under %(rule)s about a component of this device."),
        }.get(finding.verdict, _("To be checked against %(rule)s: maker %(maker)s, confidence %(sure)s."))
    return text % parts


def step_sentence(step: Step, words: Language) -> str:
    """What to do, in one sentence."""
    _, n_, count = words.gettext, words.ngettext, step.count
    match step.kind:
        case StepKind.EXPLOITED:
            text = n_(
                "Update or take off the network %(count)s device whose firmware an advisory on CISA’s list of exploited vulnerabilities names.",
                "Update or take off the network %(count)s devices whose firmware an advisory on CISA’s list of exploited vulnerabilities names.",
                count,
            )
        case StepKind.CHECK_FIRMWARE:
            text = n_(
                "Find out whether %(count)s device needs an update: an exploited vulnerability may apply and the version does not decide it.",
                "Find out whether %(count)s devices need an update: an exploited vulnerability may apply and the version does not decide it.",
                count,
            )
        case StepKind.CREDENTIALS:
            text = n_(
                "Close %(count)s device that shows pictures without a login, tells its login to anyone, or has no password yet.",
                "Close %(count)s devices that show pictures without a login, tell their login to anyone, or have no password yet.",
                count,
            )
        case StepKind.UNREACHED:
            text = n_(
                "Reach what this audit could not reach: %(count)s gap.",
                "Reach what this audit could not reach: %(count)s gaps.",
                count,
            )
        case StepKind.LOOK_AT:
            text = n_(
                "Walk to %(count)s device whose maker is unknown and read its label and type plate.",
                "Walk to %(count)s devices whose maker is unknown and read their labels and type plates.",
                count,
            )
        case StepKind.CHECK_MAKER:
            text = n_(
                "Confirm the maker of %(count)s device: a policy depends on it and the evidence is not enough.",
                "Confirm the maker of %(count)s devices: a policy depends on it and the evidence is not enough.",
                count,
            )
        case StepKind.RECORDERS:
            text = n_(
                "Ask %(count)s recorder which cameras hang behind it: the network shows only the recorder.",
                "Ask %(count)s recorders which cameras hang behind them: the network shows only the recorders.",
                count,
            )
        case StepKind.CONFLICTS:
            text = n_(
                "Sort out %(count)s device whose identity contradicts itself: shared serial, address or MAC.",
                "Sort out %(count)s devices whose identity contradicts itself: shared serial, address or MAC.",
                count,
            )
        case StepKind.EMPTY_SITES:
            text = n_(
                "Make sure of %(count)s site where nothing was found: silence is not absence.",
                "Make sure of %(count)s sites where nothing was found: silence is not absence.",
                count,
            )
    return text % {"count": number(count)}


def doubts(summary: Summary, words: Language) -> list[str]:
    """What the audit could be wrong about (facts: audit, section 6), with this audit's own numbers."""
    _, n_ = words.gettext, words.ngettext
    recorders = dict(summary.kinds).get("recorder", 0)
    landlord = sum(1 for entry in summary.entries if entry.site.owner == "landlord")
    said = [
        n_(
            "Labels mislead. %(count)s device here wears another label than its maker’s; a count by brand name would have missed it.",
            "Labels mislead. %(count)s devices here wear another label than their maker’s; a count by brand name would have missed them.",
            summary.other_label,
        )
        % {"count": number(summary.other_label)},
        n_(
            "Recorders hide cameras behind one address. %(count)s recorder was found; the cameras on its own ports are not counted.",
            "Recorders hide cameras behind one address. %(count)s recorders were found; the cameras on their own ports are not counted.",
            recorders,
        )
        % {"count": number(recorders)},
        n_(
            "A landlord’s system is often on another network. %(count)s device here stands at a landlord’s site.",
            "A landlord’s system is often on another network. %(count)s devices here stand at landlords’ sites.",
            landlord,
        )
        % {"count": number(landlord)},
        _(
            "“Device”, “camera” and “system” are different units. This report counts devices that have an address."
        ),
        _("No answer is not absence. What was asked and stayed silent is in the coverage, not in the count."),
        _("A network scan misses analogue cameras, devices without power and isolated networks."),
    ]
    if summary.unsure_maker:
        said.append(
            n_(
                "The maker of %(count)s device is likely, not sure; it is never counted as a certain match.",
                "The maker of %(count)s devices is likely, not sure; they are never counted as certain matches.",
                summary.unsure_maker,
            )
            % {"count": number(summary.unsure_maker)}
        )
    return said


def disclaimer(words: Language) -> str:
    """What a match means and does not mean."""
    return words.gettext(
        "“Matches” means: the maker found by the evidence shown is one that the policy names. It is a classification with its basis, not legal advice, and says nothing of what is lawful."
    )
