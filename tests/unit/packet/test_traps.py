"""The 26 traps of MOSIP's packets (end of the packet notes), in their order: one test each, failing for whoever
falls in. Details are tested where the code is; what is written here is read with ``independent_reader`` alone."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import struct
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

from muster.audit.catalogue import AuditEvent
from muster.crypto.envelope import ENVELOPE_DAMAGED, NOT_SEALED, SEALED_FOR_ANOTHER_KEY, DecryptionKey, encrypt
from muster.domain.biometrics import BiometricAttribute, BiometricException, BiometricSample, ExceptionKind
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, MalformedData, NotAuthentic, Refused, SignInRefused
from muster.formats import mosip_login
from muster.formats.cbeff_rules import CBEFF_RECORD_ABSENT, rule_problems
from muster.formats.cbeff_schema import schema_problems
from muster.formats.govstack import EnrollmentRequest
from muster.formats.govstack_profile import Profile
from muster.formats.iso19794 import Certification
from muster.formats.iso19794_4 import FingerRecord
from muster.formats.iso19794_6 import IrisRecord
from muster.formats.mosip_packet import find_file
from muster.packet.assemble import DOCUMENT_EMPTY, FIELD_OUT_OF_REACH, assemble
from muster.packet.contents import PacketContents
from muster.packet.govstack import enrollment_request
from muster.packet.opening import Check, open_packet
from muster.packet.seal import SealedPacket, seal
from muster.packet.server_rules import VALUE_EMPTY
from muster.receiver.checks import MAXIMUM_PACKET_BYTES, check_announcement, check_upload
from muster.store.database import Database
from muster.upload.mosip import MosipTarget
from muster.upload.response_signature import is_signed_by, must_be_signed
from muster.upload.target import Announcement
from muster.upload.transport import Transport
from muster.workstation.policy import Policy
from muster.workstation.submission import CLIENT_VERSION
from unit.packet.contents_fixture import (
    CREATED_AT,
    DEMOGRAPHICS,
    DOCUMENTS,
    EXCEPTIONS,
    FIELDS,
    PACKET_ID,
    RID,
    STATION,
    KeyPair,
    make_contents,
    make_record,
    make_schema,
)
from unit.packet.independent_reader import (
    Envelope,
    Subpacket,
    b64u,
    labelled,
    read_packet,
    signed_by,
    unb64u,
    unzip,
    verify_jws,
)
from unit.packet.other_clients import V1_2, write
from unit.upload.wire import WireServer, json_of, wire_server

PARTS = ("id", "evidence", "optional")
NS = "{http://standards.iso.org/iso-iec/19785/-3/ed-2/}"
BIOMETRICS = "individualBiometrics_bio_CBEFF.xml"
FOLDER = "REGISTRATION_CLIENT/NEW/"

Read = dict[str, Subpacket]


def sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


@pytest.fixture(scope="module")
def outer(sealed: SealedPacket, server: KeyPair) -> dict[str, bytes]:
    return unzip(Envelope.cut(sealed.content).open(server.key.to_pem()))


@pytest.fixture(scope="module")
def machine_public(machine: KeyPair) -> rsa.RSAPublicKey:
    key = serialization.load_der_public_key(machine.key.public_der)
    assert isinstance(key, rsa.RSAPublicKey)
    return key


@pytest.fixture(scope="module")
def birs(read: Read) -> list[ElementTree.Element]:
    return ElementTree.fromstring(read["id"].files[BIOMETRICS]).findall(f"{NS}BIR")


def text(bir: ElementTree.Element, path: str) -> str:
    found = bir.find("/".join(f"{NS}{each}" for each in path.split("/")))
    assert found is not None, path
    return found.text or ""


def others(element: ElementTree.Element) -> dict[str, str]:
    return {each.attrib["key"]: each.text or "" for each in element.findall(f"{NS}others/{NS}entry")}


def device_jws(bir: ElementTree.Element) -> str:
    """Put together as the server's signature validator does it."""
    record = base64.b64decode(text(bir, "BDB"), validate=True)
    header, empty, signature = base64.b64decode(text(bir, "SB"), validate=True).decode().split(".")
    assert empty == ""
    payload = others(bir)["PAYLOAD"].replace("<bioValue>", b64u(record))
    return f"{header}.{b64u(payload.encode())}.{signature}"


def announcement(sealed: SealedPacket, **changes: Any) -> Announcement:
    return replace(Announcement(RID, PACKET_ID, "NEW", sealed.digest, sealed.size, "eng", "APPROVED"), **changes)


def test_trap_01_the_uploaded_file_is_no_zip_but_two_layers_of_encryption(
    sealed: SealedPacket, outer: dict[str, bytes], server: KeyPair, decryption_key: DecryptionKey
) -> None:
    assert not zipfile.is_zipfile(BytesIO(sealed.content))
    for part in PARTS:
        encrypted = outer[f"{FOLDER}{RID}_{part}.zip"]
        assert not zipfile.is_zipfile(BytesIO(encrypted))
        assert "ID.json" in unzip(Envelope.cut(encrypted).open(server.key.to_pem()))
    with pytest.raises(MalformedData) as caught:
        open_packet(Envelope.cut(sealed.content).open(server.key.to_pem()), decryption_key)
    assert caught.value.code is NOT_SEALED


def test_trap_02_hash_and_size_are_those_of_the_encrypted_file_which_is_never_made_twice(
    sealed: SealedPacket, assembled: Any, machine: KeyPair, server: KeyPair
) -> None:
    again = seal(assembled, sign=machine.key.sign, encrypt=partial(encrypt, server.certificate_pem))
    announced = {"packetHashValue": sealed.digest, "packetSize": sealed.size}
    assert sealed.size == len(sealed.content)
    assert check_upload(f"{PACKET_ID}.zip", sealed.content, announced, False) is None
    refusal = check_upload(f"{PACKET_ID}.zip", again.content, announced, False)
    assert refusal is not None
    assert refusal.code == "RPR-PKR-009"


def test_trap_03_three_hashes_have_three_encodings(sealed: SealedPacket, read: Read) -> None:
    assert sealed.digest == sha256(sealed.content).hex().upper()
    for part in read.values():
        assert part.sidecar["encryptedhash"] == b64u(sha256(part.encrypted))
        hashed = b"".join(part.named(name) for name in part.sequence("hashSequence1"))
        assert part.files["packet_data_hash.txt"] == sha256(hashed).hex().upper().encode()


def test_trap_04_the_signature_is_raw_rsa_over_the_plaintext_of_a_part(
    read: Read,
    machine_public: rsa.RSAPublicKey,
    server: KeyPair,
    machine: KeyPair,
    decryption_key: DecryptionKey,
) -> None:
    for part in read.values():
        assert "." not in part.sidecar["signature"]
        signed_by(machine_public, part.inner, unb64u(part.sidecar["signature"]))
        with pytest.raises(InvalidSignature):
            signed_by(machine_public, part.encrypted, unb64u(part.sidecar["signature"]))
    over_something_else = write(V1_2).with_sidecar("id", signature=b64u(machine.key.sign(read["id"].encrypted)))
    content = over_something_else.sealed(server.certificate_pem, machine.key.to_pem())
    opened = open_packet(content, decryption_key, machine.key.public_pem)
    assert [each.signature for each in opened.subpackets] == [Check.INVALID, Check.VALID, Check.VALID]


def test_trap_05_the_mask_of_oaep_is_sha256_as_well(
    sealed: SealedPacket, server: KeyPair, decryption_key: DecryptionKey
) -> None:
    envelope = Envelope.cut(sealed.content)
    assert len(envelope.session_key(server.key.to_pem())) == 32
    with pytest.raises(ValueError, match="ecrypt"):
        envelope.session_key(server.key.to_pem(), mgf=hashes.SHA1())
    sha1_mask = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA256(), None)
    public_key = serialization.load_der_public_key(server.key.public_der)
    assert isinstance(public_key, rsa.RSAPublicKey)
    wrong = public_key.encrypt(bytes(32), sha1_mask)
    with pytest.raises(NotAuthentic):
        decryption_key.decrypt(sealed.content[:76] + wrong + sealed.content[332:])


def test_trap_06_the_additional_data_is_authenticated_and_nothing_stands_before_the_nonce(
    sealed: SealedPacket, server: KeyPair, decryption_key: DecryptionKey
) -> None:
    envelope = Envelope.cut(sealed.content)
    with pytest.raises(InvalidTag):
        envelope.open(server.key.to_pem(), aad=b"")
    session_key = envelope.session_key(server.key.to_pem())
    assert AESGCM(session_key).decrypt(sealed.content[:12], sealed.content[346:], sealed.content[12:44])
    assert b"VER_R2" not in sealed.content[:346]
    flipped = sealed.content[:20] + bytes([sealed.content[20] ^ 1]) + sealed.content[21:]
    with pytest.raises(NotAuthentic) as caught:
        decryption_key.decrypt(flipped)
    assert caught.value.code is ENVELOPE_DAMAGED


def test_trap_07_the_thumbprint_is_of_the_der_certificate_and_a_wrong_one_is_told_from_damage(
    sealed: SealedPacket, server: KeyPair, device: KeyPair
) -> None:
    assert Envelope.cut(sealed.content).thumbprint == sha256(server.certificate_der)
    with pytest.raises(BadInput) as caught:
        DecryptionKey.from_pem(device.server_pem).decrypt(sealed.content)
    assert caught.value.code is SEALED_FOR_ANOTHER_KEY
    assert sha256(server.certificate_der).hex().upper()[:16] in caught.value.sentence


def test_trap_08_entries_are_named_by_the_rid_and_sidecars_and_file_by_the_packet(
    sealed: SealedPacket, outer: dict[str, bytes], read: Read
) -> None:
    assert set(outer) == {f"{FOLDER}{RID}_{part}.{suffix}" for part in PARTS for suffix in ("zip", "json")}
    assert {part.sidecar["id"] for part in read.values()} == {PACKET_ID} == {sealed.packet_id}
    assert {part.sidecar["packetname"] for part in read.values()} == {f"{RID}_{part}" for part in PARTS}


def test_trap_09_three_parts_always_each_with_its_schema_version_as_a_number(
    machine: KeyPair, server: KeyPair
) -> None:
    bare = assemble(make_contents(demographics={"dateOfBirth": "1964/08/12"}, documents=()), make_schema())
    packet = seal(bare, sign=machine.key.sign, encrypt=partial(encrypt, server.certificate_pem))
    read = read_packet(packet.content, server.key.to_pem(), RID)
    assert list(read) == list(PARTS)
    for part in read.values():
        assert b'"IDSchemaVersion":0.1' in part.files["ID.json"]


def test_trap_10_fields_of_no_category_are_in_every_part_and_documents_of_kyc_are_refused(read: Read) -> None:
    assert {part.identity["UIN"] for part in read.values()} == {"1234567890"}
    kyc = {**FIELDS, "proofOfIdentity": {**FIELDS["proofOfIdentity"], "fieldCategory": "kyc"}}
    with pytest.raises(BadInput) as caught:
        assemble(make_contents(), make_schema(kyc))
    assert caught.value.code is FIELD_OUT_OF_REACH


def test_trap_11_sequences_name_files_without_extension_and_every_one_of_them_is_there(
    read: Read, server: KeyPair, machine: KeyPair, decryption_key: DecryptionKey
) -> None:
    for part in read.values():
        for name in part.sequence("hashSequence1"):
            assert "." not in name
            assert part.named(name.upper())
            assert find_file(part.files, name.upper()) == part.named(name)
    with pytest.raises(BadInput) as caught:
        assemble(make_contents(documents=(replace(DOCUMENTS[0], content=b""),)), make_schema())
    assert caught.value.code is DOCUMENT_EMPTY
    without = write(V1_2).with_file("id", "proofOfIdentity.pdf", None)
    opened = open_packet(without.sealed(server.certificate_pem, machine.key.to_pem()), decryption_key)
    assert opened.subpackets[0].data_hash is Check.INVALID


def test_trap_12_two_creation_dates_have_two_forms_and_captures_lie_in_the_half_hour_before(
    read: Read, birs: list[ElementTree.Element]
) -> None:
    meta = read["id"].meta
    assert meta["creationDate"] == "2026-01-02T03:10:00.123Z"
    assert labelled(meta["metaData"])["creationDate"] == "20260102031000"
    captured = [bir for bir in birs if others(bir)["EXCEPTION"] == "false"]
    assert captured
    for bir in captured:
        payload = json.loads(others(bir)["PAYLOAD"])
        for stamp in (payload["timestamp"], verify_jws(payload["digitalId"])[0]["dateTime"]):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp)
            assert timedelta() <= CREATED_AT - datetime.fromisoformat(stamp) <= timedelta(minutes=30)
    assert Policy().capture_valid_for_min <= 30


def test_trap_13_the_payload_keeps_the_devices_octets_and_sb_is_base64_of_text(
    birs: list[ElementTree.Element], contents: PacketContents
) -> None:
    payloads = {each.facts.attestation.payload for each in contents.samples}
    captured = [bir for bir in birs if others(bir)["EXCEPTION"] == "false"]
    assert {others(bir)["PAYLOAD"] for bir in captured} == payloads
    for bir in captured:
        claims, _ = verify_jws(device_jws(bir))
        assert claims["bioValue"] == b64u(base64.b64decode(text(bir, "BDB")))
        header, _, signature = device_jws(bir).split(".")
        rewritten = f"{header}.{b64u(json.dumps(claims, indent=1).encode())}.{signature}"
        with pytest.raises(InvalidSignature):
            verify_jws(rewritten)


def test_trap_14_the_xml_has_lower_case_others_children_before_the_record_and_whole_scores(
    read: Read, birs: list[ElementTree.Element]
) -> None:
    root = ElementTree.fromstring(read["id"].files[BIOMETRICS])
    assert [each.tag for each in root] == [f"{NS}BIRInfo", *[f"{NS}BIR"] * len(birs), f"{NS}others"]
    for bir in birs:
        names = [each.tag.removeprefix(NS) for each in bir]
        assert names[-3:] == ["BDB", "SB", "others"]
        assert all(set(each.attrib) == {"key"} for each in bir.findall(f"{NS}others/{NS}entry"))
        assert text(bir, "BDBInfo/Quality/Score") in {str(score) for score in range(101)}
    (face,) = (bir for bir in birs if text(bir, "BDBInfo/Type") == "Face")
    assert text(face, "BDBInfo/Subtype") == ""
    assert list(schema_problems(etree.fromstring(read["id"].files[BIOMETRICS]))) == []


def test_trap_15_an_exception_stands_in_the_file_and_in_the_description_and_makes_no_file_alone(
    read: Read, birs: list[ElementTree.Element]
) -> None:
    (missing,) = (bir for bir in birs if others(bir)["EXCEPTION"] == "true")
    assert (text(missing, "BDBInfo/Subtype"), text(missing, "BDB")) == ("Left LittleFinger", "")
    assert list(read["id"].meta["exceptionBiometrics"]["individualBiometrics"]) == ["leftLittle"]
    unmarked = read["id"].files[BIOMETRICS].replace(b'key="EXCEPTION">true', b'key="EXCEPTION">false')
    assert [each.code for each in rule_problems(etree.fromstring(unmarked))] == [CBEFF_RECORD_ABSENT]
    every = tuple(
        BiometricException(each, ExceptionKind.PERMANENT, "Amputation")
        for each in BiometricAttribute
        if each is not BiometricAttribute.FACE
    )
    assert BIOMETRICS not in assemble(make_contents(exceptions=every), make_schema()).subpackets["id"]


def test_trap_16_the_client_claims_1_2_and_every_capture_of_operators_too_is_signed_by_its_device(
    samples: tuple[BiometricSample, ...], machine: KeyPair, server: KeyPair
) -> None:
    claimed = replace(
        make_contents(samples=samples[:2], exceptions=EXCEPTIONS),
        officer_samples=samples[3:5],
        client_version=CLIENT_VERSION,
    )
    packet = seal(
        assemble(claimed, make_schema()),
        sign=machine.key.sign,
        encrypt=partial(encrypt, server.certificate_pem),
    )
    part = read_packet(packet.content, server.key.to_pem(), RID)["id"]
    label = labelled(part.meta["metaData"])["Registration Client Version Number"]
    assert label is not None
    assert label.startswith("1.2.")
    assert not label.startswith(("1.1.3", "1.1.4", "1.1.5"))
    signed = 0
    for file in (BIOMETRICS, "officer_bio_cbeff.xml"):
        for bir in ElementTree.fromstring(part.files[file]).findall(f"{NS}BIR"):
            if others(bir)["EXCEPTION"] == "false":
                verify_jws(device_jws(bir))
                signed += 1
    assert signed == 4


def test_trap_17_the_login_is_signed_over_its_payload_only_and_a_refusal_sends_one_to_the_clock(
    machine: KeyPair, machine_public: rsa.RSAPublicKey
) -> None:
    asked = mosip_login.ByPassword("officer-1", "geheim")
    body = json.loads(mosip_login.encode_login(asked, CREATED_AT, machine.key.key_index, machine.key.sign))
    header, payload, signature = body["request"].split(".")
    signed_by(machine_public, unb64u(payload), unb64u(signature))
    with pytest.raises(InvalidSignature):
        signed_by(machine_public, f"{header}.{payload}".encode(), unb64u(signature))
    with pytest.raises(SignInRefused) as caught:
        mosip_login.read_answer(b'{"response":null,"errors":[{"errorCode":"KER-SYN-AUTH-001"}]}')
    assert "clock" in caught.value.sentence
    assert "password" in caught.value.sentence
    assert mosip_login.is_on_time(CREATED_AT, CREATED_AT + timedelta(minutes=5))
    assert not mosip_login.is_on_time(CREATED_AT, CREATED_AT - timedelta(minutes=5, seconds=1))


def exchange(say: object, ask: Callable[[MosipTarget], object]) -> tuple[Any, WireServer]:
    with wire_server() as wire, Transport(wire.url) as transport:
        wire.will_say(say)
        return ask(MosipTarget(transport, STATION.ref_id, lambda: CREATED_AT)), wire


def test_trap_18_the_announcement_is_a_json_string_and_refusals_come_with_status_200(
    sealed: SealedPacket, server: KeyPair
) -> None:
    certificate = server.certificate_pem
    other = announcement(sealed, registration_id=RID.replace("00001", "00002"), packet_id="second")
    partly = {
        "response": [{"registrationId": RID, "packetId": PACKET_ID, "status": "SUCCESS"}],
        "errors": [{"errorCode": "RPR-RGS-004", "registrationId": other.registration_id, "status": "FAILURE"}],
    }
    told, wire = exchange(partly, lambda to: to.announce_each((announcement(sealed), other), certificate))
    assert told.taken == {PACKET_ID}
    assert dict(told.refused) == {"second": "RPR-RGS-004"}
    body = json_of(wire.last)
    assert isinstance(body, str)
    (first, _) = json.loads(Envelope.cut(unb64u(body)).open(server.key.to_pem()))["request"]
    assert (first["langCode"], first["supervisorStatus"]) == ("eng", "APPROVED")
    assert check_announcement(first) is None
    for change in ({"langCode": None}, {"langCode": "en"}, {"supervisorStatus": "SEEN"}):
        assert check_announcement({**first, **change}) is not None
    assert MAXIMUM_PACKET_BYTES == 5 * 1024 * 1024


def test_trap_19_a_duplicate_is_a_success_and_any_other_refusal_is_none(
    sealed: SealedPacket, server: KeyPair
) -> None:
    def refused(code: str, message: str) -> dict[str, Any]:
        return {"response": None, "errors": [{"errorCode": code, "message": message}]}

    duplicate = refused("RPR-PKR-005", "Duplicate Request Received")
    answer, wire = exchange(duplicate, lambda to: to.upload(PACKET_ID, sealed.content))
    assert answer.duplicate
    assert f'filename="{PACKET_ID}.zip"'.encode() in wire.last.body
    other = refused("RPR-PKR-009", "Packet Hash Sequence is not matching")
    with pytest.raises(Refused):
        exchange(other, lambda to: to.upload(PACKET_ID, sealed.content))
    success = {"response": [{"registrationId": RID, "packetId": PACKET_ID, "status": "SUCCESS"}]}
    with wire_server() as wire, Transport(wire.url) as transport:
        target = MosipTarget(transport, STATION.ref_id, lambda: CREATED_AT)
        for _ in range(2):
            wire.will_say(success)
            target.announce([announcement(sealed)], server.certificate_pem)


def test_trap_20_an_answer_is_signed_as_a_detached_jws_over_its_compact_form_if_it_has_a_response(
    machine: KeyPair,
) -> None:
    compact = b'{"id":null,"response":{"status":"ok"},"errors":null}'
    header = b64u(b'{"alg":"RS256"}')
    signature = b64u(machine.key.sign(f"{header}.{b64u(compact)}".encode()))
    token, spaced = f"{header}..{signature}", json.dumps(json.loads(compact), indent=2).encode()
    assert is_signed_by(compact, token, machine.certificate_der)
    assert is_signed_by(spaced, token, machine.certificate_der)
    assert not is_signed_by(compact.replace(b"ok", b"no"), token, machine.certificate_der)
    assert must_be_signed(json.loads(compact))
    assert not must_be_signed({"response": None, "errors": [{"errorCode": "KER-SNC-155"}]})


def test_trap_21_base64_is_written_url_safe_and_unpadded_and_in_xml_standard_and_both_are_read(
    sealed: SealedPacket,
    read: Read,
    birs: list[ElementTree.Element],
    server: KeyPair,
    machine: KeyPair,
    decryption_key: DecryptionKey,
) -> None:
    for part in read.values():
        for key in ("signature", "encryptedhash"):
            assert re.fullmatch(r"[A-Za-z0-9_-]+", part.sidecar[key])
    for bir in birs:
        for name in ("BDB", "SB"):
            written = text(bir, name)
            assert base64.b64encode(base64.b64decode(written, validate=True)).decode() == written
    standard = replace(write(V1_2), encode=lambda octets: base64.b64encode(octets).decode())
    content = standard.sealed(server.certificate_pem, machine.key.to_pem())
    assert open_packet(content, decryption_key, machine.key.public_pem).is_valid


def test_trap_22_the_flags_are_texts_and_a_biometric_file_is_named_only_where_there_is_one(
    read: Read, samples: tuple[BiometricSample, ...]
) -> None:
    operations = labelled(read["id"].meta["operationsData"])
    assert (operations["officerPassword"], operations["officerOTPAuthentication"]) == ("true", "false")
    assert operations["officerBiometricFileName"] is None
    assert "officer_bio_cbeff.xml" not in read["id"].files
    captured = assemble(replace(make_contents(), officer_samples=samples[:1]), make_schema()).subpackets["id"]
    named = labelled(json.loads(captured["packet_meta_info.json"])["identity"]["operationsData"])
    assert named["officerBiometricFileName"] == "officer_bio_cbeff"
    assert "officer_bio_cbeff.xml" in captured


def eye_label(record: bytes) -> int:
    """Behind header, common prefix with its quality blocks, and the number of the representation (6.3)."""
    return record[16 + 19 + 5 * record[34] + 2]


def test_trap_23_a_certification_block_shifts_what_follows_right_eyes_are_1_and_january_is_1() -> None:
    plain = make_record(BiometricAttribute.LEFT_LITTLE)
    assert struct.unpack_from(">HBB", plain, 20) == (2026, 1, 2)
    assert plain[40] == 10
    certified = replace(
        FingerRecord.parse(plain), certifications=(Certification(0x40, 2), Certification(0x40, 2))
    ).encode()
    assert certified[40 : 40 + 8] == bytes.fromhex("02 0040 02 0040 02 0a".replace(" ", ""))
    assert FingerRecord.parse(certified).position == 10
    right, left = (make_record(each) for each in (BiometricAttribute.RIGHT_EYE, BiometricAttribute.LEFT_EYE))
    assert (IrisRecord.parse(right).eye, IrisRecord.parse(left).eye) == (1, 2)
    assert (eye_label(right), eye_label(left)) == (1, 2)


def test_trap_24_the_sequence_outlives_a_restart_and_the_time_in_the_number_is_utc(tmp_path: Path) -> None:
    path, key = tmp_path / "muster.db", bytes(32)
    numbers = []
    for _ in range(2):
        database = Database.open(path, key, lambda: CREATED_AT)
        with database.work() as work:
            numbers.append(work.settings.next_sequence())
            work.record(AuditEvent.REGISTRATION_STARTED, actor="officer-1", subject=RID)
        database.close()
    assert numbers == [1, 2]
    paris = datetime(2026, 1, 2, 4, 10, tzinfo=timezone(timedelta(hours=1)))
    assert RegistrationId.compose("10001", "10002", 2, paris).text == "10001100020000220260102031000"


def test_trap_25_both_dialects_of_govstack_are_written_whole_and_fields_are_texts(
    contents: PacketContents,
) -> None:
    request = enrollment_request(contents, make_schema(), requested_at=CREATED_AT)
    for profile, key, other, envelope_id in (
        (Profile.SOURCE, "segments", "segment", "mosip.resident.enrollment"),
        (Profile.GOVSTACK_YAML, "segment", "segments", "govstack.enrollment"),
    ):
        document = json.loads(request.encode(profile))
        assert document["id"] == envelope_id
        assert key in document["request"]["biometrics"]
        assert other not in document["request"]["biometrics"]
        fields = document["request"]["fields"]
        assert {type(each) for each in fields.values()} == {str}
        assert json.loads(fields["fullName"])[0]["value"] == "Erika Mustermann"
        assert EnrollmentRequest.parse(json.dumps(document).encode()) == request


def test_trap_26_an_empty_text_is_refused_and_a_text_that_looks_like_json_stays_a_text() -> None:
    with pytest.raises(BadInput) as caught:
        assemble(make_contents(demographics={**DEMOGRAPHICS, "dateOfBirth": ""}), make_schema())
    assert caught.value.code is VALUE_EMPTY
    looks = {**DEMOGRAPHICS, "dateOfBirth": '{"year":1964}'}
    id_file = assemble(make_contents(demographics=looks), make_schema()).subpackets["id"]["ID.json"]
    assert json.loads(id_file)["identity"]["dateOfBirth"] == '{"year":1964}'
