"""Whether words can name a maker at all, judged from the words alone, never from a label.

Rules of this file: a field whose values are a protocol's own vocabulary tells nothing; neither does an icon's
digest (public lists contradict each other, facts §6.2.6), an error page, or a session description made of
stock phrases. Whatever is not known to be mute is taken to be telling, so that a recall is never flattered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from camscan.model.observation import Observation

NOTHING_READ = "nothing that a probe reads"
ICON = "an icon's digest: public lists of them contradict each other"
OPTION_LIST = "a DHCP option list that many devices share"
ERROR_PAGE = "an error page that many web servers send"
PROTOCOL = "the protocol's own words, the same from any maker"

_MUTE_FIELDS = frozenset(
    """
    http.status http.path http.cookie rtsp.status rtsp.public rtsp.open onvif.clock onvif.types
    onvif.profile onvif.type onvif.xaddr onvif.service dhcp.param_list net.claimed_address ssdp.st
    onvif.location mdns.service
    """.split()
)
_ICONS = frozenset({"http.favicon_mmh3", "http.favicon_md5"})
_DHCP = frozenset({"dhcp.param_list", "dhcp.vendor_class"})
_SESSION = frozenset({"rtsp.sdp", "rtsp.sdp_origin", "rtsp.sdp_control"})
_STOCK_HEADER = re.compile(
    r"(?i)(?:public|allow|range|rtp-info|transport|content-(?:length|type|base|location)|cache-control|expires"
    r"|connection|pragma|www-authenticate|x-notes|x-accept-\w+|accept-\w+|vary|last-modified|etag|timeout): ?"
)
_STOCK_VALUE = re.compile(
    r"(?i)(?:localhost(?:\.local)?|udhcp .*|dhcpcd.*|linux/[\d.]+, upnp/1\.0, portable sdk.*"
    r"|embedded upnp/1\.0|onvif://www\.onvif\.org/(?:type|profile)/.*|soap-env:\w+: .*"
    r"|\w+:(?:sender|receiver): .*)"
)
_STOCK_PHRASE = re.compile(
    r"(?i)live555|streaming|media|session|presentation|stream(?:ed)?|video|camera|track\w*|rtsp|server"
    r"|sdp|unnamed|no name|tool|range|playlist|h\.?26[45]|mpeg4?|control|x-\w+|id=\d+|v?\d{4}[.\d]+"
    r"|bufferdelay|dimensions"
)
_ERROR_PAGE = re.compile(
    r"(?is).{0,400}(?:Document Error|Access Error|401 -- Unauthorized"
    r"|40[134] (?:Unauthorized|Forbidden|Not Found))"
)
_WORD = re.compile(r"[A-Za-z]{4,}")


def silent_reason(observations: Sequence[Observation]) -> str:
    """Why these words cannot name a maker; "" when they may."""
    fields = {name: values for each in observations for name, values in each.fields.items()}
    if not fields:
        return NOTHING_READ
    if fields.keys() <= _ICONS:
        return ICON
    telling = {name: values for name, values in fields.items() if not _mute(name, values)}
    if not telling:
        return OPTION_LIST if fields.keys() <= _DHCP else PROTOCOL
    if telling.keys() <= {"http.body", "http.title"}:
        page = " ".join((*fields.get("http.title", ()), *fields.get("http.body", ())))
        return ERROR_PAGE if _ERROR_PAGE.match(page) and len(page) < 600 else ""
    return PROTOCOL if telling.keys() <= _SESSION and not _session_words(telling) else ""


def _mute(name: str, values: Sequence[str]) -> bool:
    if name in _MUTE_FIELDS:
        return True
    if name in ("http.header", "rtsp.header"):
        return all(_STOCK_HEADER.match(value) for value in values)
    return all(_STOCK_VALUE.fullmatch(value) for value in values)


def _session_words(fields: Mapping[str, Sequence[str]]) -> bool:
    text = " ".join(value for values in fields.values() for value in values)
    return bool(_WORD.search(_STOCK_PHRASE.sub(" ", text)))
