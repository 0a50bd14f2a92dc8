"""A policy in words, for `camscan policies show` and for docs/policies.md.

Print the list: `python -m camscan.catalog.policy_text > docs/policies.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap

from camscan.model.policy import DatedFact, Entity, Policy, Reach, SiteRule, Status

WIDTH = 96

_REACH = {Reach.COVERED: "meant", Reach.NOT_COVERED: "not meant", Reach.NOT_STATED: "not stated"}
_STATUS = {
    Status.CERTAIN: "read in the source",
    Status.BACKGROUND: "recalled, not read again",
    Status.UNKNOWN: "not found",
}


def describe(policy: Policy) -> str:
    """All that is known of a policy, as plain text."""
    lines = [policy.name, "=" * len(policy.name)]
    for label, text in _facts(policy):
        lines += wrap(f"{label}: {text}", WIDTH, subsequent_indent="    ")
    if policy.elsewhere is None:
        lines += _section("Whom it names", (_entity_text(entity) for entity in policy.entities))
    elif policy.entities:
        one = policy.entities[0]
        meant = f"It means {one.covers} {one.named_as}. Subsidiaries: {_REACH[one.subsidiaries]}"
        lines += ["", *wrap(f"{meant}. Other labels: {_REACH[one.relabels]}.", WIDTH)]
        lines += _section("Makers of that class, and why", (_member_text(each) for each in policy.entities))
        lines += wrap(
            "Makers that jurisdictions.toml places elsewhere give no finding; others are asked for."
        )
    questions = (f"{each.name}: {each.question} ({each.source})" for each in policy.components)
    lines += _section("Questions about parts, never findings", questions)
    lines += _section("What an inventory must show", policy.inventory)
    lines += _section("Dates", (f"{each.on}: {_fact_text(each)}" for each in policy.dates))
    lines += _section("What is not sure, or lies outside", map(_fact_text, policy.caveats))
    lines += _section("Sentences of its findings", (f"{key}: {text}" for key, text in policy.wording.items()))
    return "\n".join(lines) + "\n"


def _facts(policy: Policy) -> Iterator[tuple[str, str]]:
    yield "Id", policy.id + (f" (family {policy.family})" if policy.family != policy.id else "")
    yield "Reference", policy.reference
    if policy.in_force:
        yield "In force", policy.in_force.isoformat()
    yield "Effective", policy.effective.isoformat()
    if policy.ends:
        yield "Ends", policy.ends.isoformat()
    yield from (
        (label, text)
        for label, text in (
            ("About", policy.about),
            ("Applies to", policy.applies_to),
            ("Test", policy.test),
        )
        if text
    )
    sites = "sensitive sites only" if policy.site_rule is SiteRule.SENSITIVE else "any"
    yield "Sites", sites
    if policy.acquired_after:
        yield "Bought after", f"{policy.acquired_after}: treated differently; the date comes from papers"
    unknown = "to be checked, once per family" if policy.asks_maker else "no finding"
    yield "Unknown maker", unknown
    yield "A match asks for", "nothing (a flag)" if policy.flag_only else policy.action
    yield "Founded", _STATUS[policy.status]
    yield "Source", f"{policy.source} (as of {policy.as_of})"
    if policy.user:
        yield "Kind", "a list of yours"


def _entity_text(entity: Entity) -> str:
    parts = [f"{entity.maker.name} (named as {entity.named_as}): {entity.covers}."]
    if entity.clause:
        parts.append(f"Clause: {entity.clause}.")
    if entity.since:
        parts.append(f"Since {entity.since}.")
    known = ", ".join(each.name for each in entity.linked)
    parts.append(f"Subsidiaries{f' ({known})' if known else ''}: {_REACH[entity.subsidiaries]}.")
    parts.append(f"Other labels: {_REACH[entity.relabels]}.")
    if entity.doubt:
        parts.append(f"To be checked: {entity.doubt}.")
    elif entity.status is not Status.CERTAIN:
        parts.append("To be checked: recalled, not read again.")
    parts.append(f"Source: {entity.source}.")
    return " ".join(parts)


def _member_text(entity: Entity) -> str:
    firm = "" if entity.status is Status.CERTAIN else "to be checked: "
    return f"{firm}{entity.source}"


def _fact_text(fact: DatedFact) -> str:
    return f"{fact.text} [{_STATUS[fact.status]}; {fact.source}]"


def _section(title: str, items: Iterable[str]) -> list[str]:
    listed = list(items)
    if not listed:
        return []
    lines = ["", f"{title}:"]
    for item in listed:
        lines += wrap(f"- {item}", WIDTH, initial_indent="  ", subsequent_indent="    ")
    return lines


def document(policies: Iterable[Policy]) -> str:
    """docs/policies.md."""
    listed = list(policies)
    rows = [
        f"| `{policy.id}` | {policy.name} | {policy.effective} | {_whom(policy)} | {policy.reference} |"
        for policy in listed
    ]
    texts = [f"## `{policy.id}`\n\n```text\n{describe(policy)}```\n" for policy in listed]
    return "\n".join([_INTRODUCTION, *rows, "", _YOUR_OWN, *texts]).rstrip("\n") + "\n"


def _whom(policy: Policy) -> str:
    if policy.elsewhere is not None:
        return "a class of makers, by jurisdiction"
    return ", ".join(entity.maker.name for entity in policy.entities) or "nobody by name"


_INTRODUCTION = """\
# Policies

<!-- Generated by `python -m camscan.catalog.policy_text`; a test keeps it current. -->

camscan compares the maker of each camera, recorder, encoder, intercom and access terminal with dated
policies. A finding is a classification with its basis, not legal advice.

- **matches**: the maker is proven (confidence 0.90 or more), the policy names it, and nothing is open.
- **to be checked**: the maker is only probable; or the source leaves something open (what a clause covers,
  subsidiaries, other labels); or the site's sensitivity is not stated; or a fact is recalled, not read.
- **a question**: a part (HiSilicon) may matter. It is answered by papers, never by the network.
- **An unknown maker is never clear.** It gives one "to be checked" per policy family (`ndaa-889`, not parts
  A and B each), under the family's name. A maker below 0.60 that no list names counts as unknown.
- What is not a camera never gets a finding. A policy that has ended gives none; one that applies later gives
  "to be checked" with its date.

| id | name | effective | names | reference |
|---|---|---|---|---|"""

_YOUR_OWN = """\
## Your own lists

A list is a TOML file; `--policies FILE` or `--policies FOLDER` adds it. Five keys are enough:

```toml
id = "our-list"
name = "Our purchasing list of 2026"
effective = 2026-01-01
source = "Board decision 17/2026"

[[entity]]
maker = "hikvision"          # a vendor id of fingerprints/vendors: aliases and own labels are meant, too

[[entity]]
maker = "Acme Optics"        # any other name works as it stands
subsidiaries = "not-covered" # for your lists subsidiaries and other labels are meant unless you say otherwise
```

Instead of `[[entity]]` rows a list may go by the country of the maker, as `fingerprints/jurisdictions.toml`
records it; a maker without a row there gives "to be checked":

```toml
[class]
jurisdiction = "CN"
named_as = "makers under that country's law"
covers = "cameras and recorders"
subsidiaries = "covered"
relabels = "covered"
```

Everything in `fingerprints/policy-schema.json` may stand there: `site_rule`, `ends`, `action`, `wording`,
notes and dates. A wording may not judge:
words such as "illegal" or "compliant" are refused.
"""


def main() -> None:
    """Print docs/policies.md."""
    import sys

    from camscan.catalog import load

    sys.stdout.write(document(load().policies))


if __name__ == "__main__":
    main()
