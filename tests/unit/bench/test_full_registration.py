"""The registration that is measured is one: as large as it says, and good in a server's eyes."""

from __future__ import annotations

from functools import partial

import pytest

from muster.bench.full_registration import FullRegistration, certificate_of, full_registration
from muster.crypto.envelope import DecryptionKey, encrypt
from muster.crypto.signing import SigningKey, certificate_to_pem
from muster.devices.attestation import verify_attestation
from muster.formats.iso19794_record import parse_record
from muster.packet.assemble import assemble
from muster.packet.opening import open_packet
from muster.packet.seal import seal


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture(scope="module")
def registration(key: SigningKey) -> FullRegistration:
    return full_registration(key)


def test_every_sample_is_signed_by_its_device(registration: FullRegistration) -> None:
    contents = registration.contents
    assert contents.exception_photo is not None
    for sample in (*contents.samples, contents.exception_photo):
        verify_attestation(sample.facts.attestation, sample.record)


def test_the_pictures_are_as_large_as_devices_make_them(registration: FullRegistration) -> None:
    records = [parse_record(each.record) for each in registration.contents.samples]
    sizes = [(each.width, each.height) for each in records]
    assert sizes == [(400, 500)] * 10 + [(640, 480)] * 2 + [(1200, 1600)]


def test_its_packet_opens_and_comes_near_five_megabytes(registration: FullRegistration, key: SigningKey) -> None:
    certificate = certificate_to_pem(certificate_of(key))
    assembled = assemble(registration.contents, registration.schema)
    packet = seal(assembled, sign=key.sign, encrypt=partial(encrypt, certificate))
    opened = open_packet(packet.content, DecryptionKey.from_pem(key.to_pem() + certificate), key.public_pem)
    assert opened.is_valid
    assert 4_500_000 < packet.size < 5_000_000
