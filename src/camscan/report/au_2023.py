"""The `au-2023` table as CSV (roll_up.au_2023)."""

from __future__ import annotations

from camscan.model.inventory import Inventory
from camscan.report.roll_up import au_2023


def render(inventory: Inventory) -> bytes:
    """The whole file."""
    return au_2023(inventory).to_csv()
