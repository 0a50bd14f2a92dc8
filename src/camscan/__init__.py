"""camscan: find every network camera on the networks you run, and say who really made it."""

__version__ = "0.1.0"
