"""The `ndaa-889` table as CSV (roll_up.ndaa_889)."""

from __future__ import annotations

from camscan.model.inventory import Inventory
from camscan.report.roll_up import ndaa_889


def render(inventory: Inventory) -> bytes:
    """The whole file."""
    return ndaa_889(inventory).to_csv()
