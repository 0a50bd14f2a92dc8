"""A year of weekly scans of three sites: the register equals the truth, each alert is told exactly once.

52 weeks of 3 × 12 devices by default; CAMSCAN_YEAR_DEVICES=200 for a larger one (CI).
"""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from store_inventories import device, run

from camscan.model.device import Device
from camscan.model.inventory import Inventory
from camscan.store import devices, entries, events, recording, scans
from camscan.store.engine import Store

WEEKS = 52
DEVICES = int(os.environ.get("CAMSCAN_YEAR_DEVICES", "12"))
SEED = int(os.environ.get("CAMSCAN_YEAR_SEED", "5"))
SITES = ("HQ", "LAB", "PORT")  # PORT is scanned through a router: no MAC is ever observed there
ROUTED = "PORT"


@dataclass
class Camera:
    """The truth about one physical device."""

    number: int
    site: str
    ip: str
    mac: str
    serial: str
    firmware: str = "5.0"
    brand: str = "Hikvision"
    uuid: int = 0
    hostname: str = "cam"
    on: bool = True
    seen: list[int] = field(default_factory=list)

    @property
    def said_serial(self) -> str:
        """One in three says no serial number."""
        return self.serial if self.number % 3 else ""

    def facts(self) -> tuple[str, str, str, str]:
        """What a change is made of."""
        return self.site, self.ip, self.firmware, self.brand

    def as_device(self) -> Device:
        """What a scan makes of it; provisional ids are random, as are those of real scans."""
        routed = self.site == ROUTED
        return device(
            f"p{random.random()}",
            self.ip,
            mac="" if routed else self.mac,
            serial=self.said_serial,
            firmware=self.firmware,
            brand=self.brand,
            hostname=self.hostname,
            keys=(f"uuid:{self.number}-{self.uuid}", *([f"mac-claimed:{self.mac}"] if routed else [])),
        )


Told = Counter[tuple[str, str, str]]  # (scan, kind, serial of the device)


class Building:
    """Three sites, what happens in them, and what a perfect register would say about it."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.cameras: list[Camera] = []
        self.expected: Told = Counter()
        self.last: dict[int, tuple[str, str, str, str]] = {}
        self.gone: set[int] = set()
        self.clones: set[str] = set()
        for site in SITES:
            for _ in range(DEVICES):
                self.add(site)

    def add(self, site: str, ip: str = "", mac: str = "") -> Camera:
        """A device nobody has seen before."""
        number = len(self.cameras) + 1
        camera = Camera(
            number,
            site,
            ip or self.free_address(site),
            mac or f"44:19:b6:00:{number >> 8:02x}:{number & 255:02x}",
            f"DS-2CD{number:09d}",
        )
        self.cameras.append(camera)
        return camera

    def free_address(self, site: str) -> str:
        """Ranges overlap between sites, as they do."""
        taken = {each.ip for each in self.cameras if each.site == site}
        while (ip := f"10.0.{self.chance.randrange(4)}.{self.chance.randrange(1, 255)}") in taken:
            pass
        return ip

    def week(self, site: str) -> None:
        """One to four things happen at a site before its scan, each to a device of its own."""
        here = [each for each in self.cameras if each.site == site and each.on]
        self.chance.shuffle(here)
        for _ in range(self.chance.randrange(1, 5)):
            happen = self.chance.choice(
                (self.move, self.swap, self.flash, self.relabel, self.rename, self.switch_off, self.clone)
            )
            if here:
                happen(here.pop())
        for camera in [each for each in self.cameras if each.site == site and not each.on]:
            if camera.ip and self.chance.random() < 0.3:
                self.switch_on(camera)
        if self.chance.random() < 0.08:
            self.renumber([each for each in here if each.on])
        if here and self.chance.random() < 0.15 and site != ROUTED:
            self.travel(here.pop())

    def move(self, camera: Camera) -> None:
        camera.ip = self.free_address(camera.site)

    def swap(self, camera: Camera) -> None:
        self.add(camera.site, camera.ip)
        camera.on = False
        camera.ip = ""  # it goes to the scrap yard

    def flash(self, camera: Camera) -> None:
        camera.firmware = f"5.{int(camera.firmware.partition('.')[2]) + 1}"
        camera.uuid += 1

    def relabel(self, camera: Camera) -> None:
        camera.brand = "LTS" if camera.brand == "Hikvision" else "Hikvision"

    def rename(self, camera: Camera) -> None:
        camera.hostname = f"cam-{self.chance.randrange(10**6)}"

    def switch_off(self, camera: Camera) -> None:
        camera.on = False

    def switch_on(self, camera: Camera) -> None:
        camera.on = True
        if any(each.ip == camera.ip and each is not camera and each.on for each in self.at(camera.site)):
            camera.ip = self.free_address(camera.site)

    def clone(self, camera: Camera) -> None:
        if camera.site == ROUTED or camera.mac in self.clones:
            return
        self.clones.add(camera.mac)
        self.add(camera.site, mac=camera.mac)

    def renumber(self, cameras: list[Camera]) -> None:
        """The whole site gets other addresses: those of its neighbours, in another order."""
        addresses = [each.ip for each in cameras]
        addresses = addresses[1:] + addresses[:1]
        for camera, ip in zip(cameras, addresses, strict=True):
            camera.ip = ip

    def travel(self, camera: Camera) -> None:
        """To the other site with observed MACs; its next scan there tells."""
        if camera.mac in self.clones or not camera.said_serial:
            return  # MAC and serial together are what another site recognises
        camera.site = "LAB" if camera.site == "HQ" else "HQ"
        camera.ip = self.free_address(camera.site)

    def expect(self, site: str, name: str) -> None:
        """What a perfect register says after the scan `name`, from what it saw of each device before."""
        for camera in self.cameras:
            before, now = self.last.get(camera.number), camera.facts()
            if camera.site == site and camera.on:
                if before is None:
                    words = [] if name.endswith("-00") else ["new"]
                else:
                    back = camera.number in self.gone and before[0] == site
                    words = ["returned"] if back else []
                    words += ["moved"] if before[:2] != now[:2] else []
                    words += ["re-firmwared"] if before[2] != now[2] else []
                    words += ["re-labelled"] if before[3] != now[3] else []
                self.last[camera.number] = now
                self.gone.discard(camera.number)
            elif before is not None and before[0] == site and camera.number not in self.gone:
                words = ["gone"]
                self.gone.add(camera.number)
            else:
                continue
            self.expected.update((name, word, camera.serial) for word in words)

    def at(self, site: str) -> list[Camera]:
        return [each for each in self.cameras if each.site == site]


class Post:
    """An endpoint that is dead three times out of ten."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.told: Counter[int] = Counter()

    def tell(self, store: Store) -> None:
        owed = events.owed(store, "post")
        if not owed:
            return
        if self.chance.random() < 0.3:
            events.failed(store, "post", "connection refused")
            return
        self.told.update(each.id for each in owed)
        events.delivered(store, "post", owed)


def test_after_a_year_the_register_equals_the_truth(store: Store, clock: object) -> None:
    building, post = Building(random.Random(SEED)), Post(random.Random(6))
    names: dict[int, str] = {}
    notes: dict[str, str] = {}
    for week in range(WEEKS):
        for site in SITES:
            scan = run(week, site)
            clock.at = scan.started + timedelta(hours=1)  # type: ignore[attr-defined]
            if week:
                building.week(site)
            seen = [each for each in building.at(site) if each.on]
            building.chance.shuffle(seen)
            scans.begin_scan(store, scan)
            recorded = recording.finish_scan(store, Inventory(scan, tuple(each.as_device() for each in seen)))
            for camera, found in zip(seen, recorded.inventory().devices, strict=True):
                assert names.setdefault(camera.number, found.device_id) == found.device_id, (week, camera)
                camera.seen.append(week)
            building.expect(site, scan.scan_id)
            post.tell(store)
        if week == 3:
            notes = {name: f"entered for {number}" for number, name in names.items()}
            entries.put(store, [(name, {"note": note}) for name, note in notes.items()])
    while events.endpoints(store)[0].owed:
        post.tell(store)

    assert len(names) == len(set(names.values()))
    _register_is_true(store, building, names, notes)
    _alerts_are_true(store, building, names, post)


def _register_is_true(store: Store, building: Building, names: dict[int, str], notes: dict[str, str]) -> None:
    register = {each.sight.device_id: each for each in devices.list_devices(store)}
    assert set(names.values()) == set(register)
    for camera in building.cameras:
        if not camera.seen:
            continue
        row = register[names[camera.number]]
        assert run(camera.seen[0]).started == row.first_seen
        assert run(camera.seen[-1]).started == row.last_seen
        assert notes.get(names[camera.number]) == row.entries.get("note")
        if camera.seen[-1] == WEEKS - 1 and camera.on:
            truth = (camera.site, (camera.ip,), camera.firmware, camera.brand, camera.said_serial, "active")
            sight = row.sight
            said = (sight.site, sight.addresses, sight.firmware, sight.brand, sight.serial, row.status)
            assert truth == said
        history = devices.history(store, names[camera.number])
        assert camera.seen == [round((at - run(0).started) / timedelta(weeks=1)) for at, _, _ in history]


def _alerts_are_true(store: Store, building: Building, names: dict[int, str], post: Post) -> None:
    serials = {names[each.number]: each.serial for each in building.cameras if each.number in names}
    everything = events.list_events(store, limit=1_000_000)
    assert {1} == set(post.told.values())
    assert {each.id for each in everything} == set(post.told)
    said: Told = Counter(
        (each.scan_id, each.kind, serials[each.device_id])
        for each in everything
        if each.kind not in ("first-inventory", "identity-conflict")
    )
    assert 3 == sum(each.kind == "first-inventory" for each in everything)
    assert building.expected == said
    each_once = Counter((each.scan_id, each.kind, each.device_id) for each in everything)
    assert {1} == set(each_once.values())
    in_conflict = {serials[each.device_id] for each in everything if each.kind == "identity-conflict"}
    assert {each.serial for each in building.cameras if each.mac in building.clones} >= in_conflict
    assert in_conflict
