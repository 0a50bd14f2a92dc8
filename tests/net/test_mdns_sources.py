"""mDNS: nobody puts a camera at an address that did not speak, and a flood costs the flooder."""

from __future__ import annotations

import asyncio
import gc
import os

import pytest

from camscan.lab.attackers import names
from camscan.lab.attackers.gang import attackers
from camscan.lab.attackers.liars import Victims
from camscan.lab.building import demo_building
from camscan.lab.process import LabProcess
from camscan.model.exchange import Reply
from camscan.net import mdns
from camscan.net.interfaces import list_interfaces
from camscan.net.mdns_sources import MAX_NAMES, MdnsSources
from camscan.net.udp import Datagram

NETWORK = f"127.{16 + os.getpid() % 200}.241"
VICTIMS = Victims(f"{NETWORK}.51", f"{NETWORK}.99", f"{NETWORK}.98", f"{NETWORK}.97")


def browse() -> tuple[set[str], set[str]]:
    loopback = [each for each in list_interfaces() if each.loopback]
    heard: list[Reply] = []
    found = asyncio.run(mdns.browse(loopback, window_seconds=2.0, hear=heard.append))
    mine = [
        {ip for ip in ips if ip.startswith(NETWORK + ".")}
        for ips in ([each.ip for each in found], [each.source_ip for each in heard])
    ]
    return mine[0], mine[1]


@pytest.mark.timeout(60)
def test_a_liar_and_a_flooder_beside_true_cameras() -> None:
    gang = [
        device
        for device in attackers(NETWORK, VICTIMS, first=150)
        if device.truth.hostname in ("mdns-liar", "mdns-flood", "wrong-lengths")
    ]
    honest = [device for device in demo_building(NETWORK) if device.ip.endswith((".50", ".51"))]
    with LabProcess((*honest, *gang)):
        resolved, heard = browse()
    cameras = {each.ip for each in honest}
    assert resolved <= cameras  # zeroconf's own buffer may have been full
    assert heard == cameras | {each.ip for each in gang if each.truth.hostname != "wrong-lengths"}


def test_a_name_counts_only_for_the_address_that_said_it() -> None:
    sources = MdnsSources(())
    (packet,) = names.liar(("10.0.0.9",))
    sources.hear(Datagram(packet, "10.0.0.1", 5353, 1))
    said = "AXIS Q1656 - ACCC8E000000._axis-video._tcp.local."
    assert sources.offered(said)
    assert sources.said("10.0.0.1", said)
    assert not sources.said("10.0.0.9", said)


def test_one_source_offers_a_bounded_number_of_names_and_no_packet_breaks_it() -> None:
    sources = MdnsSources(())
    for packet in (*names.LOOPS, *names.flood(5000)):
        sources.hear(Datagram(packet, "10.0.0.1", 5353, 1))
    offered = sum(sources.offered(f"flood-{number}._http._tcp.local.") for number in range(5000))
    assert MAX_NAMES == offered


@pytest.mark.parametrize("after_seconds", [0.0, 0.001, 0.01, 0.05, 0.3])
def test_an_interrupted_browse_leaves_no_task_behind(after_seconds: float) -> None:
    complaints: list[str] = []
    loopback = [each for each in list_interfaces() if each.loopback]

    async def interrupted() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: complaints.append(str(context)))
        task = asyncio.create_task(mdns.browse(loopback, window_seconds=2.0))
        await asyncio.sleep(after_seconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        gc.collect()
        await asyncio.sleep(0)

    asyncio.run(interrupted())
    gc.collect()
    assert [] == complaints
