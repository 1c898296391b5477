"""What the station lends to proofing methods, and finding the methods there are.

A module of this package that has a function ``method`` is a method; adding one is adding a file. Methods do not
know each other.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

import muster.methods
from muster.domain.proofing import Identifier
from muster.proofing.method import Brought, ProofingMethod, Work

if TYPE_CHECKING:
    from muster.methods.sensors import Sensors
    from muster.upload.request_signing import RequestSigning


def _nobody_lent(*_: Any) -> Any:
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Door:
    """Where wallets come to this station: ``listen_on`` is ``host:port``, ``public_url`` how it is known outside
    if otherwise, ``tls`` a private key and certificates (PEM) where it speaks TLS itself."""

    listen_on: str
    public_url: str = ""
    tls: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Hub:
    """The center's own server, which knows this station by the key that it signs with."""

    url: str
    signing: RequestSigning


# What a wallet fetches, from where it came to and what it told.
Fetched = Callable[[str, Mapping[str, str]], str]


@dataclass(frozen=True, slots=True)
class MethodTools:
    """``is_known`` says whether somebody with this identifier proved who they are at this station before,
    ``supervisor`` who is signed in, if that is a supervisor. ``way_back`` begins to listen where a browser may
    bring an answer, and says where that is; an answer finds its node by its ``state``, the ``callback_ref``.
    ``digest`` is a keyed hash of a value of some kind. ``seal`` and ``unseal`` are for what a method remembers and
    nobody else may read; ``unseal`` raises ``NotAuthentic``. ``wallet_door`` opens a door for wallets, lets them
    fetch a question there that goes by a ``callback_ref``, and says where that is; what they answer is brought
    like a browser's. ``credential_authorities`` vouch for who issues credentials (PEM or DER). ``is_new_code``
    says whether no code of this time step or a later one was given before, by the digest of its secret, and keeps
    that one was now. ``hub`` is the center's, where this station has one.

    ``pages`` are the pages of documents that an execution looked at.

    Tokens by which records are shared again: ``sharing_token`` is what one that an administrator gave for a method
    became by being renewed, ``persons_token`` the one that a registration's person gave for the service at an
    address (raises ``KeyUnavailable``), ``keep_sharing_token`` keeps one for whom the work is about."""

    is_known: Callable[[Identifier], bool]
    supervisor: Callable[[], str | None]
    way_back: Callable[[], str] = lambda: "http://127.0.0.1/callback"
    digest: Callable[[str, str], str] = _nobody_lent
    seal: Callable[[str], str] = _nobody_lent
    unseal: Callable[[str], str] = _nobody_lent
    wallet_door: Callable[[Door, str, Fetched], str] = _nobody_lent
    credential_authorities: Callable[[], Collection[bytes]] = tuple
    sensors: Callable[[], Sensors] = _nobody_lent
    is_new_code: Callable[[str, int], bool] = _nobody_lent
    sharing_token: Callable[[str, str], str] = lambda method, given: given
    persons_token: Callable[[str, str], str] = _nobody_lent
    keep_sharing_token: Callable[[Work, str], None] = _nobody_lent
    pages: Callable[[str], Sequence[Brought]] = _nobody_lent
    hub: Callable[[], Hub | None] = lambda: None


def import_methods() -> Sequence[ModuleType]:
    """Every module of this folder; some bring heavy libraries."""
    return [import_module(f"muster.methods.{each.name}") for each in pkgutil.iter_modules(muster.methods.__path__)]


def found_methods(tools: MethodTools) -> Mapping[str, ProofingMethod]:
    """Every method, by the type its definitions have."""
    found: dict[str, ProofingMethod] = {}
    for each in import_methods():
        make = getattr(each, "method", None)
        if make is not None:
            method: ProofingMethod = make(tools)
            found[method.type] = method
    return found
