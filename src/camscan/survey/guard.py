"""A bug of ours in questioning one device must be said, and must not cost the others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable


async def guarded(work: Callable[[], Awaitable[None]], ip: str, warn: Callable[[str], None]) -> None:
    """Begin `work` and await it; whatever it raises becomes one line for people."""
    try:
        await work()
    except Exception as fault:  # noqa: BLE001 - the other devices are still to be asked
        warn(f"a bug of camscan while questioning {ip}: {type(fault).__name__}: {fault}; please report it")
