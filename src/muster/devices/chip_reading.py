"""Reading a chip from one end to the other: open it, take its files, have it prove itself.

What is read is what the issuer signed, and what says how the chip proves itself: DG1 (the machine-readable zone),
DG2 (the portrait), DG11 and DG12 (details), DG14 and DG15. Fingerprints and irises (DG3, DG4) are guarded by
rights that a registration station does not have and are not asked for.

Chip Authentication comes last: a copy fails there, and then no conversation is left to read anything by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

from muster.crypto.passive_authentication import CountryAuthorities, Doubt, SignedFiles, check_signed_object
from muster.devices.api import ChipReader
from muster.devices.chip_access import ChipKey, Opened, open_chip
from muster.devices.chip_channel import ChipChannel
from muster.devices.chip_proving import active_authentication, chip_authentication
from muster.domain.chips import ChipAccess, ChipProof
from muster.errors import MalformedData
from muster.formats.lds import File, present_groups, signed_object
from muster.formats.lds_security import SecurityInfo

WANTED = (File.DG1, File.DG2, File.DG11, File.DG12, File.DG14, File.DG15)

OnFile = Callable[[str, int, int], None]
"""The name of what is read now, its place from 1, and of how many."""


@dataclass(frozen=True, slots=True)
class ChipContents:
    """All octets as the chip gave them, nothing of it judged. ``withheld`` are files that the issuer signed and
    the chip does not give."""

    access: ChipAccess
    offers: tuple[SecurityInfo, ...]
    files: Mapping[File, bytes] = field(repr=False)
    withheld: tuple[File, ...]
    signed: SignedFiles
    active: ChipProof
    chip: ChipProof


def read_chip(
    reader: ChipReader,
    key: ChipKey,
    authorities: CountryAuthorities,
    at: datetime,
    cancel: Event,
    *,
    timeout_s: float = 30.0,
    on_file: OnFile = lambda label, number, of: None,
) -> ChipContents:
    """Wait for a chip and read it.

    Raises ``DeviceUnavailable``, ``Cancelled``; ``BadInput`` for a key that does not open it, another card, an
    answer that cannot be used; ``NotAuthentic`` when an answer was changed on the way.
    """
    reader.take_chip(timeout_s, cancel)
    try:
        channel = ChipChannel(reader, cancel)
        opened = open_chip(channel, key)
        return _read(channel, opened, authorities, at, on_file)
    finally:
        reader.leave_chip()


def _read(
    channel: ChipChannel, opened: Opened, authorities: CountryAuthorities, at: datetime, on_file: OnFile
) -> ChipContents:
    files: dict[File, bytes] = {}

    def take(file: File, number: int, of: int) -> None:
        on_file(file.label, number, of)
        content = channel.read(file)
        if content is not None:
            files[file] = content

    take(File.SOD, 1, 1)
    signed = _signed(files.get(File.SOD), authorities, at)
    wanted = [file for file in WANTED if file.group in signed.digests]
    if not wanted:  # nobody knows what is there: unsigned, but a list
        take(File.COM, 1, 1)
        wanted = [file for file in _listed(files.get(File.COM)) if file in WANTED]
    for number, file in enumerate(wanted, start=1):
        take(file, number, len(wanted))
    withheld = tuple(file for file in wanted if file not in files)
    active = active_authentication(channel, files.get(File.DG15), files.get(File.DG14))
    chip = chip_authentication(channel, files.get(File.DG14))
    return ChipContents(opened.access, opened.offers, files, withheld, signed, active, chip)


def _signed(sod: bytes | None, authorities: CountryAuthorities, at: datetime) -> SignedFiles:
    try:
        return check_signed_object(signed_object(sod or b""), authorities, at)
    except MalformedData:
        return SignedFiles(doubts=(Doubt.UNREADABLE,))


def _listed(com: bytes | None) -> tuple[File, ...]:
    try:
        return present_groups(com or b"")
    except MalformedData:
        return ()
