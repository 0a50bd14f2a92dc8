"""How many banners a second one core identifies, by engine: `python tests/bench/bench_engine.py`.

Rules: 5,000 invented ones over the fields cameras speak through, each with named groups and, as real rules
do, a maker's word in it; one in fifty has no literal at all. Banners: a third match a rule, a third look
like one and do not, a third are somebody else's.

`--rules N` changes the number, `--real CORPUS.jsonl` measures the rules that ship on labelled lines,
`--hostile` the slowest input we can think of, `--loading` the time to load.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import re2

from camscan.match.engine import MAX_CHARACTERS, Engine
from camscan.match.patterns import read_pattern
from camscan.match.prefilter import Prefilter, build_index
from camscan.model.fingerprint import Condition, Fingerprint, Operator, Weight
from camscan.model.observation import Observation, observe

FIELDS = (
    "http.server",
    "http.realm",
    "http.title",
    "rtsp.server",
    "rtsp.realm",
    "onvif.scope",
    "ftp.banner",
    "snmp.sys_descr",
)
AT = datetime(2026, 1, 1, tzinfo=UTC)
_STRANGERS = (
    "Apache/2.4.{} (Debian)",
    "nginx/1.{}.0",
    "lighttpd/1.4.{}",
    "Boa/0.94.14rc{}",
    "mini_httpd/1.19 {}",
    "Printer {} ready",
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def synthetic_rules(count: int, seed: int = 7) -> list[Fingerprint]:
    """Invented rules in the shapes real ones have."""
    rng = random.Random(seed)
    rules = []
    for number in range(count):
        word = "".join(rng.choices(_LETTERS, k=rng.randint(5, 11))).capitalize()
        shape = number % 50
        if shape == 0:
            pattern = rf"^{rng.randint(100, 999)}\d[A-Z](?P<model>[A-Z0-9]{{8}})$"
        elif shape % 3 == 0:
            pattern = rf"^{word}[ -](?P<model>[A-Z]{{2}}\d{{3,4}}[A-Z]?)/(?P<firmware>\d+(?:\.\d+){{1,3}})$"
        elif shape % 3 == 1:
            pattern = rf"(?i)^(?:{word}|{word[:4]}cam) (?:IP|network) camera (?P<model>\w{{3,12}})"
        else:
            pattern = rf"\b{word}-(?P<model>[A-Z]\d{{4}})(?: v(?P<firmware>[\d.]+))?$"
        claims = {"kind": "camera", "model": "{model}"} | (
            {"firmware": "{firmware}"} if "<firmware>" in pattern else {}
        )
        rules.append(
            Fingerprint(
                id=f"bench.r{number}",
                vendor="bench",
                about="An invented rule.",
                weight=Weight.PROVES,
                when=(Condition(FIELDS[number % len(FIELDS)], Operator.REGEX, (pattern,)),),
                claims=claims,
            )
        )
    return rules


def banners(rules: Sequence[Fingerprint], count: int, seed: int = 11) -> list[tuple[str, str]]:
    """(field, text): a third match a rule, a third nearly, a third are strangers; no text occurs twice."""
    rng = random.Random(seed)
    out = []
    for number in range(count):
        place = rng.randrange(len(rules))
        field = rules[place].when[0].field
        if number % 3 == 0:
            text = _matching(place, rules[place].when[0].values[0], number, rng)
        elif number % 3 == 1:
            text = f"{_word(rules[place].when[0].values[0])} label printer {number}"
        else:
            text = rng.choice(_STRANGERS).format(number)
        out.append((field, text))
    return out


def _word(pattern: str) -> str:
    found = re.search(r"[A-Z][a-z]{4,}", pattern)
    return found[0] if found else "Somebody"


def _matching(place: int, pattern: str, number: int, rng: random.Random) -> str:
    shape = place % 50
    if shape == 0:
        return f"{pattern[1:4]}7K{number:08}"
    if shape % 3 == 0:
        return f"{_word(pattern)} XY{rng.randrange(100, 9999)}/1.{number}.3"
    if shape % 3 == 1:
        return f"{_word(pattern)} IP camera M{number}"
    return f"the {_word(pattern)}-{rng.choice('ABCDEF')}{rng.randrange(1000, 9999)} v{number}"


def _as_observations(texts: Sequence[tuple[str, str]]) -> list[Observation]:
    return [observe("192.0.2.1", "bench", {field: text}, at=AT) for field, text in texts]


def _rate(run: Callable[[int], object], count: int, seconds: float = 2.0) -> float:
    """Calls a second over at most `count` inputs, each used once, until the time is up."""
    start = time.process_time()  # of this core: what else the machine does is not the engine's
    done = 0
    while done < count:
        run(done)
        done += 1
        if done % 16 == 0 and time.process_time() - start > seconds:
            break
    return done / (time.process_time() - start)


def compare(rules: Sequence[Fingerprint], texts: Sequence[tuple[str, str]]) -> None:
    """Print banners a second for each way of doing it, the product last."""
    observations = _as_observations(texts)
    patterns = [(rule.when[0].field, rule.when[0].values[0]) for rule in rules]
    compiled = [re.compile(pattern) for _, pattern in patterns]
    _show("sequential re", _rate(lambda i: [p.search(texts[i][1]) for p in compiled], len(texts)))

    by_field: dict[str, list[re.Pattern[str]]] = {}
    for (field, _), pattern in zip(patterns, compiled, strict=True):
        by_field.setdefault(field, []).append(pattern)
    _show("re, by field", _rate(lambda i: [p.search(texts[i][1]) for p in by_field[texts[i][0]]], len(texts)))

    sets = {}
    start = time.perf_counter()
    for field in by_field:
        options = re2.Options()
        options.max_mem = 256 << 20
        sets[field] = re2.Set.SearchSet(options)
        for name, pattern in patterns:
            if name == field:
                sets[field].Add(pattern)
        sets[field].Compile()
    built = time.perf_counter() - start
    _show(
        "RE2 set, by field",
        _rate(lambda i: sets[texts[i][0]].Match(texts[i][1]), len(texts)),
        f"{built:.2f} s to compile",
    )

    prefilter = Prefilter(build_index(rules, {}))

    def with_re(i: int) -> None:
        found: set[int] = set()
        scan = prefilter.scan_of(texts[i][0])
        if scan is not None:
            scan.add_candidates(texts[i][1], found)
        for number in found:
            compiled[number].search(texts[i][1])

    _show("prefilter, then re (unsafe)", _rate(with_re, len(texts)))
    _hyperscan(patterns, texts)

    engine = Engine(rules, {})
    cold = _rate(lambda i: engine.match(observations[i]), len(texts), 30)
    warm = statistics.median(_rate(lambda i: engine.match(observations[i]), len(texts), 30) for _ in range(5))
    matched = sum(bool(engine.match(each)) for each in observations)
    _show(
        "camscan: prefilter, then RE2",
        warm,
        f"{cold:,.0f} while compiling; {matched} of {len(texts)} matched",
    )


def _hyperscan(patterns: Sequence[tuple[str, str]], texts: Sequence[tuple[str, str]]) -> None:
    try:
        import hyperscan
    except ImportError:
        print(f"{'hyperscan':<32} not installed")
        return
    start = time.perf_counter()
    databases = {}
    for field in FIELDS:
        mine = [pattern for name, pattern in patterns if name == field]
        databases[field] = hyperscan.Database()
        databases[field].compile(
            expressions=[re.sub(r"\?P<", "?<", each).encode() for each in mine],
            ids=list(range(len(mine))),
            flags=[hyperscan.HS_FLAG_SINGLEMATCH] * len(mine),
        )
    built = time.perf_counter() - start
    found: list[int] = []

    def on_match(number: int, *_: object) -> None:
        found.append(number)

    def scan(i: int) -> None:
        databases[texts[i][0]].scan(texts[i][1].encode(), match_event_handler=on_match)

    _show("hyperscan (no captures)", _rate(scan, len(texts)), f"{built:.2f} s to compile")


def hostile(rules: Sequence[Fingerprint]) -> None:
    """Print the slowest of several inputs made to hurt, 64 KB each."""
    literals = sorted({text for rule in rules for text in read_pattern(rule.when[0].values[0]).literals})
    rng = random.Random(3)
    inputs = {
        "every literal of every rule": " ".join(rng.sample(literals, len(literals))),
        "one literal, again and again": literals[0] * MAX_CHARACTERS,
        "one letter": "a" * MAX_CHARACTERS,
        "one letter, then a stranger": "a" * (MAX_CHARACTERS - 1) + "!",
        "digits": "9" * MAX_CHARACTERS,
        "random letters": "".join(rng.choices(_LETTERS + " -./", k=MAX_CHARACTERS)),
        "not ASCII": "ﬃ" * MAX_CHARACTERS,
        "no text at all": "".join(chr(rng.randrange(1, 0xD7FF)) for _ in range(MAX_CHARACTERS)),
    }
    engine = Engine(rules, {})
    fields = sorted({rule.when[0].field for rule in rules})
    for name, text in inputs.items():
        text = (text * (MAX_CHARACTERS // len(text) + 1))[:MAX_CHARACTERS]
        observations = [Observation("192.0.2.1", "bench", {field: (text,)}, AT, "") for field in fields]
        observations.append(Observation("192.0.2.1", "bench", dict.fromkeys(fields, (text,) * 64), AT, ""))
        worst = 0.0
        complete = True
        for observation in observations:
            engine.match(observation)  # compiles what it needs, once
            times = []
            for _ in range(5):
                start = time.perf_counter()
                complete = engine.examine(observation).complete and complete
                times.append(time.perf_counter() - start)
            worst = max(worst, min(times))
        print(f"{name:<32} {worst * 1000:6.2f} ms{'' if complete else '   (cut short, said so)'}")


def real(corpus: Path) -> None:
    """Print how fast the rules camscan ships run over the labelled lines of `corpus`."""
    from camscan.catalog import load
    from camscan.imports.labelled import observations_of

    catalog = load(cache=False)
    with corpus.open(encoding="utf-8") as stream:
        observations = [each for line in stream for each in observations_of(json.loads(line))]
    values = sum(len(texts) for each in observations for texts in each.fields.values())
    match = catalog.matcher.match
    matched = sum(bool(match(each)) for each in observations)
    rate = statistics.median(_rate(lambda i: match(observations[i]), len(observations), 30) for _ in range(9))
    note = f"{rate * values / len(observations):,.0f} values/s; {matched} of {len(observations)} matched"
    _show(f"camscan, its own {len(catalog.fingerprints)} rules", rate, note)


def loading(count: int) -> None:
    """Print how long a catalog of `count` rules and the shipped IEEE prefixes takes to load."""
    from camscan.catalog import default_directory, load

    with tempfile.TemporaryDirectory() as name:
        here, kept = Path(name) / "fingerprints", Path(name) / "cache"
        write_catalog(here, synthetic_rules(count))
        for file in ("fields.toml", "ieee-ambiguous.csv"):
            shutil.copy(default_directory() / file, here)
        start = time.perf_counter()
        load(here, cache_directory=kept)
        print(f"{count} rules from TOML: {time.perf_counter() - start:.2f} s, once")
        times = []
        for _ in range(10):
            start = time.perf_counter()
            catalog = load(here, cache_directory=kept)
            loaded = time.perf_counter()
            catalog.matcher.match(observe("192.0.2.1", "bench", {"http.server": "nginx/1.18.0"}, at=AT))
            times.append((loaded - start, time.perf_counter() - loaded))
        load_ms, match_ms = (1000 * each for each in min(times))
        print(f"{count} rules from the cache: {load_ms:.1f} ms, first match {match_ms:.1f} ms")


def write_catalog(directory: Path, rules: Sequence[Fingerprint]) -> None:
    """The rules as vendor files of twenty rules each."""
    (directory / "vendors").mkdir(parents=True)
    for number, first in enumerate(range(0, len(rules), 20)):
        vendor = f"bench{number}"
        parts = [f'[vendor]\nid = "{vendor}"\nname = "Bench {number}"\n']
        for rule in rules[first : first + 20]:
            condition = rule.when[0]
            claims = "".join(f'claim.{name} = "{text}"\n' for name, text in rule.claims.items())
            parts.append(
                f'[[fingerprint]]\nid = "{vendor}.{rule.id.rpartition(".")[2]}"\n'
                'about = "An invented rule."\n'
                f'weight = "proves"\nunanchored = "a rule of the bench"\n'
                f"when.\"{condition.field}\".regex = '{condition.values[0]}'\n{claims}"
                f'    [[fingerprint.example]]\n    given."{condition.field}" = "some words a device said"\n'
                f'    expect = {{ kind = "camera" }}\n    source = "invented"\n'
            )
        (directory / "vendors" / f"{vendor}.toml").write_text("\n".join(parts), encoding="utf-8")


def _show(name: str, rate: float, note: str = "") -> None:
    print(f"{name:<32} {rate:>10,.0f} banners/s{'   ' + note if note else ''}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, default=5000)
    parser.add_argument("--banners", type=int, default=30000)
    parser.add_argument("--hostile", action="store_true")
    parser.add_argument("--real", type=Path, metavar="CORPUS.jsonl")
    parser.add_argument("--loading", action="store_true")
    options = parser.parse_args()
    rules = synthetic_rules(options.rules)
    if options.real:
        real(options.real)
    if options.hostile:
        hostile(rules)
    if options.loading:
        loading(options.rules)
    if not (options.real or options.hostile or options.loading):
        compare(rules, banners(rules, options.banners))


if __name__ == "__main__":
    main()
