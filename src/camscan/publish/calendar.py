"""When a schedule runs: `Sun 02:00`, `Mon..Fri 22:30`, `daily 03:15`, `1 04:00` (day of the month).

Rule: only what systemd and cron can both say, so the two never disagree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from camscan.errors import UsageError

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FORM = re.compile(r"(?:(?P<when>\S+)\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})")
_HINT = "write Sun 02:00, Mon,Thu 02:00, Mon..Fri 22:30, daily 03:15 or 1 04:00 (day of the month)"


@dataclass(frozen=True, slots=True)
class Calendar:
    """A time of day on some week days (0 is Monday; () for every day) or on one day of the month."""

    hour: int
    minute: int
    weekdays: tuple[int, ...] = ()
    day_of_month: int | None = None

    def systemd(self) -> str:
        """As OnCalendar= wants it (systemd.time(7))."""
        days = ",".join(DAYS[day] for day in self.weekdays)
        date = f"*-*-{self.day_of_month:02d}" if self.day_of_month else "*-*-*"
        return f"{days} {date} {self.hour:02d}:{self.minute:02d}:00".strip()

    def cron(self) -> str:
        """The five fields of crontab(5); Sunday is 0."""
        days = ",".join(str(number) for number in sorted((day + 1) % 7 for day in self.weekdays)) or "*"
        return f"{self.minute} {self.hour} {self.day_of_month or '*'} * {days}"


def parse(text: str) -> Calendar:
    """Read what an operator wrote. Raises UsageError with the forms that are understood."""
    found = _FORM.fullmatch(text.strip())
    if not found or int(found["hour"]) > 23 or int(found["minute"]) > 59:
        raise UsageError(f"--on {text!r} is not a time; {_HINT}")
    hour, minute, when = int(found["hour"]), int(found["minute"]), found["when"] or "daily"
    if when.lower() in ("daily", "*"):
        return Calendar(hour, minute)
    if when.isdecimal() and 1 <= int(when) <= 28:
        return Calendar(hour, minute, day_of_month=int(when))
    if when.isdecimal():
        raise UsageError(f"--on {text!r}: a day of the month is 1 to 28, which every month has")
    days: set[int] = set()
    for word in when.split(","):
        first, dots, last = word.partition("..")
        start, end = _day(first), _day(last) if dots else _day(first)
        if start is None or end is None:
            raise UsageError(f"--on {text!r}: {word!r} is no day; {_HINT}")
        days.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return Calendar(hour, minute, () if len(days) == 7 else tuple(sorted(days)))


def _day(word: str) -> int | None:
    short = word[:3].capitalize()
    full = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    if short not in DAYS:
        return None
    number = DAYS.index(short)
    return number if word.lower() in (short.lower(), full[number]) else None
