"""Configuration: TOML files in XDG order, then `CAMSCAN_*`, then flags; each value knows its origin.

Rules: `SETTINGS` is the whole vocabulary and the source of docs/configuration.md; a key nobody knows is an
error that names the nearest one; what may hold a password is never shown. Nothing heavy is imported here.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from camscan.errors import UsageError

DEFAULT = "default"
MOST_DAYS = 100_000


@dataclass(frozen=True, slots=True)
class Setting:
    """One key: its name in a file (`scan.max_rate`), how it is read, its default, what it does."""

    key: str
    read: Callable[[Any], Any]
    default: Any
    about: str
    secret: bool = False

    @property
    def variable(self) -> str:
        """The environment variable of the key."""
        return "CAMSCAN_" + self.key.replace(".", "_").upper()


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError("a whole number")
    number = int(value)
    if number < 0:
        raise ValueError("not below 0")
    return number


def _days(value: Any) -> int:
    number = _whole(value)
    if number > MOST_DAYS:
        raise ValueError(f"a number of days up to {MOST_DAYS}")
    return number


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError("a number")
    number = float(value)
    if not 0 < number < float("inf"):
        raise ValueError("a number above 0")
    return number


def _words(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise ValueError("a list of texts")


def _table(value: Any) -> Mapping[str, str]:
    """A TOML table name → text, or `name=text` words separated by blanks in a variable."""
    if isinstance(value, str):
        pairs = [word.partition("=") for word in value.split()]
        if not all(name and text for name, _, text in pairs):
            raise ValueError("name=URL words, separated by blanks")
        return {name: text for name, _, text in pairs}
    if isinstance(value, dict) and all(isinstance(each, str) for each in value.values()):
        return dict(value)
    raise ValueError("a table of name = URL")


SETTINGS = (
    Setting(
        "db",
        _text,
        "",
        "A file or postgresql://user@host/name; empty: in the state directory.",
    ),
    Setting("site", _text, "", "Site of a scan that names none."),
    Setting(
        "retention_days", _days, 365, "Observations of older scans are dropped (devices never); 0 keeps all."
    ),
    Setting("not_seen_days", _days, 30, "What `devices list --not-seen` means when it is given no number."),
    Setting("fingerprints", _text, "", "Directory of fingerprints to use instead of the installed ones."),
    Setting("scan.exclude", _words, (), "Targets that no scan touches."),
    Setting("scan.interfaces", _words, (), "Interfaces to use; none named: all that reach the targets."),
    Setting("scan.timing", _whole, 3, "Timing template 0 to 5."),
    Setting("scan.max_rate", _number, None, "Packets a second over all devices."),
    Setting("scan.credentials", _text, "", "File with ONVIF logins."),
    Setting(
        "alerts.endpoints", _table, {}, "Name → Apprise URL (mailto://, json://, syslog://).", secret=True
    ),
    Setting(
        "alerts.on",
        _words,
        ("new", "gone", "re-labelled", "identity-conflict", "seen-though-removed"),
        "Kinds of change to tell; `all` for every kind.",
    ),
    Setting("prometheus.file", _text, "", "Textfile for node_exporter, rewritten after each scan (….prom)."),
)
_BY_KEY = {setting.key: setting for setting in SETTINGS}
_CONFIG = "CAMSCAN_CONFIG"


@dataclass(frozen=True, slots=True)
class Value:
    """A value and where it came from: a file, a variable, a flag, or the default."""

    setting: Setting
    value: Any
    origin: str


@dataclass(frozen=True, slots=True)
class Settings:
    """All values, one for each setting."""

    values: Mapping[str, Value]

    def get(self, key: str) -> Any:
        """The value of a key of `SETTINGS`, in its own type."""
        return self.values[key].value


def files(environ: Mapping[str, str]) -> list[Path]:
    """Configuration files that may exist, the strongest last."""
    if chosen := environ.get(_CONFIG):
        return [Path(chosen).expanduser()]
    try:
        home = environ.get("HOME") or str(Path.home())
    except RuntimeError:  # a user without a name, as in a container
        home = ""
    system = environ.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    own = environ.get("XDG_CONFIG_HOME") or (home and f"{home}/.config")
    folders = [*reversed([word for word in system.split(os.pathsep) if word]), *filter(None, [own])]
    return [Path(folder) / "camscan" / "config.toml" for folder in folders]


def load(flags: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Every setting with its origin; flags: key → value, None for a flag that was not given.

    Raises UsageError: a file that was named but is not there, is not TOML, an unknown key, a wrong value.
    """
    environ = os.environ if environ is None else environ
    values = {key: Value(setting, setting.default, DEFAULT) for key, setting in _BY_KEY.items()}
    for path in files(environ):
        for key, raw in _read_file(path, must_exist=_CONFIG in environ).items():
            values[key] = _value(key, raw, str(path))
    for setting in SETTINGS:
        if setting.variable in environ:
            values[setting.key] = _value(setting.key, environ[setting.variable], setting.variable)
    for key, raw in (flags or {}).items():
        if raw is not None:
            flag = "--" + key.rpartition(".")[2].replace("_", "-")
            values[key] = Value(_BY_KEY[key], raw, flag)
    return Settings(values)


def shown(value: Value) -> str:
    """A value as text for people, passwords left out."""
    if value.setting.secret and value.value:
        return ", ".join(f"{name} = {url.partition('://')[0]}://…" for name, url in value.value.items())
    if isinstance(value.value, tuple):
        return ", ".join(value.value)
    return "" if value.value is None or value.value == {} else str(value.value)


def _value(key: str, raw: Any, origin: str) -> Value:
    setting = _BY_KEY[key]
    try:
        return Value(setting, setting.read(raw), origin)
    except (TypeError, ValueError) as fault:
        reason = str(fault) if "literal" not in str(fault) and "convert" not in str(fault) else "a number"
        given = "" if setting.secret else f", not {raw!r}"
        raise UsageError(f"{origin}: {key} must be {reason}{given}") from None


def _read_file(path: Path, *, must_exist: bool) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            body = tomllib.load(file)
    except FileNotFoundError:
        if must_exist:
            raise UsageError(f"{path}, named by {_CONFIG}, does not exist") from None
        return {}
    except OSError as fault:
        raise UsageError(f"{path} cannot be read: {fault.strerror}") from None
    except ValueError as fault:  # TOML, UTF-8, and numbers of more digits than Python reads
        raise UsageError(f"{path} is not TOML: {fault}") from None
    except RecursionError:
        raise UsageError(f"{path} is not TOML: nested too deeply") from None
    return dict(_flat(body, path, ""))


def _flat(body: Mapping[str, Any], path: Path, prefix: str) -> list[tuple[str, Any]]:
    out: list[tuple[str, Any]] = []
    for name, value in body.items():
        key = prefix + name
        if key in _BY_KEY:
            out.append((key, value))
        elif isinstance(value, dict) and any(each.startswith(key + ".") for each in _BY_KEY):
            out += _flat(value, path, key + ".")
        else:
            near = difflib.get_close_matches(key, _BY_KEY, 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else "see `camscan config show`"
            raise UsageError(f"{path}: there is no setting {key!r}; {hint}")
    return out
