"""Golden cases: numbers that others published, or that follow from their inputs by hand, and what computes ours."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType


@dataclass(frozen=True, slots=True)
class GoldenCase:
    """A published answer: ``compute`` must give ``expected`` within ``tolerance`` (absolute, of the printed digits).

    ``source`` names author and work, with the page, section or example. ``expected`` never comes from our own code.
    """

    name: str
    source: str
    compute: Callable[[], float]
    expected: float
    tolerance: float = 1e-9


def collected(package: ModuleType) -> tuple[GoldenCase, ...]:
    """The cases of every module ``cases_<topic>`` of ``package``, in the order of their names."""
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    modules = [importlib.import_module(f"{package.__name__}.{name}") for name in names if name.startswith("cases_")]
    return tuple(case for module in modules for case in module.CASES)
