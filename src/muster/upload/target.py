"""Where sealed packets go: what every kind of server can be asked, and how the kinds are found.

A module of this package that has a ``target`` function is a kind of server, named as the module is (``mosip``,
``govstack``); adding one is adding a file. Packets that travel on a drive have no target here: nobody answers.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

import muster.upload
from muster.clock import Clock
from muster.domain.delivery import ServerStatus
from muster.errors import BadInput, Code, NetworkUnavailable
from muster.formats.govstack import EnrollmentRequest
from muster.upload.remedies import PacketRefused
from muster.upload.transport import SERVER_ANSWER_UNREADABLE, Exchange

TARGET_UNKNOWN = Code("TARGET_UNKNOWN", "There is no kind of server of this name. It may be one of: {kinds}.")


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is told about one packet before it comes. ``digest`` is the upper-case hex SHA-256 of the uploaded
    bytes, ``language`` a three-letter code, ``supervisor_status`` APPROVED or REJECTED;
    ``additional_info_request`` is the request that a correction answers. ``name``, ``phone`` and ``email`` are for
    a server that is to write to the person before it has opened the packet."""

    registration_id: str
    packet_id: str
    process: str
    digest: str
    size: int
    language: str
    supervisor_status: str
    supervisor_comment: str = ""
    additional_info_request: str | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Announced:
    """Which packets the server took note of, and its code for each it refused: one call can bring both."""

    taken: frozenset[str]
    refused: Mapping[str, str]

    def require(self, packet_id: str) -> None:
        """Raises ``PacketRefused``; ``NetworkUnavailable`` when the server did not list the
        packet at all: whatever else answers with JSON has not been told."""
        if packet_id in self.refused:
            raise PacketRefused(self.refused[packet_id])
        if packet_id not in self.taken:
            raise NetworkUnavailable(SERVER_ANSWER_UNREADABLE)


@dataclass(frozen=True, slots=True)
class UploadAnswer:
    """The server's own sentence, and whether it had the packet already."""

    status: str
    duplicate: bool


class Target(Protocol):
    """One station's business with one server. Each verb raises ``NetworkUnavailable``, ``SignInWanted``,
    ``Refused``, ``ServerNotAuthentic``."""

    def certificate(self) -> bytes:
        """What packets are encrypted to, PEM."""
        ...

    def announce_each(self, announcements: Iterable[Announcement], certificate: bytes) -> Announced:
        """Tell of packets, whichever of them the server takes. Again is safe."""
        ...

    def upload(self, packet_id: str, content: bytes) -> UploadAnswer:
        """Send one. Again is safe: a server that has it already says so. Raises ``PacketRefused`` as well."""
        ...

    def packet_statuses(self, packet_ids: Iterable[str]) -> dict[str, ServerStatus]:
        """What became of packets; those the server does not know are left out."""
        ...

    def registration_statuses(self, registration_ids: Iterable[str]) -> dict[str, ServerStatus]: ...


@dataclass(frozen=True, slots=True)
class Business:
    """Who asks, and through whom. ``ref_id`` is ``<center>_<machine>``; ``server`` checks answers where their
    signature is asked for, ``unsigned`` is for calls whose answers never carry one; ``enrollment`` tells what a
    packet is about in GovStack's words."""

    server: Exchange
    unsigned: Exchange
    ref_id: str
    clock: Clock
    enrollment: Callable[[str], EnrollmentRequest]


TargetMaker = Callable[[Business], Target]


def kinds() -> dict[str, TargetMaker]:
    """Every kind of server, by name."""
    found = {}
    for module in pkgutil.iter_modules(muster.upload.__path__):
        maker = getattr(import_module(f"muster.upload.{module.name}"), "target", None)
        if callable(maker):
            found[module.name] = maker
    return found


def target_of(kind: str, business: Business) -> Target:
    """Raises ``BadInput(TARGET_UNKNOWN)``."""
    known = kinds()
    if kind not in known:
        raise BadInput(TARGET_UNKNOWN, kinds=", ".join(sorted(known)))
    return known[kind](business)
