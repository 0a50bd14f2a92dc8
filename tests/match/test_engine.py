from __future__ import annotations

import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camscan.match.bounded import MAX_SPAN, BoundedPattern
from camscan.match.engine import MAX_CANDIDATES, MAX_CHARACTERS, Engine
from camscan.match.prefilter import MAX_HITS
from camscan.model.fingerprint import Condition, Fingerprint, Match, Operator, Weight
from camscan.model.observation import Observation, observe

AT = datetime(2026, 1, 1, tzinfo=UTC)
GROUPS = {"serial": ("onvif.device_serial", "sadp.device_sn"), "model": ("onvif.hardware", "upnp.model_name")}


def regex(field: str, pattern: str, ignore_case: bool = False) -> Condition:
    return Condition(field, Operator.REGEX, (pattern,), ignore_case)


def rule(*when: Condition, rule_id: str = "test.rule", **claims: str) -> Fingerprint:
    return Fingerprint(
        rule_id, "test", "A rule of a test.", Weight.PROVES, when, claims or {"kind": "camera"}
    )


def match(rules: Fingerprint | list[Fingerprint], **fields: str | tuple[str, ...]) -> tuple[Match, ...]:
    named = {name.replace("__", "."): value for name, value in fields.items()}
    return Engine(rules if isinstance(rules, list) else [rules], GROUPS).match(
        observe("192.0.2.1", "test", named, at=AT)
    )


def raw(fields: Mapping[str, tuple[str, ...]]) -> Observation:
    """An observation whose values nobody has cut to size."""
    return Observation("192.0.2.1", "test", fields, AT, "")


def test_claims_are_filled_from_named_groups_and_the_words_are_kept() -> None:
    one = rule(
        regex("http.server", r"^Example-(?P<model>\w+)/(?P<version>[\d.]+)$"),
        model="{model}",
        firmware="{version}",
    )
    (found,) = match(one, http__server="Example-EC210/5.40")
    assert {"model": "EC210", "firmware": "5.40"} == found.claims
    assert (("http.server", "Example-EC210/5.40"),) == found.words


def test_all_conditions_must_hold_in_one_observation() -> None:
    one = rule(regex("http.server", "^Boa"), Condition("http.realm", Operator.IS, ("DVR", "NVR")))
    assert () == match(one, http__server="Boa/0.94")
    assert () == match(one, http__server="Boa/0.94", http__realm="router")
    (found,) = match(one, http__server="Boa/0.94", http__realm="NVR")
    assert (("http.server", "Boa/0.94"), ("http.realm", "NVR")) == found.words


def test_any_one_value_of_a_field_satisfies_a_condition() -> None:
    assert match(rule(regex("http.header", "^X-Example: 1")), http__header=("Server: nginx", "X-Example: 1"))


def test_absent_holds_only_without_the_field() -> None:
    one = rule(regex("http.server", "^Boa"), Condition("http.realm", Operator.ABSENT, ()))
    assert match(one, http__server="Boa/0.94")
    assert () == match(one, http__server="Boa/0.94", http__realm="DVR")


def test_an_is_condition_compares_the_whole_value() -> None:
    one = rule(Condition("http.realm", Operator.IS, ("DVR",)))
    assert () == match(one, http__realm="DVR 4")
    assert () == match(one, http__realm="dvr")
    assert match(rule(Condition("http.realm", Operator.IS, ("dvr",), ignore_case=True)), http__realm="DVR")


def test_ignore_case_reaches_regexes() -> None:
    assert match(rule(regex("http.server", "^hikvision", ignore_case=True)), http__server="HIKVISION-Webs")
    assert () == match(rule(regex("http.server", "^hikvision")), http__server="HIKVISION-Webs")


def test_a_group_condition_tests_every_field_of_the_group_in_its_order() -> None:
    one = rule(regex("any.serial", r"^(?P<serial>2102\w{16})$"), serial="{serial}")
    (found,) = match(one, sadp__device_sn="210235C2QSA188000194")
    assert (("sadp.device_sn", "210235C2QSA188000194"),) == found.words
    both = match(one, sadp__device_sn="210235C2QSA188000194", onvif__device_serial="210235C2QSA188000195")
    assert "210235C2QSA188000195" == both[0].claims["serial"]


def test_a_dropped_claim_leaves_the_others_and_no_claim_is_no_match() -> None:
    one = rule(regex("http.server", r"^Cam (?P<day>\d{8})"), kind="camera", firmware_date="{day|date}")
    assert {"kind": "camera"} == match(one, http__server="Cam 20190230")[0].claims
    only = rule(regex("http.server", r"^Cam (?P<day>\d{8})"), firmware_date="{day|date}")
    assert () == match(only, http__server="Cam 20190230")


def test_a_placeholder_never_becomes_a_model() -> None:
    one = rule(regex("onvif.hardware", r"^(?P<model>\w+)$"), model="{model}")
    assert () == match(one, onvif__hardware="IPC")


def test_matches_come_in_rule_order() -> None:
    rules = [rule(regex("http.server", "^Boa"), rule_id=f"test.{name}") for name in "zay"]
    assert ["test.z", "test.a", "test.y"] == [
        each.fingerprint.id for each in match(rules, http__server="Boa/1")
    ]


def test_an_unknown_field_is_nobodys_trigger() -> None:
    assert () == match(rule(regex("http.server", "^Boa")), snmp__sys_descr="Boa")


def test_of_a_long_page_only_the_matching_words_are_kept() -> None:
    one = rule(regex("http.body", "ExampleCam [0-9]+"))
    (found,) = match(one, http__body="x" * 500 + "ExampleCam 12" + "y" * 500)
    assert (("http.body", "ExampleCam 12"),) == found.words


def test_text_that_is_not_ascii_is_matched_and_returned_whole() -> None:
    one = rule(regex("http.title", r"^(?P<model>网络摄像机 \w+)$"), model="{model}")
    assert "网络摄像机 X1" == match(one, http__title="网络摄像机 X1")[0].claims["model"]


def test_lone_surrogates_do_not_stop_the_engine() -> None:
    engine = Engine([rule(regex("http.title", "^.+ camera$"))], {})
    assert 1 == len(engine.match(raw({"http.title": ("\ud800 camera",)})))


def test_what_re2_refuses_is_a_value_error_that_says_why() -> None:
    with pytest.raises(ValueError, match=r"\(\?="):
        BoundedPattern("(?=a)b")


def test_a_rule_of_absences_alone_is_refused() -> None:
    with pytest.raises(ValueError, match=r"test\.rule"):
        Engine([rule(Condition("http.server", Operator.ABSENT, ()))], {})


def test_groups_are_not_sought_in_a_match_longer_than_the_bound() -> None:
    pattern = BoundedPattern("(?s)^a(?P<rest>.*)z")
    groups: dict[str, str | None] = {}
    assert pattern.search(b"a" + b"b" * (MAX_SPAN - 2) + b"z" + b"c" * 10, groups) is not None
    assert pattern.search(b"a" + b"b" * MAX_SPAN + b"z", {}) is None
    assert BoundedPattern("(?s)^a.*z").search(b"a" + b"b" * MAX_SPAN + b"z", {}) is not None


def test_a_value_with_more_literals_than_the_bound_is_said_to_be_incomplete() -> None:
    engine = Engine([rule(regex("http.body", "camera [0-9]"))], {})
    assert not engine.examine(raw({"http.body": ("camera " * (MAX_HITS + 1),)})).complete
    assert engine.examine(raw({"http.body": ("camera " * 100,)})).complete


def test_more_characters_than_the_bound_are_said_to_be_incomplete() -> None:
    engine = Engine([rule(regex("http.body", "^camera"))], {})
    examined = engine.examine(raw({"http.body": ("camera" + "x" * MAX_CHARACTERS,)}))
    assert (1, False) == (len(examined.matches), examined.complete)


def test_more_candidates_than_the_bound_are_said_to_be_incomplete() -> None:
    rules = [rule(regex("http.body", f"{number:03}")) for number in range(MAX_CANDIDATES + 1)]
    text = "".join(f"{number:03}" for number in range(MAX_CANDIDATES + 1))
    examined = Engine(rules, {}).examine(raw({"http.body": (text,)}))
    assert (MAX_CANDIDATES, False) == (len(examined.matches), examined.complete)


SHAPES = (
    r"^{word}-(?P<model>[A-Z]\d+)/(?P<firmware>\d+(?:\.\d+){{1,3}})$",
    r"(?i)\b{word} (?:ip|network) camera (?P<model>\w{{3,12}})",
    r"(?s)<title>.*{word}.*(?P<model>\w+)</title>",
    r"(?P<model>(?:\w+\.)*)\w*{word}$",
    r"^(?:[a-z]*{word})*(?P<model>(?:.*)*)$",
)


def test_more_text_to_search_than_the_bound_is_said_to_be_incomplete() -> None:
    rules = [rule(regex("http.body", f"word{number:04}!$")) for number in range(100)]
    text = " ".join(f"word{number:04}!" for number in range(100)) + " " * 20000
    examined = Engine(rules, {}).examine(raw({"http.body": (text,)}))
    assert (0, False) == (len(examined.matches), examined.complete)


def test_more_text_to_capture_than_the_bound_is_said_to_be_incomplete() -> None:
    words = [f"w{number:03}" for number in range(100)]
    rules = [rule(regex("http.body", f"(?P<model>{word}.+)$"), model="{model}") for word in words]
    text = "".join(words) + "x" * 550
    examined = Engine(rules, {}).examine(raw({"http.body": (text,)}))
    assert not examined.complete
    assert 0 < len(examined.matches) < 100


def hostile_rules() -> tuple[list[Fingerprint], list[str]]:
    rng = random.Random(5)
    words = ["".join(rng.choices("abcdefghij", k=rng.randint(3, 9))) for _ in range(2000)]
    shapes = [SHAPES[place % len(SHAPES)].format(word=word) for place, word in enumerate(words)]
    return [rule(regex("http.body", shape), model="{model}") for shape in shapes], words


@pytest.mark.parametrize(
    "hostile",
    [
        "every word",
        "one word again and again",
        "one letter",
        "a title that never ends",
        "digits and dots",
        "ligatures",
        "words of 26 letters",
    ],
)
def test_no_hostile_page_of_64_kilobytes_takes_longer_than_ten_milliseconds(hostile: str) -> None:
    rules, words = hostile_rules()
    page = {
        "every word": " ".join(words),
        "one word again and again": words[0] * MAX_CHARACTERS,
        "one letter": "a" * MAX_CHARACTERS,
        "a title that never ends": f"<title>{' '.join(words)}" * 9,
        "digits and dots": "1." * MAX_CHARACTERS,
        "ligatures": "ﬃ" * MAX_CHARACTERS,
        "words of 26 letters": ("abcdefghij" * 2 + "abcdef ") * 3000,
    }[hostile]
    page = (page * (MAX_CHARACTERS // len(page) + 1))[:MAX_CHARACTERS]
    engine = Engine(rules, {})
    observation = raw({"http.body": (page,)})
    engine.examine(observation)  # compiles, once in the life of the process
    times = []
    for _ in range(12):
        start = time.process_time()
        engine.examine(observation)
        times.append(time.process_time() - start)
    assert min(times) < 0.010


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["http.body", "http.server", "x.y"]),
        st.lists(st.text(max_size=300), max_size=4).map(tuple),
    )
)
def test_whatever_an_observation_says_the_engine_answers(fields: dict[str, tuple[str, ...]]) -> None:
    engine = Engine(
        [rule(regex("http.body", r"^(?P<model>.*)$"), model="{model}"), rule(regex("http.server", "a|b"))], {}
    )
    assert engine.examine(raw(fields)).complete
