"""Reads fingerprints/policies/*.toml, and the lists an operator writes, into `Policy`.

Rules of this file: a fault names file, row and key; a file with a fault gives no policy; a wording that
judges ("illegal", "compliant", "banned") is a fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from camscan.audit.wording import DEFAULT_WORDING, SLOTS, judging_words, slots_of
from camscan.catalog.documents import Document, read_document
from camscan.catalog.faults import Fault, did_you_mean
from camscan.catalog.parties import Parties
from camscan.errors import FingerprintError, UsageError
from camscan.model.policy import (
    Component,
    DatedFact,
    Entity,
    Policy,
    Reach,
    SiteRule,
    Status,
    name_key,
)

if TYPE_CHECKING:
    from camscan.catalog.loading import Catalog


def read_policies(directory: Path, parties: Parties) -> tuple[Policy, ...]:
    """The policies of a fingerprint directory by id, () when it holds none; raises FingerprintError."""
    faults: list[Fault] = []
    found = collect_policies(directory, parties, faults)
    raise_first(faults)
    return found


def read_user_policies(
    place: Path, parties: Parties, known: Sequence[Policy] = (), countries: Sequence[Document] = ()
) -> tuple[Policy, ...]:
    """The lists in one TOML file or in every `*.toml` of a folder (docs/policies.md, "Your own lists").

    countries: the rows of jurisdictions.toml, which a list that goes by a class needs.

    Raises UsageError when there is no such place or no list in it, FingerprintError when one is wrong or
    uses the id of a policy in `known`.
    """
    files = sorted(place.glob("*.toml")) if place.is_dir() else [place]
    if not files or not files[0].is_file():
        raise UsageError(f"no policy list at {place}: give a .toml file or a folder that holds some")
    faults: list[Fault] = []
    found: list[Policy] = []
    taken = {policy.id for policy in known}
    for file in files:
        document = read_document(file, file.name, "user_policy_file", faults)
        if document is None:
            continue
        faults += _judge(document, file.name, parties, user=True)
        faults += _judge_class(document, file.name, countries)
        if document["id"] in taken:
            faults.append(Fault(file.name, "", "id", f"`{document['id']}` is the id of another policy"))
        taken.add(document["id"])
        found.append(_policy(document, parties, countries, user=True))
    raise_first(faults)
    return tuple(found)


def with_lists(catalog: Catalog, places: Iterable[Path]) -> tuple[Policy, ...]:
    """The policies of `catalog` and behind them the operator's lists; raises as `read_user_policies`."""
    found = catalog.policies
    parties = Parties(catalog.vendors, catalog.brands)
    faults: list[Fault] = []
    wanted = list(places)
    countries = _jurisdictions(catalog.directory, parties, faults) if wanted else ()
    raise_first(faults)
    for place in wanted:
        found += read_user_policies(place, parties, found, countries)
    return found


def choose_policies(policies: Sequence[Policy], names: Iterable[str]) -> tuple[Policy, ...]:
    """The policies with these ids, or ids that begin so (`ndaa-889`, `uk`), in their own order.

    All of them without names. Raises UsageError for a name that fits none.
    """
    wanted = list(names)
    for name in wanted:
        if not any(_goes_by(policy, name) for policy in policies):
            known = sorted({policy.id for policy in policies} | {policy.family for policy in policies})
            raise UsageError(
                f"no policy `{name}`{did_you_mean(name, known)}; `camscan policies list` has all"
            )
    return tuple(each for each in policies if not wanted or any(_goes_by(each, name) for name in wanted))


def _goes_by(policy: Policy, name: str) -> bool:
    return name in (policy.id, policy.family) or policy.id.startswith(f"{name}-")


def collect_policies(directory: Path, parties: Parties, faults: list[Fault]) -> tuple[Policy, ...]:
    """Every policy without a fault; the faults of the others in `faults`."""
    rows = _jurisdictions(directory, parties, faults)
    found = []
    for file in sorted((directory / "policies").glob("*.toml")):
        name = f"policies/{file.name}"
        document = read_document(file, name, "policy_file", faults)
        if document is None:
            continue
        wrong = list(_judge(document, name, parties))
        if document["id"] != file.stem:
            wrong.append(Fault(name, "", "id", f"`{document['id']}` must equal the file name"))
        faults += wrong
        if not wrong:
            found.append(_policy(document, parties, rows))
    return tuple(found)


def raise_first(faults: Sequence[Fault]) -> None:
    """FingerprintError with the first fault and how many follow; nothing when there is none."""
    if faults:
        more = f" (and {len(faults) - 1} more faults)" if len(faults) > 1 else ""
        raise FingerprintError(f"{faults[0]}{more}")


def _jurisdictions(directory: Path, parties: Parties, faults: list[Fault]) -> Sequence[Document]:
    name = "jurisdictions.toml"
    if not (directory / name).is_file():
        return ()
    document = read_document(directory / name, name, "jurisdictions_file", faults)
    if document is None:
        return ()
    rows: list[Document] = document["maker"]
    seen: set[str] = set()
    for row in rows:
        faults += _known_maker(name, row["maker"], f"maker {row['maker']}", parties)
        if row["maker"] in seen:
            faults.append(Fault(name, row["maker"], "maker", "stands here twice"))
        seen.add(row["maker"])
    return rows


def _known_maker(file: str, maker: str, key: str, parties: Parties) -> Iterator[Fault]:
    if maker not in parties.known:
        yield Fault(file, maker, key, f"no vendor `{maker}`{did_you_mean(maker, parties.known)}")


def _judge(document: Document, file: str, parties: Parties, user: bool = False) -> Iterator[Fault]:
    """What the schema cannot say of a policy file."""
    if user and not document.get("entity") and not document.get("class"):
        yield Fault(
            file, "", "entity", "is missing: name the makers in [[entity]] rows or a country in [class]"
        )
    elif not document.get("entity") and not document.get("class") and not document.get("asks_maker", True):
        yield Fault(file, "", "entity", "names nobody and asks nothing: it could never give a finding")
    if document.get("entity") and document.get("class"):
        yield Fault(file, "", "class", "a policy goes by names or by a class, not by both: make two files")
    seen: set[str] = set()
    for place, row in enumerate(document.get("entity", ()), 1):
        maker = row["maker"]
        if not user:
            yield from _known_maker(file, maker, f"entity #{place}.maker", parties)
        if maker in seen:
            yield Fault(file, maker, f"entity #{place}.maker", "stands here twice")
        if not name_key(maker):
            yield Fault(file, maker, f"entity #{place}.maker", "holds no letter or digit")
        seen.add(maker)
    for key, template in document.get("wording", {}).items():
        yield from _judge_wording(file, f"wording.{key}", key, template)
    for key, said in _sentences(document):
        for word in judging_words(said):
            yield Fault(file, "", key, f"`{word}` judges; say what the source says and what matches")
    ends = document.get("ends")
    if ends is not None and ends < document["effective"]:
        yield Fault(file, "", "ends", "lies before `effective`")


def _judge_class(document: Document, file: str, countries: Sequence[Document]) -> Iterator[Fault]:
    """A class that no maker falls under would look like a clean bill of health."""
    if "class" in document:
        asked, known = document["class"]["jurisdiction"], sorted({each["country"] for each in countries})
        if asked not in known:
            which = ", ".join(known) or "none"
            yield Fault(
                file, "", "class.jurisdiction", f"no maker is recorded under `{asked}`; known: {which}"
            )


def _judge_wording(file: str, key: str, kind: str, template: str) -> Iterator[Fault]:
    try:
        slots = slots_of(template)
    except ValueError as reason:
        yield Fault(file, "", key, f"braces do not pair: {reason}")
        return
    legal = {"policy", "reasons"} if kind == "unknown" else SLOTS
    for slot in slots:
        if slot not in legal:
            yield Fault(file, "", key, f"no slot `{slot}`{did_you_mean(slot, legal)}")
    needed = {"matches": ("maker", "evidence", "confidence"), "check": ("reasons",), "unknown": ("reasons",)}
    for slot in needed[kind]:
        if slot not in slots:
            yield Fault(file, "", key, f"must say {{{slot}}}")


def _sentences(document: Document) -> Iterator[tuple[str, str]]:
    """The texts that findings print."""
    yield "name", document["name"]
    for kind, template in document.get("wording", {}).items():
        yield f"wording.{kind}", template
    for place, row in enumerate(document.get("entity", ()), 1):
        for key in ("covers", "doubt"):
            yield f"entity #{place}.{key}", row.get(key, "")
    for place, row in enumerate(document.get("component", ()), 1):
        yield f"component #{place}.question", row["question"]


def _policy(document: Document, parties: Parties, rows: Sequence[Document], user: bool = False) -> Policy:
    row: dict[str, Any] = document
    reference = row.get("reference", row["name"])
    entities = [_entity(each, row, parties, user) for each in row.get("entity", ())]
    elsewhere = None
    if "class" in row:
        test = row["class"]
        inside = [each for each in rows if each["country"] == test["jurisdiction"]]
        entities = [_member(each, test, parties) for each in inside]
        outside = [parties.party(each["maker"]) for each in rows if each not in inside]
        elsewhere = frozenset(name for party in outside for name in party.names)
    return Policy(
        id=row["id"],
        family=row.get("family", row["id"]),
        name=row["name"],
        reference=reference,
        about=row.get("about", ""),
        applies_to=row.get("applies_to", ""),
        test=row.get("test", "the makers named in the list"),
        effective=date.fromisoformat(row["effective"]),
        status=Status(row.get("status", "certain")),
        source=row["source"],
        as_of=date.fromisoformat(row.get("as_of", row["effective"])),
        wording={**DEFAULT_WORDING, **row.get("wording", {})},
        action=row.get("action", "assess"),
        in_force=_day(row, "in_force"),
        ends=_day(row, "ends"),
        site_rule=SiteRule(row.get("site_rule", "any")),
        flag_only=row.get("flag_only", False),
        asks_maker=row.get("asks_maker", True),
        acquired_after=_day(row, "acquired_after"),
        entities=tuple(entities),
        elsewhere=elsewhere,
        components=tuple(_component(each) for each in row.get("component", ())),
        inventory=tuple(row.get("inventory", ())),
        dates=tuple(_fact(each, row) for each in row.get("date", ())),
        caveats=tuple(_fact(each, row) for each in row.get("caveat", ())),
        user=user,
    )


def _entity(row: Document, policy: Document, parties: Parties, user: bool) -> Entity:
    maker = parties.party(row["maker"])
    reach = "covered" if user else "not-stated"
    return Entity(
        maker=maker,
        named_as=row.get("named_as", maker.name),
        covers=row.get("covers", "what they made"),
        clause=row.get("clause", ""),
        status=Status(row.get("status", "certain")),
        source=str(row.get("source", policy["source"])),
        doubt=row.get("doubt", ""),
        subsidiaries=Reach(row.get("subsidiaries", reach)),
        relabels=Reach(row.get("relabels", reach)),
        linked=parties.subsidiaries(row["maker"]),
        since=_day(row, "since"),
    )


def _member(row: Document, test: Document, parties: Parties) -> Entity:
    """A maker that falls under a class test because of the country it is subject to."""
    maker = parties.party(row["maker"])
    status = Status(row["status"])
    unsure = f"that {maker.name} falls under the test is not established: {row['basis']}"
    return Entity(
        maker=maker,
        named_as=test["named_as"],
        covers=test["covers"],
        clause=test.get("clause", ""),
        status=status,
        source=f"{maker.name}: {row['basis']} ({row['source']})",
        doubt="" if status is Status.CERTAIN else unsure,
        subsidiaries=Reach(test["subsidiaries"]),
        relabels=Reach(test["relabels"]),
        linked=parties.subsidiaries(row["maker"]),
    )


def _component(row: Document) -> Component:
    names = frozenset({name_key(row["name"])})
    return Component(row["name"], names, row["question"], row.get("clause", ""), row["source"])


def _fact(row: Document, policy: Document) -> DatedFact:
    source = str(row.get("source", policy["source"]))
    return DatedFact(row["text"], Status(row["status"]), source, _day(row, "on"))


def _day(row: Document, key: str) -> date | None:
    return date.fromisoformat(row[key]) if key in row else None
