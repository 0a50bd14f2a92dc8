# ruff: noqa: E501 - lines of files read best as the tools write them
"""Each kind of file gives exactly the facts it holds, and names the lines that hold none."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from camscan.errors import FileFormatError
from camscan.imports import nmap, tables
from camscan.imports.kinds import recognise
from camscan.imports.notes import Found, Notes, Unplaced
from camscan.model.observation import Observation

AT = datetime(2024, 1, 2, tzinfo=UTC)
MAC = "44:19:b6:00:00:01"


def read(content: bytes | str, mapping: Mapping[str, str] | None = None) -> tuple[list[Found], Notes]:
    """Recognise and read."""
    raw = content.encode() if isinstance(content, str) else content
    kind = recognise(raw, mapped=bool(mapping))
    assert kind is not None
    assert kind.read is not None
    notes = Notes("file", AT)
    return list(kind.read(io.BufferedReader(io.BytesIO(raw)), notes, mapping or {})), notes  # type: ignore[type-var]


def facts(found: list[Found]) -> list[tuple[str, str, dict[str, tuple[str, ...]]]]:
    """(address, source, fields), short."""
    return [(each.ip, each.source, dict(each.fields)) for each in found if isinstance(each, Observation)]


NMAP = """<?xml version="1.0"?>
<!DOCTYPE nmaprun>
<nmaprun scanner="nmap" start="1700000000">
<host starttime="1700000000" endtime="1700000100"><status state="up"/>
<address addr="10.0.0.5" addrtype="ipv4"/><address addr="44:19:B6:00:00:01" addrtype="mac" vendor="Hangzhou"/>
<hostnames><hostname name="cam-1.example" type="PTR"/></hostnames>
<ports>
<port protocol="tcp" portid="80"><state state="open"/><service name="http" method="probed" product="x" devicetype="webcam"
 servicefp="SF-Port80-TCP:V=7.93%I=7%r(GetRequest,40,&quot;HTTP/1\\.1\\x20200\\x20OK\\r\\nServer:\\x20App-webs/\\r\\n\\r\\n&quot;)%r(HTTPOptions,3,&quot;foo&quot;);"/>
<script id="http-title" output="t"><elem key="title">index</elem></script></port>
<port protocol="tcp" portid="8000"><state state="closed"/></port>
<port protocol="tcp" portid="554"><state state="open"/><service name="rtsp" method="table"/></port>
</ports></host>
<host><status state="down"/><address addr="10.0.0.6" addrtype="ipv4"/></host>
</nmaprun>"""


def test_nmap_xml_gives_what_devices_said_and_what_nmap_concluded_apart() -> None:
    found, notes = read(NMAP)
    assert [
        ("10.0.0.5", "nmap", {"mac.observed": (MAC,)}),
        ("10.0.0.5", "nmap", {"net.hostname": ("cam-1.example",)}),
        ("10.0.0.5", "nmap", {"net.open_port": ("80",)}),
        (
            "10.0.0.5",
            "nmap",
            {"nmap.service": ("http",), "nmap.product": ("x",), "nmap.device_type": ("webcam",)},
        ),
        (
            "10.0.0.5",
            "http",
            {
                "http.status": ("200",),
                "http.server": ("App-webs/",),
                "http.header": ("Server: App-webs/",),
                "http.path": ("/",),
            },
        ),
        ("10.0.0.5", "http", {"http.title": ("index",)}),
        ("10.0.0.5", "nmap", {"net.open_port": ("554",)}),
    ] == facts(found)
    assert 0 == notes.fault_count
    assert {datetime.fromtimestamp(1700000100, UTC)} == {each.at for each in found}
    assert {"file"} == {each.provenance for each in found}


def test_an_nmap_file_cut_short_keeps_whole_hosts_and_names_the_line() -> None:
    second = NMAP.replace("10.0.0.5", "10.0.0.7").split("<host ", 1)[1]
    whole = NMAP.split("<host><status")[0] + "<host " + second
    found, notes = read(whole[: whole.index("8000", whole.index("10.0.0.7"))])
    assert {"10.0.0.5"} == {ip for ip, _, _ in facts(found)}
    assert 1 == notes.fault_count
    assert notes.faults[0].startswith("line ")
    assert notes.faults[0].endswith("the 1 hosts before it were kept")


def test_an_entity_inside_an_nmap_file_is_never_expanded() -> None:
    hostile = NMAP.replace('name="cam-1.example"', 'name="&lol;"')
    found, notes = read(hostile)
    assert 1 == notes.fault_count
    assert not any("lol" in str(fields) for _, _, fields in facts(found))


def test_raw_answers_are_the_bytes_the_service_sent() -> None:
    fingerprint = r'SF-Port554-TCP:V=7.9%r(RTSPRequest,9,"RTSP/1\.0\x20200\r\n\"q\"\\\0\xff")%r(Help,2,"no");'
    assert [("RTSPRequest", b'RTSP/1.0 200\r\n"q"\\\0\xff')] == list(nmap.raw_answers(fingerprint))


@pytest.mark.parametrize(
    "content",
    [
        '[\n{   "ip": "10.0.0.5",   "timestamp": "1700000000", "ports": [ {"port": 37777, "proto": "tcp", '
        '"status": "open", "reason": "syn-ack", "ttl": 64} ] }\n,\n{"finished": 1}\n]\n',
        '{"ip":"10.0.0.5","timestamp":"1700000000","port":37777,"proto":"tcp","rec_type":"status",'
        '"data":{"status":"open","reason":"syn-ack","ttl":64}}\n',
        "#masscan\nopen tcp 37777 10.0.0.5 1700000000\n# end\n",
        "# Masscan 1.3.2\nTimestamp: 1700000000\tHost: 10.0.0.5 ()\tPorts: 37777/open/tcp////\n",
    ],
    ids=["json", "ndjson", "list", "grepable"],
)
def test_an_open_port_is_the_same_fact_in_each_format_of_masscan(content: str) -> None:
    found, notes = read(content)
    assert [("10.0.0.5", "masscan", {"net.open_port": ("37777",)})] == facts(found)
    assert [datetime.fromtimestamp(1700000000, UTC)] == [each.at for each in found]
    assert 0 == notes.fault_count


def test_masscans_banners_are_read_by_the_probe_of_their_protocol() -> None:
    content = (
        "#masscan\n"
        r"banner tcp 80 10.0.0.5 1700000000 http HTTP/1.1 302 Found\x0d\x0aServer: webserver\x0d\x0a\x0d"
        + "\n"
        "banner tcp 80 10.0.0.5 1700000000 title WEB SERVICE\n"
        "banner tcp 21 10.0.0.5 1700000000 ftp 220 AXIS M7011 ready\n"
        "banner tcp 5900 10.0.0.5 1700000000 vnc RFB 003.008\n"
    )
    found, notes = read(content)
    assert [
        ("http", {"http.status", "http.server", "http.header", "http.path"}),
        ("http", {"http.title"}),
        ("banner", {"ftp.banner"}),
    ] == [(source, set(fields)) for _, source, fields in facts(found)]
    assert 0 == notes.fault_count


def test_a_broken_masscan_list_names_its_lines() -> None:
    found, notes = read("#masscan\nopen tcp 80 10.0.0.5 1700000000\nopen tcp http ten 1700000000\nopen tcp 8")
    assert 1 == len(found)
    assert ["line 3: no masscan record", "line 4: no masscan record"] == notes.faults


def test_zgrabs_parts_are_put_together_and_read_as_an_answer() -> None:
    record = (
        '{"ip":"10.0.0.5","data":{"http":{"status":"success","protocol":"http","timestamp":"2024-01-02T03:04:05Z",'
        '"result":{"response":{"status_line":"401 Unauthorized","status_code":401,"protocol":{"name":"HTTP/1.1"},'
        '"headers":{"server":["App-webs/"],"www_authenticate":["Digest realm=\\"IP Camera(C1234)\\", nonce=\\"q\\""],'
        '"unknown":[{"key":"x_powered","value":["y"]}]},"body":"<title>Login</title>",'
        '"request":{"url":{"host":"10.0.0.5:8080","path":"/login"}}}}},"redis":{"status":"success","protocol":"redis","result":{}}}}\n'
    )
    found, notes = read(record + '{"ip":"x","data":{}}\n{"ip":"10.0.0.6","data":{"http":{"stat')
    (_, _, port), (ip, source, page) = facts(found)
    assert ({"net.open_port": ("8080",)}, "10.0.0.5", "http") == (port, ip, source)
    assert (("IP Camera(C1234)",), ("App-webs/",), ("Login",), ("/login",)) == (
        page["http.realm"],
        page["http.server"],
        page["http.title"],
        page["http.path"],
    )
    assert "nonce" not in str(page)
    assert [
        "line 2: no zgrab2 record with an address",
        "line 3: a JSON record that is cut short",
    ] == notes.faults
    assert {"zgrab2 module redis": 1} == dict(notes.skipped)


def test_isc_leases_hold_the_last_word_and_only_those_in_force() -> None:
    found, notes = read(
        """# The format of this file is documented in the dhcpd.leases(5) manual page.
lease 10.0.0.5 {
  starts 2 2024/01/02 03:04:05;
  binding state active;
  hardware ethernet 00:11:22:33:44:55;
}
lease 10.0.0.6 {
  binding state free;
  hardware ethernet 44:19:b6:00:00:02;
}
lease 10.0.0.5 {
  starts 3 2024/01/03 03:04:05;
  binding state active;
  hardware ethernet 44:19:b6:00:00:01;
  set vendor-class-identifier = "AXIS,Network Camera,P3343,5.20.3";
  client-hostname "axis-\\"cam\\"";
}
lease 10.0.0.7 {
  hardware ethernet 44:19:b6"""
    )
    assert [
        (
            "10.0.0.5",
            "dhcp",
            {
                "mac.claimed": (MAC,),
                "dhcp.vendor_class": ("AXIS,Network Camera,P3343,5.20.3",),
                "dhcp.hostname": ('axis-"cam"',),
            },
        )
    ] == facts(found)
    assert datetime(2024, 1, 3, 3, 4, 5, tzinfo=UTC) == found[0].at
    assert ["line 18: the lease of 10.0.0.7 is cut short"] == notes.faults
    assert {"leases no longer in force": 1} == dict(notes.skipped)


def test_dnsmasq_leases() -> None:
    found, notes = read(
        "1700000000 44:19:b6:00:00:01 10.0.0.5 cam-1 01:44:19:b6:00:00:01\n"
        "1700000000 44:19:b6:00:00:02 10.0.0.6 * *\nnonsense here\nduid 00:01:00:01\n"
        "1700000000 12345 fd00::5 cam-6 00:01\n"
    )
    assert [
        ("10.0.0.5", "dhcp", {"mac.claimed": (MAC,), "dhcp.hostname": ("cam-1",)}),
        ("10.0.0.6", "dhcp", {"mac.claimed": ("44:19:b6:00:00:02",)}),
    ] == facts(found)
    assert ["line 3: no dnsmasq lease"] == notes.faults
    assert {"DHCPv6 leases, which name no hardware address": 1} == dict(notes.skipped)


def test_kea_leases_in_force() -> None:
    found, notes = read(
        "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context\n"
        "10.0.0.5,44:19:b6:00:00:01,,3600,1700000000,1,0,0,cam-1,0,\n"
        "10.0.0.6,44:19:b6:00:00:02,,3600,1700000000,1,0,0,,2,\n"
        "10.0.0.7,44:19:b6:00:00:03,,0,1700000000,1,0,0,,0,\n"
    )
    assert [("10.0.0.5", "table", {"mac.claimed": (MAC,), "net.hostname": ("cam-1",)})] == facts(found)
    assert {"leases no longer in force": 2} == dict(notes.skipped)


@pytest.mark.parametrize(
    "content",
    [
        '#TYPE Microsoft.Management.Infrastructure.CimInstance#root/Dhcp\r\n"IPAddress","ScopeId","ClientId","HostName"\r\n'
        '"10.0.0.5","10.0.0.0","44-19-b6-00-00-01","cam-1"\r\n',
        "Client IP Address\tName\tLease Expiration\tType\tUnique ID\r\n10.0.0.5\tcam-1\t1/2/2024\tDHCP\t4419b6000001\r\n",
    ],
    ids=["powershell", "console"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_windows_dhcp_exports(content: str, encoding: str) -> None:
    found, notes = read(content.encode(encoding))
    assert [("10.0.0.5", "table", {"mac.claimed": (MAC,), "net.hostname": ("cam-1",)})] == facts(found)
    assert 0 == notes.fault_count


def test_columns_named_by_the_operator_win() -> None:
    content = "Asset;Where;NIC;Web title\n1;10.0.0.5;4419.b600.0001;Network Camera\n2;nowhere;;\n"
    found, notes = read(content, {"ip": "where", "mac": "NIC", "http.title": "Web title"})
    assert [("10.0.0.5", "table", {"mac.claimed": (MAC,), "http.title": ("Network Camera",)})] == facts(found)
    assert ["line 3: 'nowhere' is no address"] == notes.faults


def test_a_csv_without_an_address_column_is_refused_with_the_columns_it_has() -> None:
    with pytest.raises(FileFormatError, match="--map ip=COLUMN; there are: Asset, Web title"):
        read("Asset,Web title\n1,x\n", {"http.title": "Web title"})
    with pytest.raises(FileFormatError, match="no column 'Adress'; there are: Asset, Address"):
        read("Asset,Address\n1,10.0.0.5\n", {"ip": "Adress"})


@pytest.mark.parametrize(
    "line",
    [
        "10.0.0.5 dev eth0 lladdr 44:19:b6:00:00:01 REACHABLE",
        "? (10.0.0.5) at 44:19:b6:00:00:01 [ether] on eth0",
        "? (10.0.0.5) at 44:19:b6:0:0:1 on en0 ifscope [ethernet]",
        "  10.0.0.5              44-19-b6-00-00-01     dynamisch",
        "Internet  10.0.0.5               3   4419.b600.0001  ARPA   Vlan10",
        "10.0.0.5         0x1         0x2         44:19:b6:00:00:01     *        eth0",
        "10.0.0.5\t44:19:b6:00:00:01\tHangzhou Hikvision Digital Technology Co.,Ltd.",
        "cam-1.example.org (10.0.0.5) at 44:19:B6:00:00:01 on igb0 expires in 1187 seconds [ethernet]",
    ],
    ids=["ip-neigh", "linux", "bsd-macos", "windows", "cisco-ip-arp", "proc", "arp-scan", "freebsd"],
)
def test_a_neighbour_in_every_system_s_words(line: str) -> None:
    assert ("10.0.0.5", MAC, "") == tables.entry(line)


@pytest.mark.parametrize(
    "line",
    [
        "10.0.0.5 dev eth0  FAILED",
        "? (10.0.0.5) at (incomplete) on en0",
        "? (10.0.0.5) at <incomplete> on eth0",
        "  224.0.0.22            01-00-5e-00-00-16     static",
        "  255.255.255.255       ff-ff-ff-ff-ff-ff     static",
        "Interface: 10.0.0.2 --- 0x5",
        "    Vlan    Mac Address       Type        Ports",
        " All    0100.0ccc.cccc    STATIC      CPU",
    ],
)
def test_headings_groups_and_the_dead_are_no_entries(line: str) -> None:
    assert tables.entry(line) is None


@pytest.mark.parametrize(
    ("line", "port"),
    [
        ("  10    4419.b600.0001    DYNAMIC     Gi1/0/7", "port Gi1/0/7, VLAN 10"),
        ("*  20     4419.b600.0001   dynamic  0         F      F    Eth1/12", "port Eth1/12, VLAN 20"),
        ("  441 9b6-000001  x", None),
        ("  4419b6-000001  A7      10", "port A7, VLAN 10"),
        ("44:19:b6:00:00:01 dev swp3 vlan 30 master br0", "port swp3, VLAN 30"),
        ("   cams                44:19:b6:00:00:01   D        -   ge-0/0/1.0", "port ge-0/0/1.0"),
        ("4419-b600-0001 100   Learned  GE1/0/24  Y", "port GE1/0/24, VLAN 100"),
    ],
    ids=["ios", "nexus", "no-mac", "procurve", "bridge-fdb", "junos", "comware"],
)
def test_a_switch_table_says_behind_which_port(line: str, port: str | None) -> None:
    found = tables.entry(line)
    assert (("", MAC, port) if port else None) == found


def test_a_switch_table_gives_facts_that_wait_for_an_address() -> None:
    found, _ = read(
        "          Mac Address Table\n-------------------------\nVlan    Mac Address       Type        Ports\n"
        "  10    4419.b600.0001    DYNAMIC     Gi1/0/7\n"
    )
    assert [(MAC, "switch-table", {"net.switch_port": "port Gi1/0/7, VLAN 10"})] == [
        (each.mac, each.source, each.fields) for each in found if isinstance(each, Unplaced)
    ]


def test_camscans_own_lines_keep_their_provenance_and_refuse_the_broken() -> None:
    line = (
        '{"type":"observation","ip":"10.0.0.5","source":"http","fields":{"http.title":["x"]},'
        '"at":"2024-01-02T03:04:05Z","digest":"ab","port":80,"provenance":"%s"}\n'
    )
    found, notes = read(
        '{"type":"scan","schema_version":1}\n'
        + line % ""
        + line % "a.pcap"
        + '{"type":"observation","ip":7}\n{"ty'
    )
    assert ["file", "a.pcap"] == [each.provenance for each in found]
    assert 2 == notes.fault_count
    assert notes.faults[0].startswith("line 4: ")
