"""`python -m camscan`."""

from camscan.cli.main import run

run()
