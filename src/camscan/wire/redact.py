"""Takes credentials out of pages that show them: script variables, JSON members, filled password fields.

Rules: RE2, so that a hostile page costs linear time; what is taken out leaves the name and empty quotes,
because the name may be a fingerprint; nothing raises. Source: facts 0.3 (last lines).
"""

from __future__ import annotations

import re2

_NAME = r"[\w.$-]{0,40}(?:passw(?:or)?d|passwd|pwd|loginpas|psw|secret|loginuser|login_user)[\w.$-]{0,20}"
_MEMBER = re2.compile(
    rf"""(?i)(["']?\b{_NAME}["']?\s{{0,4}}[:=]\s{{0,4}})(?:"[^"<>\r\n]{{1,128}}"|'[^'<>\r\n]{{1,128}}')"""
)
_BARE = re2.compile(rf"""(?i)(\b{_NAME}=)[^\s"'<>&;,)]{{1,128}}""")
_PASSWORD_INPUT = re2.compile(
    r"""(?i)<input\b[^<>]{0,400}\btype\s{0,4}=\s{0,4}["']?password\b[^<>]{0,400}>"""
)
_VALUE = re2.compile(r"""(?i)(\bvalue\s{0,4}=\s{0,4})(?:"[^"<>]{1,200}"|'[^'<>]{1,200}'|[^\s"'<>]{1,200})""")


def without_credentials(text: str) -> str:
    """The text with the values of password-like names and password fields emptied."""
    text = _PASSWORD_INPUT.sub(lambda found: _VALUE.sub(r'\1""', found.group()), text)
    return str(_BARE.sub(r"\1", _MEMBER.sub(r'\1""', text)))
