"""The packet: a full registration assembled, sealed, opened.

Each row stands beside what nobody could leave out over the same bytes, called as the library offers it:

======================  =================================================================================
assembled               base64 of the records, SHA-256 of what the hash files cover
sealed                  deflate of what deflate helps (the files that lie deflated in the packet, with the
                        same strategy), AES-256-GCM over each subpacket and over the whole, one RSA
                        signature for each subpacket, one OAEP for each envelope, SHA-256 of each
                        encrypted subpacket and of the whole
assembled and sealed    the SHA-256 of the first line and all of the second; base64 counts as ours
opened and verified     the same from the other end: OAEP, AES-GCM, inflate, RSA, SHA-256
======================  =================================================================================

Not among the primitives, hence ours: base64 (of the third row), XML, JSON, the zips' checksums, every copy.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from muster.bench.bare_packet import BarePacket
from muster.bench.full_registration import FullRegistration, certificate_of, full_registration
from muster.bench.measuring import Rounds, Row
from muster.bench.memory import can_weigh, growth_in_a_fresh_process
from muster.crypto.envelope import DecryptionKey, encrypt
from muster.crypto.signing import SigningKey, certificate_to_pem
from muster.formats import mosip_packet as mosip
from muster.formats.cbeff import CbeffFile
from muster.packet.assemble import AssembledPacket, assemble
from muster.packet.opening import open_packet
from muster.packet.seal import SealedPacket, seal, sidecar


def rows(rounds: Rounds) -> Iterator[Row]:
    machine, server = SigningKey.generate(), SigningKey.generate()
    certificate = certificate_to_pem(certificate_of(server))
    key = DecryptionKey.from_pem(server.to_pem() + certificate)
    registration = full_registration(machine)
    assembled = _assembled(registration)
    packet = _sealed(assembled, machine, certificate)
    bare = BarePacket(registration.contents, assembled, packet.content, key)

    yield rounds.compare(
        "a packet assembled", partial(_assembled, registration), "base64, SHA-256", bare.assembling
    )
    yield rounds.compare(
        "a packet sealed",
        partial(_sealed, assembled, machine, certificate),
        "deflate, AES-GCM twice, RSA, OAEP, SHA-256",
        bare.sealing,
    )
    yield rounds.compare(
        "a packet assembled and sealed",
        partial(_assembled_and_sealed, registration, machine, certificate),
        "deflate, AES-GCM twice, RSA, OAEP, SHA-256",
        bare.assembling_and_sealing,
    )
    yield rounds.compare(
        "a packet opened and verified",
        partial(open_packet, packet.content, key, machine.public_pem),
        "inflate, AES-GCM twice, RSA, OAEP, SHA-256",
        bare.opening,
    )
    yield from _parts(rounds, registration, assembled, bare)
    went_in = sum(map(len, (*bare.records, *bare.documents)))
    yield Row.of("size of a packet", [packet.size / 1e6], "MB", "records and documents in it", went_in / 1e6)
    if can_weigh():
        yield _memory(rounds, registration, machine, certificate, packet.size)


def _parts(
    rounds: Rounds, registration: FullRegistration, assembled: AssembledPacket, bare: BarePacket
) -> Iterator[Row]:
    content = assembled.subpackets["id"]["individualBiometrics_bio_CBEFF.xml"]
    file = CbeffFile.parse(content)
    records = [each.bdb for each in file.birs]
    encoded = [base64.b64encode(each) for each in records]
    yield rounds.compare(
        "a CBEFF file built", file.encode, "base64", lambda: [base64.b64encode(each) for each in records]
    )
    yield rounds.compare(
        "a CBEFF file read",
        lambda: CbeffFile.parse(content),
        "base64",
        lambda: [base64.b64decode(each) for each in encoded],
    )
    names = [
        mosip.EntryName(mosip.SOURCE, assembled.process, assembled.registration_id, each)
        for each in assembled.subpackets
    ]
    pairs = list(zip(names, bare.envelopes, strict=True))
    yield rounds.compare(
        "three sidecars",
        lambda: [sidecar(assembled, name, bytes(256), envelope).encode() for name, envelope in pairs],
        "SHA-256",
        lambda: [hashlib.sha256(each).digest() for each in bare.envelopes],
    )


def _memory(
    rounds: Rounds, registration: FullRegistration, machine: SigningKey, certificate: bytes, packet_size: int
) -> Row:
    nothing_in_it = replace(registration.contents, samples=(), documents=(), exception_photo=None)
    key = machine.to_pkcs8()
    prepare = partial(_whole, replace(registration, contents=nothing_in_it), key, certificate)
    work = partial(_whole, registration, key, certificate)
    grown = [growth_in_a_fresh_process(prepare, work) / 1e6 for _ in range(rounds.count)]
    return Row.of("peak memory, assembled and sealed", grown, "MB", "the packet", packet_size / 1e6)


def _whole(registration: FullRegistration, machine_key: bytes, certificate: bytes) -> SealedPacket:
    return _assembled_and_sealed(registration, SigningKey.from_pkcs8(machine_key), certificate)


def _assembled_and_sealed(registration: FullRegistration, machine: SigningKey, certificate: bytes) -> SealedPacket:
    return _sealed(_assembled(registration), machine, certificate)


def _assembled(registration: FullRegistration) -> AssembledPacket:
    return assemble(registration.contents, registration.schema)


def _sealed(assembled: AssembledPacket, machine: SigningKey, certificate: bytes) -> SealedPacket:
    return seal(assembled, sign=machine.sign, encrypt=partial(encrypt, certificate))
