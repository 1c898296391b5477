"""Real sealed packets for virtual stations: made ahead, so that making them is no part of what is measured.

Each is sealed to the hub's certificate and signed by its station's key, as a station does it; the invented person
in it is the same, a scan of noise gives it the size that is wanted.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from muster.crypto.envelope import encrypt
from muster.crypto.signing import SigningKey
from muster.domain.applicant import Document, DocumentFacts
from muster.domain.registration import RegistrationId, StationId
from muster.packet.assemble import assemble
from muster.packet.seal import seal
from unit.packet.contents_fixture import make_contents, make_schema

CENTER = "10001"
_DISTINCT = 250


@dataclass(frozen=True, slots=True)
class Waiting:
    """One packet as a station's queue knows it."""

    packet_id: str
    registration_id: str
    digest: str
    size: int
    file: Path


def reference(number: int) -> str:
    """Of the station of that number."""
    return f"{CENTER}_{20_000 + number}"


def make_keys(folder: Path, count: int) -> list[SigningKey]:
    """One for each station; kept, since making them takes minutes. Beyond ``_DISTINCT`` stations share them, which
    a hub does not mind: it looks a packet's key up by its station."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{number}.pem" for number in range(min(count, _DISTINCT))]
    with ProcessPoolExecutor() as pool:
        list(pool.map(_make_key, [file for file in files if not file.exists()]))
    keys = [SigningKey.from_pem(file.read_bytes()) for file in files]
    return [keys[number % _DISTINCT] for number in range(count)]


def _make_key(file: Path) -> None:
    file.write_bytes(SigningKey.generate().to_pem())


def make_packets(
    folder: Path, keys: list[SigningKey], certificate: bytes, counts: Mapping[int, int], octets: int
) -> dict[int, list[Waiting]]:
    """For each station as many as ``counts`` says, of about ``octets``."""
    folder.mkdir(parents=True, exist_ok=True)
    work = [
        (folder, number, keys[number].to_pem(), certificate, count, octets) for number, count in counts.items()
    ]
    with ProcessPoolExecutor() as pool:
        made = pool.map(_station_packets, work, chunksize=1)
        return dict(zip(counts, made, strict=True))


def _station_packets(work: tuple[Path, int, bytes, bytes, int, int]) -> list[Waiting]:
    folder, number, pem, certificate, count, octets = work
    return list(_packets(folder, number, SigningKey.from_pem(pem), certificate, count, octets))


def _packets(
    folder: Path, station: int, key: SigningKey, certificate: bytes, count: int, octets: int
) -> Iterator[Waiting]:
    machine = reference(station).partition("_")[2]
    scan = Document(
        DocumentFacts("proofOfIdentity", "DOC001", "pdf", "T22000129"), b"%PDF-1.4 " + os.urandom(octets)
    )
    contents, schema = make_contents(documents=(scan,)), make_schema()
    begun = datetime.now(UTC).replace(microsecond=0) - timedelta(days=7)
    for number in range(1, count + 1):
        at = begun + timedelta(seconds=number)
        person = replace(
            contents,
            registration_id=RegistrationId.compose(CENTER, machine, number, at),
            station=StationId(CENTER, machine),
            created_at=at + timedelta(minutes=10),
            key_index=key.key_index,
        )
        packet = seal(assemble(person, schema), sign=key.sign, encrypt=partial(encrypt, certificate))
        file = folder / f"{packet.packet_id}.zip"
        file.write_bytes(packet.content)
        yield Waiting(packet.packet_id, packet.registration_id, packet.digest, packet.size, file)
