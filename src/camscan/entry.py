"""Lets a module be called like the function it is named for: `camscan.scan(…)`, `camscan.report(…)`.

`scan` and `report` are both rooms of this package and functions of its public interface. The rooms stay
importable as modules; calling one runs the function of `camscan.library`, which is loaded only then.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any


class _Entry(ModuleType):
    def __call__(self, *arguments: Any, **named: Any) -> Any:
        library = importlib.import_module("camscan.library")
        return getattr(library, self.__name__.rpartition(".")[2])(*arguments, **named)


def make_callable(name: str) -> None:
    """Make the module `name` an entry of the public interface: a module's class may be set."""
    sys.modules[name].__class__ = _Entry
