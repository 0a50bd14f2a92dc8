"""Real servers, each at an address of its own: the cameras are found, nothing else is called one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from camscan.model.device import CAMERA_KINDS, Device, Kind

from .conftest import NETWORK, Street, by_address

pytestmark = [pytest.mark.netns, pytest.mark.timeout(240)]

AXIS_MAC = "ac:cc:8e:12:34:56"
SERVERS = ("avahi-daemon", "wsdd", "minidlnad", "nginx", "ustreamer", "snmpd", "openssl")

AXIS_SERVICE = """<?xml version="1.0" standalone='no'?>
<!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group>
  <name>AXIS P3245-LVE - ACCC8E123456</name>
  <service><type>_axis-video._tcp</type><port>80</port>
    <txt-record>macaddress=ACCC8E123456</txt-record></service>
  <service><type>_http._tcp</type><port>80</port></service>
</service-group>
"""
PRINTER_SERVICE = """<?xml version="1.0" standalone='no'?>
<!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group>
  <name>Office printer</name>
  <service><type>_ipp._tcp</type><port>631</port><txt-record>ty=Generic PCL</txt-record></service>
</service-group>
"""
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{}}
http {{
  access_log off; root /usr/share/nginx/html; client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen {ip}:80; listen {ip}:443 ssl;
    ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem; }}
}}
"""
MOTION = """
daemon off
setup_mode off
log_level 5
target_dir {folder}
webcontrol_port 8080
webcontrol_localhost off
webcontrol_interface 0
stream_port 8081
stream_localhost off
netcam_url http://{eye}:8080/stream
"""


def serve_avahi(street: Street, number: int, mac: str, folder: Path, name: str, service: str) -> None:
    """avahi-daemon without D-Bus; its fixed directories are replaced inside a mount namespace."""
    etc = folder / name
    (etc / "services").mkdir(parents=True)
    (etc / "services" / "one.service").write_text(service)
    (etc / "avahi-daemon.conf").write_text(
        f"[server]\nhost-name={name}\nuse-ipv6=yes\nenable-dbus=no\nallow-interfaces=lan0\n"
    )
    os.chmod(folder, 0o755)
    script = (
        f"mount --bind {etc} /etc/avahi && mount -t tmpfs none /run && "
        "exec avahi-daemon --no-drop-root --no-chroot --no-rlimits"
    )
    house = street.house(number, mac)
    street.serve(house, ["unshare", "--mount", "sh", "-c", script], folder / f"{name}.log", udp=5353)


@pytest.fixture(scope="module")
def devices(street: Street, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Device]:
    """Every device that one scan of the street shows, by address."""
    if missing := [name for name in SERVERS if not shutil.which(name)]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    folder = tmp_path_factory.mktemp("street")
    serve_avahi(street, 10, AXIS_MAC, folder, "axis-accc8e123456", AXIS_SERVICE)
    serve_avahi(street, 18, "00:80:77:00:00:18", folder, "printer", PRINTER_SERVICE)

    house = street.house(11, "00:15:5d:00:00:11")
    street.serve(house, ["wsdd", "-4", "-i", "lan0", "-n", "OFFICE-PC", "-s"], folder / "wsdd.log", udp=3702)

    house = street.house(12, "00:11:32:00:00:12")
    (folder / "media").mkdir()
    (folder / "minidlna.conf").write_text(
        f"port=8200\nmedia_dir={folder}/media\ndb_dir={folder}/dlna\nlog_dir={folder}/dlna\n"
        "friendly_name=Video surveillance of the attic\nnetwork_interface=lan0\ninotify=no\n"
    )
    command = ["minidlnad", "-d", "-f", f"{folder}/minidlna.conf", "-P", f"{folder}/minidlna.pid"]
    street.serve(house, command, folder / "minidlna.log", tcp=f"{NETWORK}.12 8200")

    house = street.house(13, "00:50:56:00:00:13")
    house.run(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
        "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem",
    )  # fmt: skip
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, ip=f"{NETWORK}.13"))
    street.serve(
        house, ["nginx", "-c", f"{folder}/nginx.conf"], folder / "nginx.out", tcp=f"{NETWORK}.13 443"
    )

    # Without a video device uStreamer serves its page and a picture that says so.
    house = street.house(14, "b8:27:eb:00:00:14")
    command = ["ustreamer", "--device", "/dev/no-camera", "--host", "0.0.0.0", "--port", "8080"]
    street.serve(house, command, folder / "ustreamer.log", tcp=f"{NETWORK}.14 8080")

    if shutil.which("motion"):
        house = street.house(15, "b8:27:eb:00:00:15")
        (folder / "motion.conf").write_text(MOTION.format(folder=folder, eye=f"{NETWORK}.14"))
        command = ["motion", "-n", "-c", f"{folder}/motion.conf"]
        street.serve(house, command, folder / "motion.log", tcp=f"{NETWORK}.15 8081")

    house = street.house(16, "00:1b:21:00:00:16")
    (folder / "snmpd.conf").write_text(
        "rocommunity public\nagentaddress udp:161\nsysDescr Linux file server\n"
    )
    command = ["snmpd", "-f", "-Lo", "-C", "-c", f"{folder}/snmpd.conf", "-p", f"{folder}/snmpd.pid"]
    street.serve(house, command, folder / "snmpd.log", udp=161)
    (folder / "logins.toml").write_text('communities = ["public"]\n')

    inventory = street.scan(folder, f"{NETWORK}.0/24", "--credentials", str(folder / "logins.toml"))
    return by_address(inventory)


def test_the_axis_camera_that_avahi_announces_is_found(devices: dict[str, Device]) -> None:
    axis = devices[f"{NETWORK}.10"]
    assert (Kind.CAMERA, "Axis") == (axis.kind, axis.value("manufacturer"))
    assert AXIS_MAC in {each.mac for each in axis.macs}


def test_a_computer_that_serves_its_camera_is_listed_as_camera_like(devices: dict[str, Device]) -> None:
    assert devices[f"{NETWORK}.14"].kind is Kind.CAMERA_LIKE


@pytest.mark.parametrize(
    ("number", "what"),
    [(12, "MiniDLNA"), (13, "nginx"), (15, "Motion, which shows other devices' pictures"), (16, "snmpd"),
     (18, "a printer")],
)  # fmt: skip
def test_a_server_that_is_no_camera_is_not_called_one(
    devices: dict[str, Device], number: int, what: str
) -> None:
    if number == 15 and not shutil.which("motion"):
        pytest.skip("motion is not installed")
    assert f"{NETWORK}.{number}" in devices, f"{what} was not heard at all"
    assert devices[f"{NETWORK}.{number}"].kind not in CAMERA_KINDS


def test_wsdd_answers_no_question_about_cameras(devices: dict[str, Device]) -> None:
    """It answers only Probes for plain devices, which camscan does not send."""
    assert f"{NETWORK}.11" not in devices or devices[f"{NETWORK}.11"].kind not in CAMERA_KINDS
