"""Opening a packet to look inside, as a server would: for help desks and tests."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from muster.crypto.envelope import DecryptionKey
from muster.errors import BadInput, Code
from muster.packet.judging import judge
from muster.packet.opening import OpenedSubpacket, open_packet

FILE_ABSENT = Code("FILE_ABSENT", "There is no such file: {file}.")
FILE_TOO_LARGE = Code("FILE_TOO_LARGE", "The file is too large: {file}. At most {limit} MB are read.")
FILE_UNREADABLE = Code("FILE_UNREADABLE", "The file cannot be read: {file}.")
FOLDER_ABSENT = Code("FOLDER_ABSENT", "There is no such folder: {folder}.")
FOLDER_IS_FILE = Code("FOLDER_IS_FILE", "{folder} is a file, and a folder is needed here.")

MAXIMUM_FILE_BYTES = 256 * 1024**2  # 64 million pixels of RGB without compression are 192


@dataclass(frozen=True, slots=True)
class SubpacketReport:
    """The checks are ``valid``, ``invalid``, ``absent`` or ``unchecked``; no content, only names. ``notes`` say
    among other things why a signature is unchecked."""

    name: str
    signature: str
    hash: str
    data_hash: str
    operations_hash: str
    fields: tuple[str, ...]
    files: tuple[str, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PacketReport:
    """``version_family`` is judged from the packet (``1.1.5``, ``1.2`` for all later ones, ``unknown``),
    ``client_version`` and ``created_at`` are what it says itself; ``captures``, ``introducer_captures``,
    ``missing_samples`` and ``documents`` are counted in its files. ``notes`` do not make a packet invalid."""

    registration_id: str
    packet_id: str
    process: str
    refid: str
    version_family: str
    client_version: str
    created_at: str
    captures: int
    introducer_captures: int
    missing_samples: int
    documents: int
    subpackets: tuple[SubpacketReport, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    valid: bool


def inspect_packet(packet: Path, key: Path, machine_key: Path | None = None) -> PacketReport:
    """Open the file with the server's private key; without a machine key signatures stay unchecked.

    Raises ``BadInput`` (no file, no key, wrong key), ``MalformedData`` (no packet), ``NotAuthentic``
    (changed).
    """
    machine = read_file(machine_key) if machine_key else None
    opened = judge(open_packet(read_file(packet), DecryptionKey.from_pem(read_file(key)), machine))
    meta, contents = opened.meta, opened.contents
    renamed = opened.packet_id != packet.name.removesuffix(".zip")
    return PacketReport(
        registration_id=opened.registration_id,
        packet_id=opened.packet_id,
        process=opened.process,
        refid=opened.ref_id,
        version_family=opened.family.value,
        client_version=meta.client_version if meta else "",
        created_at=meta.created if meta else "",
        captures=contents.captures if contents else 0,
        introducer_captures=contents.introducer_captures if contents else 0,
        missing_samples=contents.missing_samples if contents else 0,
        documents=contents.documents if contents else 0,
        subpackets=tuple(_report(each) for each in opened.subpackets),
        problems=opened.problems,
        notes=(*opened.notes, *(("FILE_NAME_DIFFERS",) if renamed else ())),
        valid=opened.is_valid,
    )


def require_folder(path: Path) -> None:
    """Raises ``BadInput`` where there is none."""
    if not path.is_dir():
        raise BadInput(FOLDER_IS_FILE if path.exists() else FOLDER_ABSENT, folder=path.name)


def read_file(path: Path) -> bytes:
    """Raises ``BadInput`` with the file's name, never its content."""
    try:
        # A pipe nobody writes to would be waited for without end; opened like this it is empty.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            os.set_blocking(descriptor, True)
            content = file.read(MAXIMUM_FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise BadInput(FILE_ABSENT, file=path.name) from error
    except OSError as error:
        raise BadInput(FILE_UNREADABLE, file=path.name) from error
    if len(content) > MAXIMUM_FILE_BYTES:  # a device that never ends, for one
        raise BadInput(FILE_TOO_LARGE, file=path.name, limit=MAXIMUM_FILE_BYTES // 1024**2)
    return content


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
        notes=subpacket.notes,
    )
