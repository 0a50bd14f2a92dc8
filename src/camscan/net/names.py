"""DNS: host names of targets to addresses, addresses of devices to names. `-n` switches the latter off."""

from __future__ import annotations

import asyncio
import socket

from camscan.errors import ScopeError

REVERSE_TIMEOUT_SECONDS = 2.0


def resolve_host(name: str) -> tuple[str, ...]:
    """Every address of a host name; raises ScopeError with the reason when there is none."""
    try:
        answers = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        reason = getattr(fault, "strerror", None) or fault
        raise ScopeError(f"target {name!r} has no address: {reason}") from None
    return tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))


async def reverse_names(addresses: list[str], *, budget_seconds: float) -> dict[str, str]:
    """Address → PTR name for those that have one; a dead resolver costs at most `budget_seconds` in all."""
    slots = asyncio.Semaphore(16)
    names: dict[str, str] = {}
    loop = asyncio.get_running_loop()

    async def ask(ip: str) -> None:
        async with slots:
            try:
                name, _ = await asyncio.wait_for(
                    loop.getnameinfo((ip.split("%")[0], 0), socket.NI_NAMEREQD), REVERSE_TIMEOUT_SECONDS
                )
            except (OSError, TimeoutError):
                return
            names[ip] = name

    tasks = [asyncio.ensure_future(ask(ip)) for ip in addresses]
    if tasks:
        _done, late = await asyncio.wait(tasks, timeout=budget_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
    return names
