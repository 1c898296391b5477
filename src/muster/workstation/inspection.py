"""Opening a packet to look inside, as a server would: for help desks and tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from muster.crypto.envelope import DecryptionKey
from muster.errors import BadInput, Code
from muster.packet.opening import OpenedSubpacket, open_packet

FILE_ABSENT = Code("FILE_ABSENT", "There is no such file: {file}.")
FILE_UNREADABLE = Code("FILE_UNREADABLE", "The file cannot be read: {file}.")


@dataclass(frozen=True, slots=True)
class SubpacketReport:
    """The checks are ``valid``, ``invalid``, ``absent`` or ``unchecked``; no content, only names."""

    name: str
    signature: str
    hash: str
    data_hash: str
    operations_hash: str
    fields: tuple[str, ...]
    files: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PacketReport:
    registration_id: str
    packet_id: str
    process: str
    refid: str
    subpackets: tuple[SubpacketReport, ...]
    problems: tuple[str, ...]
    valid: bool


def inspect_packet(packet: Path, key: Path, machine_key: Path | None = None) -> PacketReport:
    """Open the file with the server's private key; without a machine key signatures stay unchecked.

    Raises ``BadInput`` (no file, no key, wrong key), ``MalformedData`` (no packet), ``NotAuthentic``
    (changed).
    """
    opened = open_packet(
        read_file(packet),
        DecryptionKey.from_pem(read_file(key)),
        read_file(machine_key) if machine_key else None,
    )
    return PacketReport(
        registration_id=opened.registration_id,
        packet_id=opened.packet_id,
        process=opened.process,
        refid=opened.ref_id,
        subpackets=tuple(_report(each) for each in opened.subpackets),
        problems=opened.problems,
        valid=opened.is_valid,
    )


def read_file(path: Path) -> bytes:
    """Raises ``BadInput`` with the file's name, never its content."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise BadInput(FILE_ABSENT, file=path.name) from error
    except OSError as error:
        raise BadInput(FILE_UNREADABLE, file=path.name) from error


def _report(subpacket: OpenedSubpacket) -> SubpacketReport:
    return SubpacketReport(
        name=subpacket.name,
        signature=subpacket.signature.value,
        hash=subpacket.hash.value,
        data_hash=subpacket.data_hash.value,
        operations_hash=subpacket.operations_hash.value,
        fields=subpacket.fields,
        files=tuple(subpacket.files),
        problems=subpacket.problems,
    )
