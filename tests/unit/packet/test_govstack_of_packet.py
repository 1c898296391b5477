"""A packet that was opened says in GovStack's words what its station would have said."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial

import pytest

from muster.crypto.envelope import DecryptionKey, encrypt
from muster.errors import BadInput, MalformedData
from muster.formats import mosip_packet as mosip
from muster.formats.govstack import NO_FIELD, EnrollmentRequest
from muster.formats.govstack_profile import Profile
from muster.packet.assemble import assemble
from muster.packet.contents import FieldCaptures, PacketContents
from muster.packet.govstack import SAMPLES_OF_ONE_FIELD, enrollment_request
from muster.packet.govstack_of_packet import enrollment_of_packet
from muster.packet.opening import OpenedPacket, OpenedSubpacket, open_packet
from muster.packet.seal import seal
from unit.packet.contents_fixture import CREATED_AT, FIELDS, KeyPair, make_schema


@pytest.fixture(scope="module")
def server() -> KeyPair:
    return KeyPair.make("Hub")


_WITH_INTRODUCER = {
    **FIELDS,
    "introducerBiometrics": {**FIELDS["individualBiometrics"], "fieldCategory": "evidence"},
}


def _opened(contents: PacketContents, server: KeyPair) -> OpenedPacket:
    packet = seal(
        assemble(contents, make_schema(_WITH_INTRODUCER)),
        sign=server.key.sign,
        encrypt=partial(encrypt, server.certificate_pem),
    )
    return open_packet(packet.content, DecryptionKey.from_pem(server.server_pem))


@pytest.fixture(scope="module")
def opened(contents: PacketContents, server: KeyPair) -> OpenedPacket:
    """The packet of nine fingers, a missing one, two irises, a face and three documents."""
    return _opened(contents, server)


def _numbered(request: EnrollmentRequest) -> EnrollmentRequest:
    """With samples in one order, by no number of their own."""
    file = request.biometrics[NO_FIELD]
    birs = sorted((replace(each, index="") for each in file.birs), key=lambda each: (each.type, each.subtype))
    return replace(request, biometrics={NO_FIELD: replace(file, birs=tuple(birs))})


def test_captures_of_several_people_are_refused(contents: PacketContents, server: KeyPair) -> None:
    face = contents.samples[-1]
    further = (FieldCaptures("introducerBiometrics", (face,)),)
    with pytest.raises(BadInput) as caught:
        enrollment_of_packet(_opened(replace(contents, further=further), server), CREATED_AT)
    assert caught.value.code is SAMPLES_OF_ONE_FIELD


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"[" * 5000])
def test_audits_that_are_none_are_refused(opened: OpenedPacket, content: bytes) -> None:
    parts = tuple(
        replace(each, files={**each.files, **({mosip.AUDIT_FILE: content} if each.name == "id" else {})})
        for each in opened.subpackets
    )
    if content:
        with pytest.raises(MalformedData):
            enrollment_of_packet(replace(opened, subpackets=parts), CREATED_AT)
    else:
        assert enrollment_of_packet(replace(opened, subpackets=parts), CREATED_AT).audits == ()


def test_it_says_what_the_station_would_have_said(contents: PacketContents, opened: OpenedPacket) -> None:
    own = enrollment_request(contents, make_schema(), requested_at=CREATED_AT, offline=True)
    assert _numbered(enrollment_of_packet(opened, CREATED_AT)) == _numbered(own)


def test_it_is_the_same_each_time_and_can_be_written(opened: OpenedPacket) -> None:
    first, again = (enrollment_of_packet(opened, CREATED_AT).encode(Profile.SOURCE) for _ in range(2))
    assert first == again
    assert json.loads(first)["request"]["biometrics"]["segments"]


def _with(opened: OpenedPacket, name: str, content: bytes | None) -> OpenedPacket:
    """Without the file where there is no content."""

    def files(part: OpenedSubpacket) -> dict[str, bytes]:
        changed = {**part.files, name: content or b""} if name in part.files else dict(part.files)
        return {each: octets for each, octets in changed.items() if content is not None or each != name}

    return replace(opened, subpackets=tuple(replace(each, files=files(each)) for each in opened.subpackets))


def test_a_document_whose_file_is_not_there_is_refused(opened: OpenedPacket) -> None:
    with pytest.raises(MalformedData) as caught:
        enrollment_of_packet(_with(opened, "proofOfIdentity.pdf", None), CREATED_AT)
    assert caught.value.detail["part"] == "documents"


def test_a_description_that_is_no_list_goes_along_as_it_is(opened: OpenedPacket) -> None:
    described = json.dumps({"identity": {"metaData": "in words"}}).encode()
    request = enrollment_of_packet(_with(opened, mosip.META_FILE, described), CREATED_AT)
    assert request.meta_info["metaData"] == "in words"
