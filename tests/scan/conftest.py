"""A simulated building in a child process, and scans of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import netaddr
import pytest

from camscan.catalog import Catalog, load
from camscan.lab.building import demo_building
from camscan.lab.device import LabDevice
from camscan.lab.process import LabProcess
from camscan.model.inventory import Inventory
from camscan.model.scope import Scope
from camscan.net.interfaces import list_interfaces
from camscan.scan import scan
from camscan.survey.request import Event, ScanRequest


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load()


@pytest.fixture(scope="session")
def devices() -> tuple[LabDevice, ...]:
    return demo_building()


@pytest.fixture
def lab(devices: tuple[LabDevice, ...]) -> Iterator[LabProcess]:
    with LabProcess(devices) as running:
        yield running


Scan = Callable[..., Inventory]


@pytest.fixture
def run_scan(catalog: Catalog) -> Scan:
    """run_scan(lab, exclude=(), on_event=None, stop=None, **request fields) -> Inventory."""

    def run(
        lab: LabProcess,
        exclude: Iterable[str] = (),
        on_event: Callable[[Event], None] | None = None,
        stop_after: float = 0.0,
        **fields: object,
    ) -> Inventory:
        request = ScanRequest(
            scope=Scope.of(
                [netaddr.IPSet([device.truth.ip for device in lab.devices])],
                [netaddr.IPSet(list(exclude))],
                text="lab",
            ),
            links=tuple(each for each in list_interfaces() if each.loopback),
            neighbours=lab.neighbours,
            port_map=lab.port_map,
            resolve_names=False,
            **fields,  # type: ignore[arg-type]
        )

        async def go() -> Inventory:
            stop = asyncio.Event()
            if stop_after:
                asyncio.get_running_loop().call_later(stop_after, stop.set)
            return await scan(request, catalog, on_event, stop)

        return asyncio.run(go())

    return run


@pytest.fixture
def repository() -> Path:
    return Path(__file__).parent.parent.parent
