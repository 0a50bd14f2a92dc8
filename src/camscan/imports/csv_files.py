"""CSV of Kea, of Windows' DHCP server, and of anything else, its columns named by the operator or recognised.

Rules: a column becomes `ip`, `mac`, `hostname`, `port` or an observation field by its own name, nothing else;
without an address column a file is refused, naming the columns it has. Sources: Kea ARM "Memfile";
Get-DhcpServerv4Lease; the MMC's "Export List".
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from camscan.errors import FileFormatError
from camscan.imports.lines import port_of, text_lines
from camscan.imports.notes import Found, Notes, Unplaced
from camscan.model.address import parse_ip, parse_mac
from camscan.model.observation import RawFields

SOURCE = "table"
ROLES = ("ip", "mac", "hostname", "port")
MAX_FIELD_CHARACTERS = 65536
MAX_COLUMNS = 200
_KNOWN = {
    "ip": "ip ipaddress address ipv4 ipv4address ipaddr host clientipaddress ip4 ipadresse adresseip",
    "mac": "mac macaddress hwaddr hwaddress physicaladdress ethernet clientid uniqueid hardwareaddress",
    "hostname": "hostname name dnsname fqdn devicename computername",
    "port": "port ports portid tcpport openports",
}
_ROLE_OF = {word: role for role, words in _KNOWN.items() for word in words.split()}
_KEA = ("address", "hwaddr", "client_id", "valid_lifetime")
_SEPARATORS = (",", "\t", ";", "|")


def header_of(text: str) -> tuple[str, list[str]] | None:
    """(separator, columns) of a header line; None when it does not look like one."""
    for separator in _SEPARATORS:
        if separator in text:
            try:
                columns = next(csv.reader([text], delimiter=separator), [])
            except csv.Error:
                continue
            if 1 < len(columns) <= MAX_COLUMNS and all(len(column) < 100 for column in columns):
                return separator, [column.strip() for column in columns]
    return None


def is_kea(columns: list[str]) -> bool:
    """The header of Kea's lease file for IPv4."""
    return tuple(columns[:4]) == _KEA


def roles_of(columns: list[str], mapping: Mapping[str, str]) -> dict[int, str]:
    """Column number → role or field. mapping: role or field → column as the operator named it.

    Raises FileFormatError for a column that is not there.
    """
    if mapping:
        folded = {_folded(column): number for number, column in enumerate(columns)}
        found = {}
        for role, column in mapping.items():
            if _folded(column) not in folded:
                raise FileFormatError(f"no column {column!r}; there are: {', '.join(columns)}")
            found[folded[_folded(column)]] = role
        return found
    named = {number: _ROLE_OF.get(_folded(column), "") for number, column in enumerate(columns)}
    taken: dict[str, int] = {}
    for number, role in named.items():
        if role:
            taken.setdefault(role, number)
    return {number: role for role, number in taken.items()}


def is_recognised(columns: list[str]) -> bool:
    """Can a file with these columns be read without being told which is which?"""
    roles = set(roles_of(columns, {}).values())
    return "ip" in roles or ("mac" in roles and len(roles) > 1)


def _folded(column: str) -> str:
    return re.sub(r"[^a-z0-9]", "", column.lower())


def read(stream: BinaryIO, notes: Notes, mapping: Mapping[str, str]) -> Iterator[Found]:
    """Every row with an address. Raises FileFormatError when no column is one."""
    lines = text_lines(stream, notes)
    number, separator = 0, ","
    columns: list[str] = []
    for number, line in lines:
        if line.strip() and not line.startswith("#"):
            header = header_of(line)
            if header is None:
                raise FileFormatError(f"{notes.name}, line {number}: no header with column names")
            separator, columns = header
            break
    roles = roles_of(columns, mapping)
    if not {"ip", "mac"} & set(roles.values()):
        raise FileFormatError(
            f"{notes.name}, line {number}: no column of addresses is known; name it with "
            f"--map ip=COLUMN; there are: {', '.join(columns)}"
        )
    kea = is_kea(columns)
    for number, line in lines:
        if not line.strip():
            continue
        try:
            cells = next(csv.reader([line[:MAX_FIELD_CHARACTERS]], delimiter=separator), [])
        except csv.Error as fault:
            notes.fault(f"line {number}", fault)
            continue
        if kea and not _kea_in_force(columns, cells, notes):
            continue
        yield from _row({roles[i]: cell.strip() for i, cell in enumerate(cells) if i in roles}, number, notes)


def _kea_in_force(columns: list[str], cells: list[str], notes: Notes) -> bool:
    """State 0 is a lease in force; a row of lifetime 0 takes an earlier one back (Kea ARM, Memfile)."""
    row = dict(zip(columns, cells, strict=False))
    if row.get("state", "0") == "0" and row.get("valid_lifetime") != "0":
        return True
    notes.skipped["leases no longer in force"] += 1
    return False


def _row(row: dict[str, str], number: int, notes: Notes) -> Iterator[Found]:
    ip, mac = parse_ip(row.get("ip", "").split(",")[0]), _mac(row.get("mac", ""))
    if ip is None and mac is None:
        notes.fault(f"line {number}", f"{row.get('ip', '')[:60]!r} is no address")
        return
    notes.records += 1
    fields: dict[str, str | tuple[str | None, ...] | list[str | None] | list[str] | None] = {
        name: value for name, value in row.items() if name not in ROLES
    }
    fields["net.hostname"] = row.get("hostname")
    ports = [str(port) for text in re.split(r"[\s,;/]+", row.get("port", "")) if (port := port_of(text))]
    fields["net.open_port"] = ports
    if ip is not None:
        fields["mac.claimed"] = mac
        seen: RawFields = fields
        yield notes.observe(ip, SOURCE, seen, port=int(ports[0]) if len(ports) == 1 else None)
    elif mac is not None:
        yield Unplaced(mac, SOURCE, fields, notes.at, provenance=notes.name)


def _mac(text: str) -> str | None:
    """A hardware address, also as a DHCP client id: `01` for Ethernet before it (RFC 2132, 9.14)."""
    digits = re.sub(r"[^0-9A-Fa-f]", "", text)
    return parse_mac(text) or (parse_mac(digits[2:]) if len(digits) == 14 and digits[:2] == "01" else None)
