"""Coverage in sentences: what a run asked, what answered, what was not asked and why."""

from __future__ import annotations

from collections.abc import Iterator

from camscan.model.exchange import Outcome
from camscan.model.inventory import Coverage, Scan
from camscan.report.language import Language
from camscan.report.remarks import translated
from camscan.report.wording import number


def coverage_paragraphs(scan: Scan, words: Language) -> list[str]:
    """The first says how far the run came; the others each name one gap."""
    _ = words.gettext
    coverage = scan.coverage
    said = {
        "where": scan.site.name or scan.site.id or scan.scope_text,
        "targets": number(coverage.targets),
        "responders": number(coverage.responders),
    }
    if scan.method == "import":
        text = _("%(where)s: %(responders)s hosts in the files that were read.")
    elif scan.method == "listen":
        text = _("%(where)s: %(responders)s hosts were heard; none was asked.")
    elif coverage.interrupted:
        text = _(
            "%(where)s: %(targets)s addresses in scope, %(responders)s answered; the run was interrupted."
        )
    elif coverage.complete:
        text = _("%(where)s: %(targets)s addresses in scope, %(responders)s answered; all of it was asked.")
    else:
        text = _(
            "%(where)s: %(targets)s addresses in scope, %(responders)s answered; not all could be asked."
        )
    paragraphs = [text % said, *(translated(remark, words) for remark in coverage.warnings)]
    for probe in coverage.probes:
        missed = probe.outcomes.get(Outcome.NOT_RUN, 0)
        if missed:
            why = "; ".join(translated(reason, words) for reason in probe.reasons)
            gap = _("%(probe)s: %(count)s addresses not asked (%(why)s)")
            paragraphs.append(gap % {"probe": probe.probe, "count": number(missed), "why": why})
        broken = probe.outcomes.get(Outcome.BUG, 0)
        if broken:
            gap = _("%(probe)s: camscan itself failed %(count)s times")
            paragraphs.append(gap % {"probe": probe.probe, "count": number(broken)})
    for name, why in ran_in_part(coverage):
        gap = _("%(probe)s ran only in part (%(why)s)")
        paragraphs.append(gap % {"probe": name, "why": translated(why, words)})
    return paragraphs


def ran_in_part(coverage: Coverage) -> Iterator[tuple[str, str]]:
    """(probe, why) of probes that asked everybody, but not in every way: another program had the port."""
    mark = f"{Outcome.NOT_RUN.value}: "
    for probe in coverage.probes:
        if not probe.outcomes.get(Outcome.NOT_RUN):
            for why in probe.reasons:
                if why.startswith(mark):
                    yield probe.probe, why.removeprefix(mark)
