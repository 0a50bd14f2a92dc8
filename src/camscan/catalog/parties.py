"""Companies under every name a claim may use: vendors with their aliases, own labels and subsidiaries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from camscan.model.fingerprint import Brand, Vendor
from camscan.model.policy import Party, Subsidiary, name_key

_RECALLED = ("background knowledge", "recalled")
"""How brands.toml says that a row was not read in a source."""


class Parties:
    """Parties and their subsidiaries by vendor id."""

    def __init__(self, vendors: Mapping[str, Vendor], brands: Iterable[Brand]) -> None:
        self._vendors = vendors
        self._own: dict[str, list[str]] = defaultdict(list)
        self._subsidiaries: dict[str, list[Brand]] = defaultdict(list)
        for row in brands:
            if row.relation == "own-brand":
                self._own[row.maker].append(row.brand)
            elif row.relation == "subsidiary":
                self._subsidiaries[row.maker].append(row)

    @property
    def known(self) -> Iterable[str]:
        """Every vendor id."""
        return self._vendors

    def party(self, vendor_id: str, name: str = "") -> Party:
        """The vendor with its aliases and own labels; for an unknown id the given name, or the id, alone."""
        vendor = self._vendors.get(vendor_id)
        if vendor is None:
            shown = name or vendor_id
            return Party(vendor_id, shown, frozenset({name_key(vendor_id), name_key(shown)}))
        texts = [vendor.id, vendor.name, *vendor.aliases, *self._own[vendor_id]]
        return Party(vendor_id, vendor.name, frozenset(map(name_key, texts)))

    def subsidiaries(self, vendor_id: str) -> tuple[Subsidiary, ...]:
        """Rows of brands.toml; a vendor file of the same name adds its aliases."""
        found = []
        for row in self._subsidiaries[vendor_id]:
            keys = {name_key(row.brand)}
            for vendor in self._vendors.values():
                names = {name_key(text) for text in (vendor.id, vendor.name, *vendor.aliases)}
                if keys & names:
                    keys |= names
            recalled = any(word in row.source for word in _RECALLED)
            firm = row.confidence == "high" and not recalled
            found.append(Subsidiary(row.brand, frozenset(keys), firm, row.source))
        return tuple(found)
