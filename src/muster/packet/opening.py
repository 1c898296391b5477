"""Opening a packet as a server does: decrypt, verify signature and hashes, say what is in it.

Reads what the clients of 1.1.5 and of 1.2 and later wrote, Android's included. The sidecars tell them apart: 1.1.5
has no ``refid``, and its packet id is the registration's (sections 1, 2.3 and 9 of the packet notes).

A signature of 1.1.5 proves nothing: what was signed went through a lossy text on the way. It is never called
valid; who hands in a machine key, and so asks for signatures, gets a packet that is not valid. Otherwise leaving
out the ``refid`` would be enough to pass off a packet that the machine never signed.

Stricter than MOSIP's own validator: a hash file that is absent is not a valid hash, and a file that a server would
use must be covered by one. What it would not look at is noted, not refused.

What is wrong *inside* a packet that opens is a result, not an error: every subpacket is looked at and all
problems are told. Only what cannot be opened at all raises.

Packets come from anybody who has the server's certificate. However one is made, opening it takes no more memory
than 20 times its size and 64 MiB: all that is unpacked together is limited to ``MAXIMUM_GROWTH`` times its size
and ``ALLOWANCE``, a description to ``mosip_packet.MAXIMUM_DESCRIPTION_BYTES``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from muster import base64url
from muster.crypto.envelope import DecryptionKey
from muster.crypto.signing import verify
from muster.errors import Code, MalformedData, MusterError
from muster.formats import mosip_packet as mosip
from muster.formats.packet_meta import PacketMeta
from muster.formats.zip_reading import unpack

PACKET_EMPTY = Code("PACKET_EMPTY", "The packet holds no part that could be opened.")
PACKET_TOO_MANY_PARTS = Code("PACKET_TOO_MANY_PARTS", "The packet has more parts than any client makes.")

MAXIMUM_PARTS = 8  # MOSIP makes three
MAXIMUM_GROWTH = 8  # a real packet of pictures grows to two and a half times its size
ALLOWANCE = 8 * 1024 * 1024


class Check(Enum):
    """What came of one check; the values appear in ``muster packet inspect``."""

    VALID = "valid"
    INVALID = "invalid"
    ABSENT = "absent"
    UNCHECKED = "unchecked"


class Family(Enum):
    """The versions of MOSIP's clients whose packets are alike; 1.2 stands for all later ones."""

    V1_1_5 = "1.1.5"
    V1_2 = "1.2"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class OpenedSubpacket:
    """One subpacket. ``hash`` is the sidecar's over the encrypted bytes, ``data_hash`` and
    ``operations_hash`` are the hash files inside; ``fields`` are the names in ID.json; ``files`` maps names
    to plaintext (empty when it did not open). ``notes`` are worth knowing, ``problems`` are not to be accepted;
    both are stable code names, with what they are about behind a colon."""

    name: str
    signature: Check
    hash: Check
    data_hash: Check = Check.ABSENT
    operations_hash: Check = Check.ABSENT
    fields: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_valid(self) -> bool:
        operations = (Check.VALID,) if self.name == "id" else (Check.VALID, Check.ABSENT)
        return (
            self.signature in (Check.VALID, Check.UNCHECKED)
            and self.hash is Check.VALID
            and self.data_hash is Check.VALID
            and self.operations_hash in operations
            and not self.problems
        )


@dataclass(frozen=True, slots=True)
class Contents:
    """How much of a person is in a packet, counted in its files: captured fingers, eyes and faces, those that
    could not be captured (clients of 1.1.5 name them in the description only), and documents; beside them what was
    captured of the introducer. The operators' captures and the photo of an exception do not count."""

    captures: int
    missing_samples: int
    documents: int
    introducer_captures: int = 0


@dataclass(frozen=True, slots=True)
class OpenedPacket:
    """``problems`` and ``notes`` as in a subpacket. ``meta`` is what the three of MOSIP's say together, the
    first that says something about a thing counting; None when that cannot be read. ``contents`` is known when
    the packet was judged."""

    registration_id: str
    packet_id: str
    process: str
    ref_id: str
    family: Family
    meta: PacketMeta | None
    subpackets: tuple[OpenedSubpacket, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()
    contents: Contents | None = None

    @property
    def is_valid(self) -> bool:
        return not self.problems and all(each.is_valid for each in self.subpackets)


Sidecars = Mapping[mosip.EntryName, mosip.Sidecar | None]


def open_packet(content: bytes, key: DecryptionKey, machine_public_key: bytes | None = None) -> OpenedPacket:
    """Open ``content``; without a machine key the signatures stay unchecked.

    Raises ``MalformedData`` when it is no packet, ``BadInput`` (``SEALED_FOR_ANOTHER_KEY``, ``WRONG_KEY``) when it
    is for somebody else, ``NotAuthentic`` when its outer layer was changed.
    """
    room = _Room(MAXIMUM_GROWTH * len(content) + ALLOWANCE)
    outer = room.unpack(key.decrypt(content))
    entries = sorted((mosip.EntryName.parse(name) for name in outer if name.endswith(".zip")), key=_order)
    if not entries:
        raise MalformedData(PACKET_EMPTY)
    if len(entries) > MAXIMUM_PARTS:
        raise MalformedData(PACKET_TOO_MANY_PARTS)
    sidecars = {entry: _sidecar(outer, entry) for entry in entries}
    family = _family(sidecars)
    known = next((each for each in sidecars.values() if each), None)
    registration_id = entries[0].registration_id
    ref_id = known.refid if known and known.refid else mosip.ref_id_of(registration_id)
    problems = _outer_problems(entries, sidecars, family)
    if not ref_id:
        problems.append("REF_ID_UNKNOWN")
    opener = _Opener(key, machine_public_key, family, room)
    subpackets = [opener.open(entry, outer[entry.archive], sidecars[entry]) for entry in entries]
    return OpenedPacket(
        registration_id=registration_id,
        packet_id=known.id if known else "",
        process=entries[0].process,
        ref_id=ref_id,
        family=family,
        meta=_read_meta(opener.meta, problems),
        subpackets=tuple(subpackets),
        problems=tuple(problems),
        notes=tuple(_outer_notes(outer, entries)),
    )


class _Room:
    """How many octets may still be unpacked, all archives together: a packet is a zip of zips."""

    def __init__(self, octets: int) -> None:
        self._left = octets

    def unpack(self, archive: bytes) -> dict[str, bytes]:
        files = unpack(archive, at_most=self._left)
        self._left -= sum(map(len, files.values()))
        return files


def _order(entry: mosip.EntryName) -> int:
    names: Sequence[str] = mosip.SUBPACKETS
    return names.index(entry.subpacket) if entry.subpacket in names else len(names)


def _sidecar(outer: Mapping[str, bytes], entry: mosip.EntryName) -> mosip.Sidecar | None:
    try:
        return mosip.Sidecar.parse(outer[entry.sidecar])
    except (KeyError, MalformedData):
        return None


def _family(sidecars: Sidecars) -> Family:
    """One ``refid`` is enough for the stricter family: a packet must not choose for its parts."""
    found = [each for each in sidecars.values() if each]
    if not found:
        return Family.UNKNOWN
    return Family.V1_2 if any(each.refid for each in found) else Family.V1_1_5


def _outer_problems(entries: Sequence[mosip.EntryName], sidecars: Sidecars, family: Family) -> list[str]:
    present = {entry.subpacket for entry in entries}
    problems = [f"SUBPACKET_MISSING:{name}" for name in mosip.SUBPACKETS if name not in present]
    if len({(each.source, each.process, each.registration_id) for each in entries}) > 1:
        problems.append("SUBPACKETS_DIFFER")
    for entry, sidecar in sidecars.items():
        if sidecar is None:
            problems.append(f"SIDECAR_MISSING:{entry.subpacket}")
            continue
        if sidecar.packetname != entry.packet_name or sidecar.process != entry.process:
            problems.append(f"SIDECAR_DIFFERS:{entry.subpacket}")
        if not _is_packet_id(sidecar.id, entry.registration_id, family):
            problems.append(f"PACKET_ID_DIFFERS:{entry.subpacket}")
    if len({(each.id, each.refid) for each in sidecars.values() if each}) > 1:
        problems.append("SIDECARS_DIFFER")
    return problems


def _is_packet_id(text: str, registration_id: str, family: Family) -> bool:
    """The RID itself in 1.1.5 and from clients that are online, otherwise something that begins with it (1)."""
    return text == registration_id or (family is not Family.V1_1_5 and text.startswith(f"{registration_id}-"))


def _outer_notes(outer: Mapping[str, bytes], entries: Sequence[mosip.EntryName]) -> list[str]:
    """Field categories we do not know make parts we do not know; they are opened like the others."""
    expected = {name for entry in entries for name in (entry.archive, entry.sidecar)}
    return [
        *(f"SUBPACKET_UNKNOWN:{each.subpacket}" for each in entries if each.subpacket not in mosip.SUBPACKETS),
        *(f"FILE_UNEXPECTED:{name}" for name in outer if name not in expected),
    ]


def _read_meta(merged: Mapping[str, Any], problems: list[str]) -> PacketMeta | None:
    try:
        return PacketMeta.read(merged)
    except MalformedData as error:
        problems.append(f"{error.code.name}:{error.detail['part']}")
        return None


@dataclass(frozen=True, slots=True)
class _Opener:
    """Opens one subpacket after the other, in MOSIP's order, and gathers what they say of the packet."""

    key: DecryptionKey
    machine_public_key: bytes | None
    family: Family
    room: _Room
    meta: dict[str, Any] = field(default_factory=dict)

    def open(self, entry: mosip.EntryName, encrypted: bytes, sidecar: mosip.Sidecar | None) -> OpenedSubpacket:
        hash_check = _check_encrypted_hash(encrypted, sidecar)
        try:
            plaintext = self.key.decrypt(encrypted)
        except MusterError as error:
            problems = (error.code.name,)
            return OpenedSubpacket(entry.subpacket, Check.UNCHECKED, hash_check, problems=problems)
        signature = self._check_signature(plaintext, sidecar)
        try:
            files = self.room.unpack(plaintext)
            mosip.check_file_names(files)
        except MalformedData as error:
            return OpenedSubpacket(entry.subpacket, signature, hash_check, problems=(error.code.name,))
        return self._look_inside(entry, signature, hash_check, files)

    def _check_signature(self, plaintext: bytes, sidecar: mosip.Sidecar | None) -> Check:
        if sidecar is None or not sidecar.signature:
            return Check.UNCHECKED if self.machine_public_key is None else Check.ABSENT
        if self.machine_public_key is None or self.family is Family.V1_1_5:
            return Check.UNCHECKED
        try:
            signature = base64url.decode(sidecar.signature)
        except ValueError:
            return Check.INVALID
        return Check.VALID if verify(self.machine_public_key, plaintext, signature) else Check.INVALID

    def _look_inside(
        self, entry: mosip.EntryName, signature: Check, hash_check: Check, files: Mapping[str, bytes]
    ) -> OpenedSubpacket:
        problems: list[str] = []
        notes: list[str] = []
        if signature is Check.UNCHECKED:
            asked = self.machine_public_key is not None
            opaque = self.family is Family.V1_1_5
            (problems if asked else notes).append("SIGNATURE_OPAQUE" if opaque else "MACHINE_KEY_ABSENT")
        meta = _identity_of(files, mosip.META_FILE, problems)
        identity = _identity_of(files, mosip.ID_FILE, problems)
        # Nobody signs the sidecar, so only this ties a signed part to the registration it is filed under.
        if meta.get("registrationId") not in (None, entry.registration_id):
            problems.append("REGISTRATION_DIFFERS")
        data = _sequence(meta, "hashSequence1", problems)
        operations = _sequence(meta, "hashSequence2", problems)
        has_operations = mosip.find_file(files, mosip.stem(mosip.OPERATIONS_HASH_FILE)) is not None
        # The reference writer leaks hashSequence2 into subpackets without the file (3.3): no claim there.
        listed = (*(data or ()), *((operations or ()) if has_operations else ()))
        used = mosip.RESERVED_NAMES | _referred_to(identity)
        for file in _unlisted(files, listed):
            told = problems if mosip.stem(file).lower() in used else notes
            told.append(f"FILE_UNLISTED:{file}")
        if entry.subpacket in mosip.SUBPACKETS:
            self.meta.update({key: value for key, value in meta.items() if key not in self.meta})
        return OpenedSubpacket(
            entry.subpacket,
            signature,
            hash_check,
            _check_hash(files, mosip.DATA_HASH_FILE, data),
            _check_hash(files, mosip.OPERATIONS_HASH_FILE, operations),
            tuple(identity),
            files,
            tuple(problems),
            tuple(notes),
        )


def _check_encrypted_hash(encrypted: bytes, sidecar: mosip.Sidecar | None) -> Check:
    if sidecar is None or not sidecar.encryptedhash:
        return Check.ABSENT
    return Check.VALID if mosip.is_encrypted_hash(sidecar.encryptedhash, encrypted) else Check.INVALID


def _referred_to(identity: Mapping[str, Any]) -> set[str]:
    """The names under which a server looks for documents and biometrics (3.1)."""
    values = (each.get("value") for each in identity.values() if isinstance(each, dict))
    return {each.lower() for each in values if isinstance(each, str)}


def _unlisted(files: Mapping[str, bytes], listed: Sequence[str]) -> list[str]:
    """The files that no hash covers."""
    covered = mosip.UNHASHED_NAMES | {each.lower() for each in listed}
    return [file for file in files if mosip.stem(file).lower() not in covered]


def _identity_of(files: Mapping[str, bytes], name: str, problems: list[str]) -> dict[str, object]:
    content = mosip.find_file(files, mosip.stem(name))
    if content is None:
        problems.append(f"FILE_MISSING:{name}")
        return {}
    try:
        return mosip.parse_identity(content)
    except MalformedData as error:
        problems.append(f"{error.code.name}:{name}")
        return {}


def _sequence(meta: Mapping[str, object], key: str, problems: list[str]) -> tuple[str, ...] | None:
    try:
        return mosip.parse_hash_sequence(meta, key)
    except MalformedData as error:
        problems.append(f"{error.code.name}:{key}")
        return None


def _check_hash(files: Mapping[str, bytes], name: str, sequence: tuple[str, ...] | None) -> Check:
    recorded = mosip.find_file(files, mosip.stem(name))
    if recorded is None:
        return Check.ABSENT
    names = {each.lower() for each in sequence or ()}
    if len(names) != len(sequence or ()) or len(names) > len(files):
        return Check.INVALID  # a file hashed a hundred thousand times would keep us busy for hours
    contents = [mosip.find_file(files, each) for each in sequence or ()]
    present = [each for each in contents if each]
    if not contents or len(present) != len(contents):
        return Check.INVALID
    return Check.VALID if recorded.strip().upper() == mosip.hash_of(present) else Check.INVALID
