"""Frozen data with no behaviour beyond its own invariants: an object that exists is valid."""
