"""IPv6 neighbours of the links of a scan: asked for by one group question, joined to the devices they are.

Rules: with raw sockets only, and where a group question may go. What answers is listed, never contacted. An
address whose hardware is a device of the scope is one of that device, global ones too. A link-local one of
unknown hardware is listed only where the targets hold the whole link: elsewhere it may be a neighbour's that
nobody wanted to see. Nothing is concluded before the end, when the hardware of the IPv4 addresses is known.
"""

from __future__ import annotations

import asyncio
import sys

from camscan.errors import OperationalError
from camscan.net.capabilities import can_send_raw
from camscan.net.interfaces import Interface, is_link_local, local_targets
from camscan.net.neighbours import read_neighbours
from camscan.survey.desk import Desk


class LinkNodes:
    """`ask` beside the sweep, whose libraries it shares; `note` once the sweep is over."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._heard: dict[str, tuple[str, Interface]] = {}

    async def ask(self) -> None:
        """Ask all nodes of each Ethernet link, side by side."""
        request = self._desk.request
        wanted = request.raw and not request.port_map and request.group_questions != "never"
        links = [link for link in request.links if not link.loopback and link.multicast]
        if wanted and links and sys.platform == "linux" and can_send_raw():
            await asyncio.gather(*map(self._ask_link, links))

    async def _ask_link(self, link: Interface) -> None:
        from camscan.net.raw.neighbours6 import ask_all_nodes

        try:
            nodes = await ask_all_nodes(link, gate=self._desk.gate, pace=self._desk.pace)
        except OperationalError as fault:
            self._desk.warn(str(fault))
            return
        for ip, mac in nodes.found.items():
            self._heard[ip] = mac, link

    def note(self) -> None:
        """Make known those that belong to the scope; call it after the hardware of IPv4 was noted."""
        if not self._heard:
            return
        notebook, scope, admission = self._desk.notebook, self._desk.request.scope, self._desk.admission
        ours = {mac for ip in notebook.addresses() for mac in notebook.observed_macs(ip)}
        others = {mac for ip, mac in read_neighbours().items() if ":" not in ip and not scope.permits(ip)}
        whole: dict[str, bool] = {}
        for ip, (mac, link) in self._heard.items():
            if scope.excludes(ip):
                continue
            if mac not in ours and not scope.permits(ip):
                if link.name not in whole:
                    whole[link.name] = not local_targets([link]) - scope.allowed
                if mac in others or not whole[link.name] or not is_link_local(ip):
                    admission.turn_away(ip)
                    continue
                if not admission.admits(ip, link.name):
                    continue
            self._desk.ledger.add_target(ip)
            self._desk.note_mac(ip, mac)
