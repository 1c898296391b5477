"""The files of a MOSIP registration packet: names, routing, sidecars, meta info, hash files.

Words and shapes are MOSIP's (sections 1 to 3 of the packet notes). Values in, bytes out and back;
what they mean to us is ``packet.assemble``'s business, signing and encryption ``packet.seal``'s.

Three encodings of a SHA-256 live side by side (trap 3): packet hash files are upper-case hex over the
plaintext files, the sidecar's ``encryptedhash`` is base64url over the encrypted subpacket, the sync call
takes upper-case hex over the whole encrypted file.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from muster import base64url
from muster.errors import Code, MalformedData
from muster.formats.id_schema import IdSchema

PACKET_JSON_UNREADABLE = Code("PACKET_JSON_UNREADABLE", "A description file in the packet cannot be read.")
CATEGORY_UNKNOWN = Code(
    "CATEGORY_UNKNOWN", "The ID schema sends a field to a part of the packet that does not exist."
)
ENTRY_NAME_UNKNOWN = Code("ENTRY_NAME_UNKNOWN", "The packet has a part with a name that is not understood.")

FILE_NAME_AMBIGUOUS = Code(
    "FILE_NAME_AMBIGUOUS", "A part of the packet has two files that differ in case or extension only."
)

# The largest real ones hold a checksum for each of some hundred program files: a tenth of this.
MAXIMUM_DESCRIPTION_BYTES = 512 * 1024
SOURCE = "REGISTRATION_CLIENT"
SUBPACKETS = ("id", "evidence", "optional")
ID_FILE = "ID.json"
META_FILE = "packet_meta_info.json"
AUDIT_FILE = "audit.json"
DATA_HASH_FILE = "packet_data_hash.txt"
OPERATIONS_HASH_FILE = "packet_operations_hash.txt"
OFFICER_FILE = "officer_bio_cbeff.xml"
SUPERVISOR_FILE = "supervisor_bio_cbeff.xml"
# Ours, among the operations files: what the person signed with, as a picture and as strokes.
PERSON_SIGNATURE_FILE = "person_signature.png"
PERSON_STROKES_FILE = "person_signature_strokes.json"
PROVIDER_NAME = "PacketWriterImpl"
PROVIDER_VERSION = "v1.0"

_TEN_DIGITS = re.compile(r"[0-9]{10}")
# Field category -> subpackets (2.1). "none" goes everywhere.
_ROUTES: Mapping[str, tuple[str, ...]] = {
    "pvt": ("id",),
    "kyc": ("id",),
    "evidence": ("evidence",),
    "optional": ("optional",),
    "none": SUBPACKETS,
}
# A server looks files up by name without extension, ignoring case (3.2).
RESERVED_NAMES = frozenset(
    name.rsplit(".", 1)[0].lower()
    for name in (
        ID_FILE,
        META_FILE,
        AUDIT_FILE,
        DATA_HASH_FILE,
        OPERATIONS_HASH_FILE,
        OFFICER_FILE,
        SUPERVISOR_FILE,
        PERSON_SIGNATURE_FILE,
        PERSON_STROKES_FILE,
    )
)
# These carry no content that a hash sequence covers; without extension, lower case.
UNHASHED_NAMES = frozenset(
    name.rsplit(".", 1)[0].lower() for name in (META_FILE, DATA_HASH_FILE, OPERATIONS_HASH_FILE)
)


def packet_id(registration_id: str, ref_id: str, created_at: datetime) -> str:
    """``<rid>-<refId>-<yyyyMMddHHmmss UTC>`` (MOSIP 1.2 and later)."""
    return f"{registration_id}-{ref_id}-{compact_time(created_at)}"


def ref_id_of(registration_id: str) -> str:
    """``<center>_<machine>`` from the first five and the next five digits, as servers find it for 1.1.5.

    Empty for what does not begin with ten digits.
    """
    center, machine = registration_id[:5], registration_id[5:10]
    return f"{center}_{machine}" if _TEN_DIGITS.match(registration_id) else ""


def compact_time(moment: datetime) -> str:
    """``yyyyMMddHHmmss`` UTC: packet ids and metaData's creationDate."""
    return f"{moment.astimezone(UTC):%Y%m%d%H%M%S}"


def subpackets_of(category: str) -> tuple[str, ...]:
    """Where a field of ``category`` goes. Raises ``MalformedData`` for one MOSIP does not know."""
    try:
        return _ROUTES[category]
    except KeyError as error:
        raise MalformedData(CATEGORY_UNKNOWN) from error


def fields_of(schema: IdSchema, subpacket: str) -> tuple[str, ...]:
    """The ids of the fields that belong into ``subpacket``."""
    return tuple(name for name, each in schema.fields.items() if subpacket in subpackets_of(each.category))


@dataclass(frozen=True, slots=True)
class Sidecar:
    """The plaintext JSON beside each encrypted subpacket (2.3); all keys lower case, all values text."""

    id: str
    packetname: str
    source: str
    process: str
    refid: str
    schemaversion: str
    signature: str
    encryptedhash: str
    providername: str
    providerversion: str
    creationdate: str

    def encode(self) -> bytes:
        return _compact(asdict(self))

    @classmethod
    def parse(cls, content: bytes) -> Sidecar:
        """``refid`` is empty in 1.1.5 packets, ``schemaversion`` a number in some. Raises
        ``MalformedData``."""
        values = _object(content)
        return cls(**{name: _plain_text(values.get(name)) for name in cls.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class EntryName:
    """``<SOURCE>/<PROCESS>/<rid>_<subpacket>``: the RID, not the packet id (trap 8)."""

    source: str
    process: str
    registration_id: str
    subpacket: str

    @property
    def packet_name(self) -> str:
        return f"{self.registration_id}_{self.subpacket}"

    @property
    def archive(self) -> str:
        return f"{self.source}/{self.process}/{self.packet_name}.zip"

    @property
    def sidecar(self) -> str:
        return f"{self.source}/{self.process}/{self.packet_name}.json"

    @classmethod
    def parse(cls, name: str) -> EntryName:
        """Read the name of an ``.zip`` entry. Raises ``MalformedData``."""
        parts = name.removesuffix(".zip").split("/")
        if len(parts) != 3:
            raise MalformedData(ENTRY_NAME_UNKNOWN)
        registration_id, _, subpacket = parts[2].rpartition("_")
        if not (parts[0] and parts[1] and registration_id and subpacket):
            raise MalformedData(ENTRY_NAME_UNKNOWN)
        return cls(parts[0], parts[1], registration_id, subpacket)


def identity_json(identity: Mapping[str, Any]) -> bytes:
    """``{ "identity" : {...} } `` with the blanks of the reference writer, UTF-8."""
    text = json.dumps(identity, ensure_ascii=False, separators=(",", ":"))
    return f'{{ "identity" : {text} }} '.encode()


def parse_identity(content: bytes) -> dict[str, Any]:
    """The ``identity`` object of ID.json or packet_meta_info.json. Raises ``MalformedData``."""
    identity = _object(content).get("identity")
    if not isinstance(identity, dict):
        raise MalformedData(PACKET_JSON_UNREADABLE)
    return identity


def labelled(values: Mapping[str, str | None]) -> list[dict[str, str | None]]:
    """MOSIP's list of ``{"label", "value"}``."""
    return [{"label": label, "value": value} for label, value in values.items()]


def hash_of(contents: Iterable[bytes]) -> bytes:
    """What a hash file holds: upper-case hex SHA-256 over the files' octets in order, no newline."""
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    return digest.hexdigest().upper().encode("ascii")


def encrypted_hash(encrypted: bytes) -> str:
    """The sidecar's ``encryptedhash``: base64url SHA-256 over the whole encrypted subpacket."""
    return base64url.encode(hashlib.sha256(encrypted).digest())


def is_encrypted_hash(text: str, encrypted: bytes) -> bool:
    """Whether a sidecar's ``encryptedhash`` is that of ``encrypted``, in either base64, padded or not."""
    try:
        return base64url.decode(text) == hashlib.sha256(encrypted).digest()
    except ValueError:
        return False


def hash_sequence(sequences: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """``hashSequence1`` or ``2``: labels with file names that carry no extension; empty ones left out."""
    return [
        {"label": label, "value": [stem(name) for name in names]} for label, names in sequences.items() if names
    ]


def parse_hash_sequence(meta: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    """The file names of a sequence in order, or nothing when the meta info has none."""
    groups = meta.get(key)
    if not isinstance(groups, list):
        return None
    names: list[str] = []
    for group in groups:
        values = group.get("value") if isinstance(group, dict) else None
        if not isinstance(values, list):
            raise MalformedData(PACKET_JSON_UNREADABLE)
        names += [str(value) for value in values]
    return tuple(names)


def check_file_names(names: Iterable[str]) -> None:
    """A server finds files by their name without extension in any case (3.2): which of two, nobody could say.

    Raises ``MalformedData``.
    """
    found = [stem(name).upper().casefold() for name in names]
    if len(set(found)) != len(found):
        raise MalformedData(FILE_NAME_AMBIGUOUS)


def find_file(files: Mapping[str, bytes], name: str) -> bytes | None:
    """The first file whose name without extension is ``name``, ignoring case (as MOSIP looks it up)."""
    wanted = name.lower()
    return next((content for each, content in files.items() if stem(each).lower() == wanted), None)


def stem(name: str) -> str:
    return name.rsplit(".", 1)[0]


def _plain_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise MalformedData(PACKET_JSON_UNREADABLE)
    return str(value)


def _object(content: bytes) -> dict[str, Any]:
    # Small JSON makes large objects: up to fifty octets for one.
    if len(content) > MAXIMUM_DESCRIPTION_BYTES:
        raise MalformedData(PACKET_JSON_UNREADABLE, offset=MAXIMUM_DESCRIPTION_BYTES)
    try:
        values = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise MalformedData(PACKET_JSON_UNREADABLE) from error
    if not isinstance(values, dict):
        raise MalformedData(PACKET_JSON_UNREADABLE)
    return values


def _compact(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
