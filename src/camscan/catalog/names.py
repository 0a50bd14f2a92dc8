"""Which names mean the same vendor, and which brands may stand for which makers."""

from __future__ import annotations

from collections.abc import Iterable

from camscan.model.fingerprint import Brand, Vendor


def fold_name(text: str) -> str:
    """A name without case, blanks and punctuation, so that `TP-Link`, `TP-LINK` and `tplink` agree."""
    return "".join(char for char in text.casefold() if char.isalnum())


class Names:
    """Vendors and brands by any spelling of their names."""

    def __init__(self, vendors: Iterable[Vendor], brands: Iterable[Brand]) -> None:
        self._vendors: dict[str, Vendor] = {}
        self._brands: dict[str, list[Brand]] = {}
        self._spellings: list[str] = []
        for vendor in vendors:
            for text in (vendor.id, vendor.name, *vendor.aliases):
                self._vendors.setdefault(fold_name(text), vendor)
                self._spellings.append(text)
        for brand in brands:
            self._brands.setdefault(fold_name(brand.brand), []).append(brand)
            self._spellings.append(brand.brand)

    def spellings(self) -> list[str]:
        """Every known id, name, alias and brand, as written."""
        return self._spellings

    def vendor(self, text: str) -> Vendor | None:
        """The vendor with this id, name or alias."""
        return self._vendors.get(fold_name(text))

    def brands(self, text: str) -> tuple[Brand, ...]:
        """The rows of brands.toml for this label."""
        return tuple(self._brands.get(fold_name(text), ()))

    def knows(self, text: str) -> bool:
        """Whether this is a vendor or a brand."""
        return self.vendor(text) is not None or bool(self.brands(text))

    def identity(self, text: str) -> str:
        """One word per party: the vendor's id where there is one, else the folded name."""
        vendor = self.vendor(text)
        return vendor.id if vendor else fold_name(text)

    def makers(self, text: str) -> frozenset[str]:
        """Vendor ids that may have made what wears this name, itself included, relabels of relabels too."""
        found: set[str] = set()
        waiting = [text]
        while waiting:
            name = waiting.pop()
            identity = self.identity(name)
            if identity in found:
                continue
            found.add(identity)
            vendor = self.vendor(name)
            labels = [name] if vendor is None else [name, vendor.id, vendor.name, *vendor.aliases]
            waiting += [row.maker for label in labels for row in self.brands(label) if row.maker]
        return frozenset(found)

    def agree(self, one: str, other: str) -> bool:
        """Whether both can be true of one device: the same party, or one is a known label of the other."""
        return self.identity(one) in self.makers(other) or self.identity(other) in self.makers(one)
