from __future__ import annotations

from collections.abc import Callable

import pytest

from camscan.errors import MalformedReply
from camscan.wire import topsee

Load = Callable[[str, str], bytes]
HEAD = b'<XML_TOPSEE><MESSAGE_HEADER Msg_code="3"/>'


def test_the_search_is_code_one_in_gb2312() -> None:
    search = topsee.encode_search()
    assert search.startswith(b'<?xml version="1.0" encoding="GB2312" ?>')
    assert b'Msg_type="SYSTEM_SEARCHIPC_MESSAGE" Msg_code="1" Msg_flag="0"' in search
    assert not topsee.is_reply(search)


def test_attributes_are_read_and_the_accounts_are_not(vendor_reply: Load) -> None:
    assert topsee.decode_reply(vendor_reply("topsee", "topsee_th38j_v1.2.3.4")) == topsee.TopseeDevice(
        mac="00:5a:01:02:03:04",
        addresses=("192.168.1.128",),
        model="TH38J",
        serial="4A0123456789",
        device_id="1001",
        version="V1.2.3.4",
        announces_credentials=True,
    )


def test_elements_are_read_in_gb2312(vendor_reply: Load) -> None:
    device = topsee.decode_reply(vendor_reply("topsee", "topsee_unknown_v2.0"))
    assert (device.model, device.serial, device.announces_credentials) == ("枪机", "4A0123456780", True)


@pytest.mark.parametrize(
    "accounts",
    [
        b'<Account Name="planted" Pass="planted"/>',
        b"<USERS><U><N>planted</N><Pwd>planted</Pwd></U></USERS>",
        b'<Account Name="planted" Password="pla>nted"/>',
        b"<Password>planted",
        b'<Login Id="planted',
        b'<Item a="admin" b="planted"/>',
    ],
)
def test_accounts_of_any_shape_are_cut(accounts: bytes) -> None:
    kept = topsee.without_credentials(HEAD + b"<SerialNumber>1</SerialNumber>" + accounts)
    assert b"planted" not in kept
    assert kept.startswith(HEAD + b"<SerialNumber>1</SerialNumber>")
    assert topsee.decode_reply(HEAD + b"<SerialNumber>1</SerialNumber>" + accounts).serial == "1"


def test_what_stands_behind_the_accounts_is_read() -> None:
    payload = HEAD + b'<Account Password="planted"/><SerialNumber>4A01</SerialNumber></XML_TOPSEE>'
    assert topsee.decode_reply(payload).serial == "4A01"


@pytest.mark.parametrize("accounts", [b"", b'<Account Name="" Password=""/>', b"<Password></Password>"])
def test_an_empty_password_announces_nothing(accounts: bytes) -> None:
    device = topsee.decode_reply(HEAD + b"<SerialNumber>1</SerialNumber>" + accounts)
    assert not device.announces_credentials


@pytest.mark.parametrize("code", [b"1", b"2", b"4", b"33"])
def test_other_codes_are_no_reply(code: bytes) -> None:
    payload = HEAD.replace(b'"3"', b'"' + code + b'"') + b"<SerialNumber>1</SerialNumber>"
    assert not topsee.is_reply(payload)
    with pytest.raises(MalformedReply):
        topsee.decode_reply(payload)


@pytest.mark.parametrize(
    "body",
    [b"", b"<!DOCTYPE a><SerialNumber>1</SerialNumber>", b" " * 40000],
    ids=["nothing identifies", "doctype", "too long"],
)
def test_answers_that_identify_nothing_or_attack_are_malformed(body: bytes) -> None:
    with pytest.raises(MalformedReply):
        topsee.decode_reply(HEAD + body)
