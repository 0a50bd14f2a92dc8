"""Inventory → text or bytes, pure; rows.py is the one flattening every format uses."""

from camscan.entry import make_callable

make_callable(__name__)
