"""Opening a packet as a server does: decrypt, verify signature and hashes, say what is in it.

Stricter than MOSIP's own validator in two places: a hash file that is absent is not a valid hash, and a
file that no hash sequence lists is reported (it could have been slipped in).

What is wrong *inside* a packet that opens is a result, not an error: every subpacket is looked at and all
problems are told. Only what cannot be opened at all raises.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from muster import base64url
from muster.crypto.envelope import DecryptionKey
from muster.crypto.signing import verify
from muster.errors import Code, MalformedData, MusterError
from muster.formats import mosip_packet as mosip
from muster.formats.zip_reading import unpack

PACKET_EMPTY = Code("PACKET_EMPTY", "The packet holds no part that could be opened.")


class Check(Enum):
    """What came of one check; the values appear in ``muster packet inspect``."""

    VALID = "valid"
    INVALID = "invalid"
    ABSENT = "absent"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class OpenedSubpacket:
    """One subpacket. ``hash`` is the sidecar's over the encrypted bytes, ``data_hash`` and
    ``operations_hash`` are the hash files inside; ``fields`` are the names in ID.json; ``files`` maps names
    to plaintext (empty when it did not open)."""

    name: str
    signature: Check
    hash: Check
    data_hash: Check
    operations_hash: Check
    fields: tuple[str, ...]
    files: Mapping[str, bytes]
    problems: tuple[str, ...]

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
class OpenedPacket:
    """``problems`` are stable code names, with what they are about behind a colon."""

    registration_id: str
    packet_id: str
    process: str
    ref_id: str
    subpackets: tuple[OpenedSubpacket, ...]
    problems: tuple[str, ...]

    @property
    def is_valid(self) -> bool:
        return not self.problems and all(each.is_valid for each in self.subpackets)


def open_packet(content: bytes, key: DecryptionKey, machine_public_key: bytes | None = None) -> OpenedPacket:
    """Open ``content``; without a machine key the signatures stay unchecked.

    Raises ``MalformedData`` when it is no packet, ``BadInput(WRONG_KEY)`` when it is for somebody else,
    ``NotAuthentic`` when its outer layer was changed.
    """
    outer = unpack(key.decrypt(content))
    entries = [mosip.EntryName.parse(name) for name in outer if name.endswith(".zip")]
    if not entries:
        raise MalformedData(PACKET_EMPTY)
    sidecars = {entry: _sidecar(outer, entry) for entry in entries}
    known = next((each for each in sidecars.values() if each), None)
    return OpenedPacket(
        registration_id=entries[0].registration_id,
        packet_id=known.id if known else "",
        process=entries[0].process,
        ref_id=known.refid if known else "",
        subpackets=tuple(
            _open_subpacket(entry, outer[entry.archive], sidecars[entry], key, machine_public_key)
            for entry in sorted(entries, key=_order)
        ),
        problems=tuple(_outer_problems(outer, entries, sidecars)),
    )


def _order(entry: mosip.EntryName) -> int:
    names: Sequence[str] = mosip.SUBPACKETS
    return names.index(entry.subpacket) if entry.subpacket in names else len(names)


def _sidecar(outer: Mapping[str, bytes], entry: mosip.EntryName) -> mosip.Sidecar | None:
    try:
        return mosip.Sidecar.parse(outer[entry.sidecar])
    except (KeyError, MalformedData):
        return None


def _outer_problems(
    outer: Mapping[str, bytes],
    entries: Sequence[mosip.EntryName],
    sidecars: Mapping[mosip.EntryName, mosip.Sidecar | None],
) -> list[str]:
    problems = [
        f"SUBPACKET_MISSING:{name}"
        for name in mosip.SUBPACKETS
        if name not in {entry.subpacket for entry in entries}
    ]
    if len({(each.source, each.process, each.registration_id) for each in entries}) > 1:
        problems.append("SUBPACKETS_DIFFER")
    for entry, sidecar in sidecars.items():
        if sidecar is None:
            problems.append(f"SIDECAR_MISSING:{entry.subpacket}")
        elif sidecar.packetname != entry.packet_name or sidecar.process != entry.process:
            problems.append(f"SIDECAR_DIFFERS:{entry.subpacket}")
    if len({(each.id, each.refid) for each in sidecars.values() if each}) > 1:
        problems.append("SIDECARS_DIFFER")
    expected = {name for entry in entries for name in (entry.archive, entry.sidecar)}
    problems += [f"FILE_UNEXPECTED:{name}" for name in outer if name not in expected]
    return problems


def _open_subpacket(
    entry: mosip.EntryName,
    encrypted: bytes,
    sidecar: mosip.Sidecar | None,
    key: DecryptionKey,
    machine_public_key: bytes | None,
) -> OpenedSubpacket:
    hash_check = Check.ABSENT
    if sidecar and sidecar.encryptedhash:
        same = sidecar.encryptedhash.rstrip("=") == mosip.encrypted_hash(encrypted)
        hash_check = Check.VALID if same else Check.INVALID
    try:
        plaintext = key.decrypt(encrypted)
        files = unpack(plaintext)
    except MusterError as error:
        return OpenedSubpacket(
            entry.subpacket,
            Check.UNCHECKED,
            hash_check,
            Check.ABSENT,
            Check.ABSENT,
            (),
            {},
            (error.code.name,),
        )
    signature = _check_signature(plaintext, sidecar, machine_public_key)
    return _look_inside(entry, signature, hash_check, files)


def _check_signature(plaintext: bytes, sidecar: mosip.Sidecar | None, machine_public_key: bytes | None) -> Check:
    if machine_public_key is None:
        return Check.UNCHECKED
    if sidecar is None or not sidecar.signature:
        return Check.ABSENT
    try:
        signature = base64url.decode(sidecar.signature)
    except ValueError:
        return Check.INVALID
    return Check.VALID if verify(machine_public_key, plaintext, signature) else Check.INVALID


def _look_inside(
    entry: mosip.EntryName, signature: Check, hash_check: Check, files: Mapping[str, bytes]
) -> OpenedSubpacket:
    problems: list[str] = []
    meta = _identity_of(files, mosip.META_FILE, problems)
    identity = _identity_of(files, mosip.ID_FILE, problems)
    # Nobody signs the sidecar, so only this ties a signed part to the registration it is filed under.
    if meta.get("registrationId") not in (None, entry.registration_id):
        problems.append("REGISTRATION_DIFFERS")
    data = _sequence(meta, "hashSequence1", problems)
    operations = _sequence(meta, "hashSequence2", problems)
    has_operations = mosip.OPERATIONS_HASH_FILE in files
    data_hash = _check_hash(files, mosip.DATA_HASH_FILE, data)
    operations_hash = _check_hash(files, mosip.OPERATIONS_HASH_FILE, operations)
    # The reference writer leaks hashSequence2 into subpackets without the file (3.3): no claim there.
    listed = (*(data or ()), *((operations or ()) if has_operations else ()))
    problems += [f"FILE_UNLISTED:{file}" for file in _unlisted(files, listed)]
    return OpenedSubpacket(
        entry.subpacket,
        signature,
        hash_check,
        data_hash,
        operations_hash,
        tuple(identity),
        files,
        tuple(problems),
    )


def _unlisted(files: Mapping[str, bytes], listed: Sequence[str]) -> list[str]:
    """The files that no hash covers. A name lists the first file it fits, not every extension of it."""
    names = {each.lower() for each in listed}
    unlisted = []
    for file in files:
        if file in mosip.UNHASHED_FILES:
            continue
        stem = mosip.stem(file).lower()
        if stem in names:
            names.remove(stem)
        else:
            unlisted.append(file)
    return unlisted


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
    recorded = files.get(name)
    if recorded is None:
        return Check.ABSENT
    contents = [mosip.find_file(files, each) for each in sequence or ()]
    present = [each for each in contents if each]
    if not contents or len(present) != len(contents):
        return Check.INVALID
    return Check.VALID if recorded.strip().upper() == mosip.hash_of(present) else Check.INVALID
