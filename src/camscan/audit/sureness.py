"""How sure a claim must be before a finding may rest on it."""

from __future__ import annotations

SURE = 0.9
"""Below it a maker never carries a flat verdict (the register's word: certain)."""

LIKELY = 0.6
"""Below it a maker is not established, and a model or version decides nothing."""
