"""A real PostgreSQL server for the tests: in a temporary directory, on a socket, stopped by its own pid."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def directory_of_binaries() -> Path | None:
    """Where initdb and postgres are, None when no server is installed."""
    for folder in BINARIES:
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    return Path(found).parent if found else None


def why_not() -> str:
    """Why no server can run here; "" when one can."""
    if directory_of_binaries() is None:
        return "no PostgreSQL server is installed (apt-get install postgresql)"
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "psycopg is not installed (pip install 'camscan[postgres]')"
    if os.getuid() == 0 and _account() is None:
        return "running as root and there is no user postgres to run the server"
    return ""


@contextmanager
def server() -> Iterator[str]:
    """Runs a server; yields its URL for SQLAlchemy."""
    binaries = directory_of_binaries()
    assert binaries is not None
    account = _account() if os.getuid() == 0 else None
    # The name of a Unix socket is limited to about 100 characters, pytest's own directories are longer.
    with tempfile.TemporaryDirectory(prefix="cs-pg-", dir="/tmp") as folder:
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        data = Path(folder) / "data"
        user = {} if account is None else {"user": account.pw_uid, "group": account.pw_gid}
        make = [binaries / "initdb", "-D", data, "-U", "camscan", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(make, check=True, capture_output=True, cwd=folder, **user)
        options = ["-c", "fsync=off", "-c", "listen_addresses=", "-k", folder]
        process = subprocess.Popen(
            [binaries / "postgres", "-D", data, *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            **user,
        )
        try:
            url = f"postgresql://camscan@/postgres?host={folder}"
            _wait(folder, process)
            yield url
        finally:
            process.send_signal(signal.SIGINT)  # SIGTERM would wait for connections a failed test left
            process.wait(20)


def _account() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return None


def _wait(folder: str, process: subprocess.Popen[bytes]) -> None:
    import psycopg

    deadline = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(f"host={folder} user=camscan dbname=postgres").close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
