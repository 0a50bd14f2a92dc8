"""XML from devices: hardened parsing of tag soup into a small read-only tree, looked up by local name.

Rules: no DTD, no entity, no network; any DOCTYPE or ENTITY is a MalformedReply; size, depth and element
count are capped; what is broken otherwise (unclosed tags, undeclared prefixes, wrong encoding names,
trailing NULs or text, several roots) is read as far as it goes, because real cameras send it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from camscan.errors import MalformedReply

MAX_BYTES = 65536
MAX_DEPTH = 64
MAX_ELEMENTS = 4096
MAX_ATTRIBUTES = 64
MAX_QUOTED_VALUES = 4096  # attributes of the whole document; libxml2 takes 20 µs each when they are many
MAX_NAMESPACES = 512  # declarations; each lookup walks them

_WRAPPER = "camscan-wrapper"
_DECLARATION = re.compile(r"<\?xml\b[^>]{0,200}\?>")
_DECLARED_ENCODING = re.compile(rb"<\?xml[^>]{0,100}?encoding\s{0,5}=\s{0,5}[\"']([A-Za-z0-9._-]{1,32})[\"']")
_FORBIDDEN = re.compile(r"<!\s{0,9}(DOCTYPE|ENTITY)", re.IGNORECASE)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKUP = {"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;", "'": "&apos;"}
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_AMPERSAND = re.compile(r"&(?!(?:lt|gt|amp|quot|apos);)(?:#(x[0-9a-fA-F]{1,6}|[0-9]{1,7});)?")
# Charset names a declaration may choose; anything else (utf-7 above all) is ignored.
_CHARSETS = re.compile(
    r"(utf-?8|us-ascii|ascii|iso-8859-\d{1,2}|latin-?1|windows-125\d|cp125\d|gb2312|gbk|gb18030|big5"
    r"|shift_jis|euc-jp|euc-kr)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Element:
    """One element: local name, namespace ("" when none or undeclared), own text, attributes, children.

    Attribute names are local names. All lookups ignore namespaces and prefixes (facts §1.3).
    """

    name: str
    namespace: str
    text: str
    attributes: tuple[tuple[str, str], ...]
    children: tuple[Element, ...]

    def attribute(self, name: str) -> str:
        """Value of the first attribute of that local name, or ""."""
        return next((value for key, value in self.attributes if key == name), "")

    def iter(self) -> Iterator[Element]:
        """This element and all below it, in document order."""
        pending = [self]
        while pending:
            element = pending.pop()
            yield element
            pending.extend(reversed(element.children))

    def find_all(self, *names: str) -> Iterator[Element]:
        """Every element at or below this one with one of these local names."""
        return (element for element in self.iter() if element.name in names)

    def find(self, *names: str) -> Element | None:
        """The first of `find_all`, or None."""
        return next(self.find_all(*names), None)

    def child(self, name: str) -> Element | None:
        """The first direct child of that local name, or None."""
        return next((each for each in self.children if each.name == name), None)

    def text_of(self, *path: str) -> str:
        """Text under a path of local names: each step is the first descendant; "" when missing."""
        element: Element | None = self
        for name in path:
            element = next((e for c in element.children for e in c.find_all(name)), None) if element else None
        return element.text if element else ""

    def texts_of(self, name: str) -> tuple[str, ...]:
        """Non-empty text of every element of that local name at or below this one."""
        return tuple(element.text for element in self.find_all(name) if element.text)


def decode_xml_text(payload: bytes) -> str:
    """The characters of an XML payload: BOM, else UTF-16 by its NULs, else declaration, UTF-8, latin-1.

    Never raises; NULs and characters XML forbids are gone and so is the declaration.
    """
    text: str | None = None
    for mark, charset in _BYTE_ORDER_MARKS:
        if payload.startswith(mark):
            text = payload[len(mark) :].decode(charset, "replace")
            break
    else:
        if payload[:4] in (b"<\0?\0", b"<\0s\0", b"<\0S\0"):
            text = payload.decode("utf-16-le", "replace")
        elif payload[:4] in (b"\0<\0?", b"\0<\0s", b"\0<\0S"):
            text = payload.decode("utf-16-be", "replace")
    if text is None:
        declared = _DECLARED_ENCODING.search(payload[:256])
        name = declared.group(1).decode("ascii") if declared else "utf-8"
        charsets = ("utf-8", name, "latin-1") if _CHARSETS.fullmatch(name) else ("utf-8", "latin-1")
        text = _first_decoding(payload, charsets)
    return _DECLARATION.sub("", _NOT_XML.sub("", text)).lstrip("\ufeff")


def forbidden_declaration(text: str) -> bool:
    """True when the text declares a DOCTYPE or an ENTITY, comments and CDATA included."""
    return _FORBIDDEN.search(text) is not None


def _first_decoding(payload: bytes, charsets: tuple[str, ...]) -> str:
    for charset in charsets:
        try:
            return payload.decode(charset)
        except (UnicodeDecodeError, LookupError):
            continue
    return payload.decode("latin-1")


def parse_xml(payload: bytes, *, limit: int = MAX_BYTES) -> Element:
    """The root element of `payload`, or a nameless element over several roots.

    Raises MalformedReply when there is no element at all, on DOCTYPE or ENTITY, and past a cap.
    """
    if len(payload) > limit:
        raise MalformedReply(f"XML of {len(payload)} bytes where at most {limit} are read")
    text = decode_xml_text(payload)
    if forbidden_declaration(text):
        raise MalformedReply("XML with a DOCTYPE or ENTITY declaration")
    if "<" not in text:
        raise MalformedReply("no XML element")
    if (
        text.count("<") > 3 * MAX_ELEMENTS
        or text.count("=") > MAX_QUOTED_VALUES
        or text.count("xmlns") > MAX_NAMESPACES
    ):
        raise MalformedReply("XML with more tags or attributes than any device sends")
    if "<![CDATA[" not in text:
        text = _AMPERSAND.sub(_reference, text)
    # Inside a wrapper, trailing text, several roots and fragments are ordinary content.
    wrapped = f"<{_WRAPPER}>{text}</{_WRAPPER}>".encode("utf-8", "replace")
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        tree = etree.fromstring(wrapped, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MalformedReply(f"not XML: {str(error)[:120]}") from error
    if tree is None:
        raise MalformedReply("not XML: no element could be read")
    root = _built(tree)
    if not root.children:
        raise MalformedReply("no XML element")
    return root.children[0] if len(root.children) == 1 else root


def _reference(match: re.Match[str]) -> str:
    """A character reference as its character; any other `&` escaped, as after one bad reference
    libxml2 drops all later ones, `&lt;` included."""
    digits = match.group(1)
    if digits is None:
        return "&amp;"
    number = int(digits[1:], 16) if digits.startswith("x") else int(digits)
    character = chr(number) if number < 0x110000 else ""
    return _MARKUP.get(character, _NOT_XML.sub("", character))


def _names(tag: str) -> tuple[str, str]:
    """(local name, namespace) of an lxml tag; an undeclared prefix stays in the tag and is cut off."""
    namespace, _, local = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
    return local.rpartition(":")[2], namespace


def _built(tree: etree._Element) -> Element:
    """Copy the lxml tree, counting depth and elements; iterative, so that depth cannot exhaust a stack."""
    count = 0
    # One open element each: lxml node, text pieces so far, children so far.
    stack: list[tuple[etree._Element, list[str], list[Element]]] = []
    for event, node in etree.iterwalk(tree, events=("start", "end")):
        if not isinstance(node.tag, str):  # an entity reference: unresolved, only the text behind it counts
            if event == "end" and stack:
                stack[-1][1].append(node.tail or "")
            continue
        if event == "start":
            count += 1
            if len(stack) > MAX_DEPTH:
                raise MalformedReply(f"XML nested deeper than {MAX_DEPTH}")
            if count > MAX_ELEMENTS:
                raise MalformedReply(f"XML of more than {MAX_ELEMENTS} elements")
            stack.append((node, [node.text or ""], []))
            continue
        _, pieces, children = stack.pop()
        element = _element(node, "".join(pieces), tuple(children))
        if not stack:
            return element
        stack[-1][2].append(element)
        stack[-1][1].append(node.tail or "")
    raise MalformedReply("not XML: the tree is empty")


def _element(node: etree._Element, text: str, children: tuple[Element, ...]) -> Element:
    name, namespace = _names(str(node.tag))
    if name == _WRAPPER:
        name = ""
    attributes = tuple(
        (_names(str(key))[0], str(value)) for key, value in islice(node.items(), MAX_ATTRIBUTES)
    )
    return Element(name, namespace, text.strip(), attributes, children)
