"""How the label on a device relates to who made it."""

from __future__ import annotations

from camscan.model.device import Device

OWN = "own"
SUBSIDIARY = "subsidiary"
RELABEL = "relabel"
UNKNOWN = "unknown"

_WORDS = {"own-brand": OWN, "own": OWN, "subsidiary": SUBSIDIARY, "relabel": RELABEL, "former": RELABEL}


def relation(device: Device) -> str:
    """own, subsidiary, relabel or unknown.

    A claim "relation" (from the brand table) decides; without one, equal names are the maker's own label
    and different names a relabel. Unknown brand or maker: unknown, never a guess.
    """
    stated = _WORDS.get(device.value("relation"))
    if stated:
        return stated
    brand, maker = device.value("brand"), device.value("manufacturer")
    if not brand or not maker:
        return UNKNOWN
    return OWN if brand.casefold() == maker.casefold() else RELABEL
