"""What the station lends to proofing methods, and finding the methods there are.

A module of this package that has a function ``method`` is a method; adding one is adding a file. Methods do not
know each other.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

import muster.methods
from muster.domain.proofing import Identifier
from muster.proofing.method import ProofingMethod


def _nobody_lent(*_: str) -> str:
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class MethodTools:
    """``is_known`` says whether somebody with this identifier proved who they are at this station before,
    ``supervisor`` who is signed in, if that is a supervisor. ``way_back`` begins to listen where a browser may
    bring an answer, and says where that is; an answer finds its node by its ``state``, the ``callback_ref``.
    ``digest`` is a keyed hash of a value of some kind. ``seal`` and ``unseal`` are for what a method remembers and
    nobody else may read; ``unseal`` raises ``NotAuthentic``."""

    is_known: Callable[[Identifier], bool]
    supervisor: Callable[[], str | None]
    way_back: Callable[[], str] = lambda: "http://127.0.0.1/callback"
    digest: Callable[[str, str], str] = _nobody_lent
    seal: Callable[[str], str] = _nobody_lent
    unseal: Callable[[str], str] = _nobody_lent


def found_methods(tools: MethodTools) -> Mapping[str, ProofingMethod]:
    """Every method, by the type its definitions have."""
    found: dict[str, ProofingMethod] = {}
    for each in pkgutil.iter_modules(muster.methods.__path__):
        make = getattr(import_module(f"muster.methods.{each.name}"), "method", None)
        if make is not None:
            method: ProofingMethod = make(tools)
            found[method.type] = method
    return found
