"""Reads fingerprints/: vendors, brands, rules, fields and IEEE prefixes; faults name file, id and key.

Rules of this package: `load` is what the rest of camscan uses, everything else serves authors. Importing it
is cheap: RE2 and the automaton load on the first match, TOML only when the cache does not hold the files.
"""

from camscan.catalog.loading import Catalog, load
from camscan.catalog.places import default_directory

__all__ = ["Catalog", "default_directory", "load"]
