# ruff: noqa: E501 - literal bytes are kept whole
"""Each service says what the facts record, read here by offsets and words written out anew."""

from __future__ import annotations

import hashlib
import json
import re
import socket
import ssl
import struct
import zlib

import pytest
from cryptography import x509

from camscan.lab.services.secrets import PLANTED_SECRET, PLANTED_USER

SADP = b'<?xml version="1.0" encoding="utf-8"?><Probe><Uuid>0000-AB</Uuid><Types>%s</Types></Probe>'
DHIP = bytes.fromhex("20000000444849500000000000000000490000000000000049000000" + "00000000") + (
    b'{ "method" : "DHDiscover.search", "params" : { "mac" : "", "uni" : 1 } }\n'
)
WSD = (
    '<?xml version="1.0" encoding="utf-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><e:Header><w:MessageID>uuid:%s</w:MessageID>'
    "</e:Header><e:Body><d:Probe>%s</d:Probe></e:Body></e:Envelope>"
)
NVT = '<d:Types xmlns:dn="http://www.onvif.org/ver10/network/wsdl">dn:NetworkVideoTransmitter</d:Types>'


def soap(operation: str, header: str = "") -> bytes:
    body = (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        f'xmlns:tds="http://www.onvif.org/ver10/device/wsdl">{header}<s:Body><tds:{operation}/></s:Body></s:Envelope>'
    )
    return body.encode()


def post(path: str, body: bytes, *headers: str) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: x",
        "Connection: close",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def test_sadp_answers_the_group_with_every_device_that_answers_the_asker(building):
    answers = building.udp(SADP % b"inquiry", "239.255.255.250", 37020, count=10)
    assert {f"{building.network}.{last}" for last in (10, 11, 12, 13, 14, 15, 16, 19, 20, 21)} == set(answers)
    relabel = answers[f"{building.network}.15"].decode()
    assert "<Uuid>0000-AB</Uuid>" in relabel
    assert "<DeviceSN>CMIP3342W-28M20190704AAWRD31120015</DeviceSN>" in relabel
    assert "<OEMInfo>LTS</OEMInfo>" in relabel
    assert "<Activated>false</Activated>" in answers[f"{building.network}.20"].decode()


def test_an_old_sadp_device_answers_to_the_group_only(building):
    to = f"{building.network}.17"
    answers = building.udp(SADP % b"inquiry", to, 37020, reply_port=37020, join=("239.255.255.250",))
    assert "<DeviceDescription>LV-PTK66802</DeviceDescription>" in answers[to].decode()


def test_dhip_answers_unicast_with_header_and_json(building):
    to = f"{building.network}.31"
    reply = building.udp(DHIP, to, 37810)[to]
    assert (32, b"DHIP", len(reply) - 32) == struct.unpack_from("<I4s8xI", reply)
    document = json.loads(reply[32:].rstrip(b"\n\0"))
    info = document["params"]["deviceInfo"]
    assert ("client.notifyDevInfo", "NVR", 6) == (
        document["method"], info["DeviceClass"], info["RemoteVideoInputChannels"],
    )  # fmt: skip


def test_dhip_over_the_group_leaves_out_the_unit_that_only_answers_unicast(building):
    answers = building.udp(DHIP, "239.255.255.251", 37810, count=10)
    assert {f"{building.network}.{last}" for last in range(30, 40)} == set(answers)
    assert set(building.udp(DHIP, f"{building.network}.41", 37810)) == {f"{building.network}.41"}


def test_dhip_without_its_header_gets_no_answer(building):
    assert {} == building.udp(DHIP[32:], f"{building.network}.30", 37810, wait_seconds=0.3)


def test_ws_discovery_reaches_every_camera_and_names_the_asker_s_message(building):
    answers = building.udp((WSD % ("1", NVT)).encode(), "239.255.255.250", 3702, count=40, wait_seconds=1.5)
    found = {int(ip.rpartition(".")[2]) for ip in answers}
    assert {10, 11, 12, 30, 50, 52, 60, 62, 63, 65, 68, 71, 72, 73} <= found
    assert 102 in found  # a PC daemon answers a camera probe too
    assert not {13, 20, 100, 105} & found  # ONVIF off; printer and Windows are of another type
    assert all(b"RelatesTo>uuid:1<" in answer for answer in answers.values())


def test_a_hikvision_faults_on_a_unicast_probe_with_line_breaks(building):
    to = f"{building.network}.10"
    probe = (WSD % ("2", NVT)).replace("><", ">\n<").encode()
    assert b"the xml format error" in building.udp(probe, to, 3702)[to]


def test_a_dahua_wants_the_prefix_declared_on_types(building):
    to = f"{building.network}.30"
    elsewhere = (WSD % ("3", "<d:Types>dn:NetworkVideoTransmitter</d:Types>")).encode()
    assert {} == building.udp(elsewhere, to, 3702, wait_seconds=0.8)
    assert b"IPC-HDW1431T1-S4" in building.udp((WSD % ("4", NVT)).encode(), to, 3702)[to]


def test_a_tp_link_faults_on_the_untyped_probe(building):
    to = f"{building.network}.63"
    assert b"Fault>" in building.udp((WSD % ("5", "")).encode(), to, 3702)[to]
    assert b"VIGI" in building.udp((WSD % ("6", NVT)).encode(), to, 3702)[to]


def test_the_first_dahua_discovery_answers_at_port_5050(building):
    to = f"{building.network}.40"
    request = bytes.fromhex("a3010001" + "00" * 12 + "02000000" + "00" * 12)
    reply = building.udp(request, to, 5050, reply_port=5050)[to]
    second, first, third = (
        reply[2],
        *struct.unpack_from("<I", reply, 4),
        *struct.unpack_from("<H", reply, 0x14),
    )
    assert (0xB3, 0x58, len(reply)) == (reply[0], first, 0x20 + first + second + third)
    assert (80, 443, 37777) == struct.unpack_from("<HHH", reply, 0x5E)
    assert b"90:02:a9:10:20:28HCVR5108H" == reply[0x78 : 0x78 + second]
    assert b"SerialNo:1F006E4PAX00040\r\n" in reply[0x78 + second :]


def test_xiongmai_answers_message_1531_at_its_own_port(building):
    to = f"{building.network}.68"
    reply = building.udp(
        bytes.fromhex("ff00000000000000000000000000fa0500000000"), to, 34569, reply_port=34569
    )[to]
    message, length = struct.unpack_from("<HI", reply, 14)
    common = json.loads(reply[20 : 20 + length].rstrip(b"\n\0"))["NetWork.NetCommon"]
    assert (1531, "41e6853ada5e9368") == (message, common["SN"])
    address = int(common["HostIP"], 16).to_bytes(4, "little")
    assert to == socket.inet_ntoa(address)


def test_tvt_answers_to_its_second_group_with_a_planted_password(building):
    request = bytes.fromhex("4d4845440800010001000000").ljust(140, b"\0")
    answers = building.udp(request, "234.55.55.55", 23456, reply_port=23456, join=("234.55.55.56",), count=2)
    reply = answers[f"{building.network}.66"]
    assert (240, b"MHED") == (len(reply), reply[:4])
    assert bytes.fromhex("585b69102042") == reply[32:38]
    assert (0x01040A00, 20200611, 80, 554) == struct.unpack_from("<IIHH", reply, 52)
    assert PLANTED_SECRET.encode() in reply[84:112]
    assert b"TD-9441E3" == reply[196:212].rstrip(b"\0")


def test_bosch_answers_at_the_port_the_request_names(building):
    to = f"{building.network}.53"
    request = bytes.fromhex("9939a42701020304ff0006de")
    reply = building.udp(request, to, 1757, reply_port=1758)[to].decode()
    assert "<serialNumber>044566917926150053</serialNumber>" in reply
    assert "<physAddress>00-07-5f-10-20-35</physAddress>" in reply


def test_hanwha_truncates_the_model_to_ten_characters(building):
    to = f"{building.network}.52"
    reply = building.udp(b"\x01".ljust(262, b"\0"), to, 7701, reply_port=7711)[to]
    assert (0x0B, b"XNO-6080R", to.encode()) == (
        reply[0], reply[0x6D:0x77].rstrip(b"\0"), reply[0x25:0x35].rstrip(b"\0"),
    )  # fmt: skip


def test_one_port_two_makers_by_magic(building):
    request = b"\x07" + bytes.fromhex("4a5d8f1c")
    vivotek = building.udp(request, f"{building.network}.54", 10000)[f"{building.network}.54"]
    assert request == vivotek[:5]
    assert b"FD8182" in vivotek
    search = b"MO_I" + bytes(3) + bytes(8) + struct.pack("<II", 4, 4) + struct.pack(">I", 1)
    to = f"{building.network}.70"
    foscam = building.udp(search, to, 10000, reply_port=10000)[to]
    assert (87, 1, b"_Foscam_") == (len(foscam), foscam[6], foscam[7:15])
    body = bytes(byte ^ b"_Foscam_"[at % 8] for at, byte in enumerate(foscam[0x17:]))
    assert b"E8ABFA102046" == body[:13].rstrip(b"\0")
    assert ((1, 11, 1, 8), 88) == (tuple(body[0x36:0x3A]), *struct.unpack_from(">H", body, 0x3E))


def test_vstarcam_announces_the_planted_login(building):
    to = f"{building.network}.69"
    reply = building.udp(b"DH\x01\x01", to, 8600)[to]
    assert b"VSTB-123469-ABCDE" == reply[0x5C:0x7C].rstrip(b"\0")
    assert PLANTED_USER.encode() == reply[0xEC:0x10C].rstrip(b"\0")
    assert PLANTED_SECRET.encode() in reply[0xEC:]


def test_pppp_gives_the_p2p_uid(building):
    to = f"{building.network}.69"
    reply = building.udp(b"\xf1\x30\0\0", to, 32108)[to]
    assert (b"\xf1\x41", b"VSTB", 123469, b"ABCDE") == (
        reply[:2], reply[4:12].rstrip(b"\0"), *struct.unpack_from(">I", reply, 12), reply[16:24].rstrip(b"\0"),
    )  # fmt: skip


def test_panasonic_records_parse_to_the_end_mark(building):
    to = f"{building.network}.55"
    request = bytes.fromhex("00010000000d000000000000" + "ff" * 6).ljust(52, b"\0")
    reply = building.udp(request, to, 10670, reply_port=10669)[to]
    at, records = 0x35, {}
    while reply[at : at + 2] != b"\xff\xff":
        tag, length = struct.unpack_from(">HH", reply, at)
        records[tag] = reply[at + 4 : at + 4 + length]
        at += 4 + length
    assert (bytes.fromhex("d42dc5102037"), b"WV-S1131", b"2.80", b"KHA00055") == (
        reply[6:12], records[0xA8], records[0xA9], records[0xD1],
    )  # fmt: skip


def test_sony_units(building):
    to = f"{building.network}.56"
    reply = building.udp(b"\x02ENQ:allinfo\xff\x03", to, 2380)[to]
    units = dict(unit.decode().split(":", 1) for unit in reply[1:-1].split(b"\xff") if unit)
    assert ("SNC-EB600", "00-01-4a-10-20-38") == (units["MODEL"], units["MAC"])


def test_gige_vision_acknowledges(building):
    to = f"{building.network}.57"
    reply = building.udp(bytes.fromhex("4211000200000007"), to, 3956)[to]
    assert (256, 3, 7, b"FLIR AX5") == (
        len(reply), *struct.unpack_from(">H2xH", reply, 2), reply[0x70:0x90].rstrip(b"\0"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("request_bytes", "version", "model_tag"), [(b"\1\0\0\0", 1, 0x14), (b"\2\x08\0\0", 2, 0x15)]
)
def test_ubiquiti_both_versions(building, request_bytes, version, model_tag):
    to = f"{building.network}.58"
    reply = building.udp(request_bytes, to, 10001)[to]
    assert (version, len(reply) - 4) == (reply[0], *struct.unpack_from(">H", reply, 2))
    at, items = 4, {}
    while at < len(reply):
        kind, length = struct.unpack_from(">BH", reply, at)
        items[kind] = reply[at + 3 : at + 3 + length]
        at += 3 + length
    assert (b"UVC G3 Flex", bytes.fromhex("00156d10203a")) == (items[model_tag], items[1])


def test_tp_link_answers_only_a_sound_checksum_and_gives_one(building):
    to = f"{building.network}.64"
    assert {} == building.udp(bytes.fromhex("020000010000000000000000463cb5d4"), to, 20002, wait_seconds=0.3)
    reply = building.udp(bytes.fromhex("020000010000000000000000463cb5d3"), to, 20002)[to]
    expected = zlib.crc32(reply[:12] + bytes.fromhex("5a6b7c8d") + reply[16:])
    assert (expected,) == struct.unpack_from(">I", reply, 12)
    assert ("C200", to) == (lambda r: (r["device_model"], r["ip"]))(json.loads(reply[16:])["result"])


def test_reolink_search(building):
    to = f"{building.network}.62"
    reply = building.udp(b"\xaa\xaa\0\0", to, 2000, reply_port=3000)[to]
    assert (388, b"EC71DB10203E") == (len(reply), reply[0x50:0x5C])
    assert b"95270005QXB4F062" in reply


def test_broadcast_reaches_the_devices_that_only_know_broadcast(building):
    answers = building.udp(b"\xaa\xaa\0\0", "127.255.255.255", 2000, reply_port=3000)
    assert {f"{building.network}.62"} == set(answers)


def search(target: str) -> bytes:
    return (
        f'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: {target}\r\n\r\n'
    ).encode()


def test_ssdp_and_the_description_it_points_to(building):
    answers = building.udp(search("upnp:rootdevice"), "239.255.255.250", 1900, count=8)
    dahua = answers[f"{building.network}.30"].decode()
    assert f"LOCATION: http://{building.network}.30:49152/upnp_device_desc.xml\r\n" in dahua
    assert "USN: uuid:www.dahuatech.com.device_3_0-6J0E022PAG35030::upnp:rootdevice\r\n" in dahua
    axis = building.get(50, "/rootdesc1.xml", 49152).decode()
    assert "<serialNumber>B8A44F102032</serialNumber>" in axis


def question(name: str, kind: int, klass: int = 1, identity: int = 0x1234) -> bytes:
    labels = b"".join(bytes([len(each)]) + each.encode() for each in name.split("."))
    return struct.pack(">HHHHHH", identity, 0, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", kind, klass)


def test_mdns_answers_a_legacy_question_by_unicast_with_its_id(building):
    asked = question("_axis-video._tcp.local", 12)
    answers = building.udp(asked, "224.0.0.251", 5353, count=2)
    reply = answers[f"{building.network}.50"]
    assert (0x1234, 0x8400, 1, 1) == struct.unpack_from(">HHHH", reply)
    assert b"AXIS P3245-LVE - B8A44F102032" in reply
    assert b"macaddress=B8A44F102032" in reply
    assert socket.inet_aton(f"{building.network}.50") in reply


def test_mdns_answers_a_multicast_question_to_the_group(building):
    asked = question("_axis-video._tcp.local", 12)
    answers = building.udp(
        asked, "224.0.0.251", 5353, source_port=5353, reply_port=5353, join=("224.0.0.251",), count=2
    )
    assert (0, 0x8400, 0, 1) == struct.unpack_from(">HHHH", answers[f"{building.network}.51"])


def test_snmp_answers_its_own_community_and_is_silent_to_another(building):
    oid = bytes.fromhex("06082b06010201010100")
    to = f"{building.network}.50"

    def get(community: bytes) -> bytes:
        binding = b"\x30" + bytes([len(oid) + 2]) + oid + b"\x05\0"
        pdu = bytes.fromhex("020101020100020100") + b"\x30" + bytes([len(binding)]) + binding
        body = b"\x02\x01\x01\x04" + bytes([len(community)]) + community + b"\xa0" + bytes([len(pdu)]) + pdu
        return b"\x30" + bytes([len(body)]) + body

    assert b"AXIS P3245-LVE; Network Camera; 11.11.73" in building.udp(get(b"labread"), to, 161)[to]
    assert {} == building.udp(get(b"public"), to, 161, wait_seconds=0.3)


def test_http_redirects_challenges_and_titles(building):
    assert b"Location: /doc/page/login.asp?" in building.get(10)
    assert b"<title>WEB SERVICE</title>" in building.get(30)
    assert b'WWW-Authenticate: Digest realm="Login to 6J0E022PAG35030"' in building.get(
        30, "/cgi-bin/magicBox.cgi"
    )
    assert b"<Activated>false</Activated>" in building.get(20, "/SDK/activateStatus")
    assert building.get(30, "/nothing").startswith(b"HTTP/1.1 404 Not Found\r\n")


def test_http_keeps_a_connection_alive_until_told_to_close(building):
    twice = b"GET / HTTP/1.1\r\nHost: x\r\n\r\nHEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    replies = building.tcp(30, 80, twice)
    assert 2 == replies.count(b"HTTP/1.1 200 OK")
    assert 1 == replies.count(b"<title>")


def test_axis_tells_its_unrestricted_properties_to_anyone(building):
    body = b'{"apiVersion":"1.0","method":"getAllUnrestrictedProperties"}'
    reply = building.tcp(50, 80, post("/axis-cgi/basicdeviceinfo.cgi", body))
    properties = json.loads(reply.split(b"\r\n\r\n", 1)[1])["data"]["propertyList"]
    assert ("P3245-LVE", "B8A44F102032", "11.11.73") == (
        properties["ProdNbr"], properties["SerialNumber"], properties["Version"],
    )  # fmt: skip


def certificate(building, last: int, context: ssl.SSLContext) -> tuple[x509.Certificate, str]:
    address = (f"{building.network}.{last}", building.port("tcp", 443))
    with socket.create_connection(address, timeout=3) as plain, context.wrap_socket(plain) as secure:
        return x509.load_der_x509_certificate(secure.getpeercert(True) or b""), secure.version() or ""


def permissive() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def test_certificates_carry_the_recorded_subjects(building):
    found, _ = certificate(building, 10, permissive())
    assert (
        "C=CN,ST=ZheJiang,L=HangZhou,O=HIKVISION,OU=DVRNVR,CN=www.hikvision.com"
        == found.subject.rfc4514_string()
    )
    found, _ = certificate(building, 50, permissive())
    assert "O=Axis Communications AB,CN=axis-b8a44f102032" == found.subject.rfc4514_string()
    found, _ = certificate(building, 53, permissive())
    assert "CN=00-07-5f-10-20-35" in found.issuer.rfc4514_string()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_old_recorder_speaks_nothing_newer_than_tls_1_0(building):
    with pytest.raises(ssl.SSLError):
        certificate(building, 18, permissive())
    context = permissive()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    found, version = certificate(building, 18, context)
    assert ("TLSv1", 1024) == (version, found.public_key().key_size)


def test_rtsp_challenges_describe_not_options(building):
    ask = "{} rtsp://x:554/ RTSP/1.0\r\nCSeq: 4\r\n\r\n"
    address = (f"{building.network}.10", building.port("tcp", 554))
    with socket.create_connection(address, timeout=3) as connection:
        connection.sendall(ask.format("OPTIONS").encode())
        options = connection.recv(4096)
        connection.sendall(ask.format("DESCRIBE").encode())
        describe = connection.recv(4096)
    assert options.startswith(b"RTSP/1.0 200 OK\r\nCSeq: 4\r\nPublic: OPTIONS, DESCRIBE, PLAY")
    assert describe.startswith(b"RTSP/1.0 401 Unauthorized\r\nCSeq: 4\r\n")
    assert 2 == describe.count(b'realm="IP Camera(C1214)"')


def test_onvif_gives_the_time_to_anyone_and_the_identity_to_few(building):
    path = "/onvif/device_service"
    assert b"SystemDateAndTime>" in building.tcp(10, 80, post(path, soap("GetSystemDateAndTime")))
    refused = building.tcp(10, 80, post(path, soap("GetDeviceInformation")))
    assert refused.startswith(b"HTTP/1.1 401 Unauthorized\r\n")
    assert b"ter:NotAuthorized" in building.tcp(50, 80, post(path, soap("GetDeviceInformation")))
    given = building.tcp(68, 8899, post(path, soap("GetDeviceInformation")))
    assert b"<tds:Manufacturer>H264</tds:Manufacturer>" in given


def test_onvif_lets_the_right_digest_in(building):
    path = "/onvif/device_service"
    refused = building.tcp(30, 80, post(path, soap("GetDeviceInformation"))).decode()
    realm, nonce = re.search(r'realm="([^"]+)", qop="auth", nonce="([^"]+)"', refused).groups()

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    response = md5(f"{md5(f'auditor:{realm}:lab-only')}:{nonce}:00000001:abc:auth:{md5(f'POST:{path}')}")
    header = (
        f'Authorization: Digest username="auditor", realm="{realm}", nonce="{nonce}", uri="{path}", qop=auth, '
        f'nc=00000001, cnonce="abc", response="{response}"'
    )
    assert b"IPC-HDW1431T1-S4" in building.tcp(30, 80, post(path, soap("GetDeviceInformation"), header))
    wrong = header.replace(response, "0" * 32)
    assert b"401 Unauthorized" in building.tcp(30, 80, post(path, soap("GetDeviceInformation"), wrong))


def test_onvif_lets_the_right_username_token_in(building):
    import base64

    nonce, created = b"0123456789abcdef", "2024-03-05T10:20:30Z"
    secret = base64.b64encode(hashlib.sha1(nonce + created.encode() + b"lab-only").digest()).decode()
    header = (
        "<s:Header><wsse:Security><wsse:UsernameToken><wsse:Username>auditor</wsse:Username>"
        f'<wsse:Password Type="x#PasswordDigest">{secret}</wsse:Password>'
        f"<wsse:Nonce>{base64.b64encode(nonce).decode()}</wsse:Nonce><wsu:Created>{created}</wsu:Created>"
        "</wsse:UsernameToken></wsse:Security></s:Header>"
    )
    path = "/onvif/device_service"
    reply = building.tcp(11, 80, post(path, soap("GetNetworkInterfaces", header)))
    assert b"<tt:HwAddress>c0:56:e3:10:20:0b</tt:HwAddress>" in reply
    channels = building.tcp(11, 80, post("/onvif/Media", soap("GetVideoSources", header)))
    assert 9 == channels.count(b"<trt:VideoSources ")
