"""`WWW-Authenticate` values to challenges: scheme, realm, parameters (RFC 9110, 11.3; RTSP uses the same).

Rules: several challenges may share one line; a quote closes only where a comma, another parameter, another
challenge or the end follows, as cameras write quotes inside realms; an open quote runs to the end; one-time
values (nonce, opaque, token68 blobs) are dropped here and never reach an observation; nothing raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from camscan.wire.text import one_line

MAX_VALUE_CHARACTERS = 4096
MAX_CHALLENGES = 8
MAX_PARAMETERS = 32

_ONE_TIME = frozenset({"nonce", "opaque", "cnonce", "nextnonce", "response", "rspauth"})
_PARAMETER = re.compile(r"[\s,;]*([A-Za-z][A-Za-z0-9_.-]{0,40})[ \t]{0,8}=[ \t]{0,8}")
_SCHEME = re.compile(r"[\s,]*([A-Za-z][A-Za-z0-9_-]{0,40})(?=[\s,]|$)")
_NEXT = r" {1,8}(?:(?:Basic|Digest) |[A-Za-z][A-Za-z0-9_-]{0,40} {0,8}=)"
_CLOSING = re.compile(rf'"(?= {{0,8}}(?:[,;]|$)|{_NEXT})')
_BARE_END = re.compile(rf"[,;]|{_NEXT}|$")
_LEAK = re.compile(
    r"""["',;\s]{0,8}\b(?:c?nonce|nextnonce|opaque|rspauth)\s{0,8}=.*""", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Challenge:
    """One challenge. scheme as sent ("Digest"); realm "" when none was given; params lower-case names and
    unquoted values without one-time ones; text the challenge as sent without one-time values."""

    scheme: str
    realm: str
    params: tuple[tuple[str, str], ...]
    text: str


def parse_challenges(value: str) -> tuple[Challenge, ...]:
    """The challenges of one header value, at most MAX_CHALLENGES; () for empty text."""
    value = one_line(value[:MAX_VALUE_CHARACTERS])
    challenges: list[Challenge] = []
    at = 0
    while at < len(value) and len(challenges) < MAX_CHALLENGES:
        scheme = _SCHEME.match(value, at)
        if scheme is None:
            # No scheme: parameters alone, or words (some servers send only their realm).
            if _PARAMETER.match(value, at) is None:
                break
            name, at = "", at
        else:
            name, at = scheme.group(1), scheme.end()
        challenge, at = _one_challenge(name, value, at)
        challenges.append(challenge)
    return tuple(challenges)


def _one_challenge(scheme: str, value: str, at: int) -> tuple[Challenge, int]:
    params: list[tuple[str, str]] = []
    pieces: list[str] = []
    while at < len(value) and len(params) < MAX_PARAMETERS:
        found = _PARAMETER.match(value, at)
        if found is None:
            following = _SCHEME.match(value, at)
            if following and (params or value[at:].lstrip().startswith(",")):
                break
            at = _skip_word(value, at)
            continue
        name = found.group(1)
        content, raw, at = _parameter_value(value, found.end())
        if not content.strip("=") and name.lower() != "realm":
            continue  # a token68 blob (NTLM, Negotiate) ends in "="
        if name.lower() not in _ONE_TIME:
            params.append((name.lower(), content))
            pieces.append(f"{name}={raw}")
    realm = next((content for name, content in params if name == "realm"), "")
    text = f"{scheme} {', '.join(pieces)}".strip()
    return Challenge(scheme, realm, tuple(params), text), at


def _skip_word(value: str, at: int) -> int:
    """Past one blank-delimited word: a token68 blob, or text that is no parameter."""
    while at < len(value) and value[at] in " ,;":
        at += 1
    blank = value.find(" ", at)
    return len(value) if blank < 0 else blank + 1


def _parameter_value(value: str, at: int) -> tuple[str, str, int]:
    """(content, as sent, index after it) of a quoted or bare value, one-time values that broken quotes
    swept in removed."""
    if value.startswith('"', at):
        closing = _CLOSING.search(value, at + 1)
        while closing and _escaped(value, closing.start(), at):
            closing = _CLOSING.search(value, closing.end())
        stop = closing.start() if closing else len(value)
        content = _LEAK.sub("", value[at + 1 : stop])
        return _unescaped(content), f'"{content}"', closing.end() if closing else stop
    end = _BARE_END.search(value, at)
    stop = end.start() if end else len(value)
    content = _LEAK.sub("", value[at:stop]).strip()
    return content, content, stop


def _escaped(value: str, quote_at: int, from_index: int) -> bool:
    slashes = 0
    while quote_at - 1 - slashes > from_index and value[quote_at - 1 - slashes] == "\\":
        slashes += 1
    return slashes % 2 == 1


def _unescaped(content: str) -> str:
    return re.sub(r"\\(.)", r"\1", content).strip()


def realms_of(values: tuple[str, ...]) -> tuple[str, ...]:
    """Every realm of every challenge in these header values, in order."""
    return tuple(each.realm for value in values for each in parse_challenges(value) if each.realm)


def texts_of(values: tuple[str, ...]) -> tuple[str, ...]:
    """Each header value, one-time values removed, challenges of one value joined by a comma."""
    return tuple(", ".join(each.text for each in parse_challenges(value)) for value in values)
