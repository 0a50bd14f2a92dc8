"""`Quantity`: an option's number within bounds; "nan", which is no number, is refused like one outside."""

from __future__ import annotations

import math
from typing import Any

import click


class Quantity(click.FloatRange):
    """A range of numbers. Every comparison with NaN is false, so click's own test lets it pass."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number. Raises click.BadParameter."""
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value} is no number; give one in the range {self._describe_range()}", param, ctx)
        return number
