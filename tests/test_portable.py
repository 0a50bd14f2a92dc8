"""Where POSIX ends (Windows) or Linux does (macOS), camscan imports and runs all that needs no raw socket.

There is no such machine here: a child of this one loses the modules, socket constants and signals that
those systems lack, before camscan is imported.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

POORER = """
import asyncio.unix_events, os, platformdirs, signal, socket, sys
for name in ("fcntl", "resource", "termios", "pwd", "grp"):
    sys.modules[name] = None
for name in list(vars(socket)):
    if name.startswith(("AF_PACKET", "AF_NETLINK", "PACKET_", "SO_BINDTODEVICE", "MSG_DONTWAIT",
                        "MSG_ERRQUEUE", "SO_REUSEPORT", "SOCK_NONBLOCK")):
        delattr(socket, name)
for name in ("geteuid", "getuid", "fork", "setsid", "getpgid", "O_NOFOLLOW", "fchmod", "O_DIRECTORY"):
    delattr(os, name)
for name in ("SIGHUP", "SIGALRM", "SIGUSR1"):
    delattr(signal, name)
def refuse(*words):
    raise NotImplementedError
asyncio.unix_events._UnixSelectorEventLoop.add_signal_handler = refuse
asyncio.unix_events._UnixSelectorEventLoop.remove_signal_handler = refuse
"""

IMPORT_ALL = """
import importlib, pkgutil, camscan
for each in pkgutil.walk_packages(camscan.__path__, "camscan."):
    if not each.name.endswith("__main__"):
        try:
            importlib.import_module(each.name)
        except ImportError as error:
            print(each.name, error, sep=": ")
"""


def child(text: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", POORER + text],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_only_raw_sockets_and_namespaces_ask_for_modules_of_linux(tmp_path: Path) -> None:
    failed = {line.split(":")[0] for line in child(IMPORT_ALL, tmp_path).splitlines()}

    elsewhere = {
        name
        for name in failed
        if not name.startswith("camscan.net.raw.")
        and name not in {"camscan.lab.namespace", "camscan.lab.wire"}
    }
    assert elsewhere == set()
    assert failed  # the child really is poorer


def test_the_simulated_building_is_inventoried_without_posix(tmp_path: Path) -> None:
    demo = "from camscan.cli.main import run\nsys.argv = ['camscan', 'demo', '-o', 'out']\nrun()\n"

    child(demo, tmp_path)

    lines = (tmp_path / "out" / "inventory.jsonl").read_text("utf-8").splitlines()
    kinds = [json.loads(line).get("type") for line in lines]
    assert sum(kind == "device" for kind in kinds) >= 45, set(kinds)
