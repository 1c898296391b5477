from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from lxml import etree

from muster import base64url
from muster.crypto.envelope import DecryptionKey, encrypt
from muster.crypto.jws import sign_compact
from muster.crypto.signing import SigningKey, self_signed_certificate
from muster.errors import BadInput, Code, MalformedData
from muster.formats.cbeff import PAYLOAD, Bir, CbeffFile
from muster.formats.cbeff_schema import NAMESPACE
from muster.formats.iso19794_4 import FingerRecord
from muster.packet.assemble import assemble
from muster.packet.cbeff_checking import (
    CBEFF_TOO_MANY,
    MOST_PROBLEMS,
    MOST_SAMPLES,
    CbeffReport,
    Signature,
    check_cbeff_content,
)
from muster.packet.opening import open_packet
from muster.packet.seal import seal
from muster.workstation.cbeff_checking import check_cbeff
from unit.packet.contents_fixture import EXCEPTIONS, KeyPair, make_contents, make_samples, make_schema

NAME = "individualBiometrics_bio_CBEFF.xml"


@pytest.fixture(scope="module")
def device() -> KeyPair:
    return KeyPair.make("Test device")


@pytest.fixture(scope="module")
def content(device: KeyPair) -> bytes:
    """The file inside our own sealed packet: nine fingers, a missing one, two irises, a face."""
    station = KeyPair.make("Test station")
    packet = assemble(make_contents(samples=make_samples(device), exceptions=EXCEPTIONS), make_schema())
    sealed = seal(packet, sign=station.key.sign, encrypt=partial(encrypt, station.certificate_pem))
    opened = open_packet(sealed.content, DecryptionKey.from_pem(station.server_pem))
    return opened.subpackets[0].files[NAME]


@pytest.fixture(scope="module")
def finger(content: bytes) -> Bir:
    return next(each for each in CbeffFile.parse(content).birs if each.subtype == "Left IndexFinger")


def check(*birs: Bir) -> CbeffReport:
    return check_cbeff_content(CbeffFile(birs).encode())


def signed(device: KeyPair, bir: Bir, payload: str, whole: str) -> Bir:
    """``bir`` with a good signature over ``whole`` and ``payload`` in the file."""
    header, _, signature = sign_compact(device.key, whole.encode(), device.certificate_der).split(".")
    return replace(bir, sb=f"{header}..{signature}", others={**bir.others, PAYLOAD: payload})


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        check_cbeff(tmp_path / "none.xml")

    assert caught.value.code.name == "FILE_ABSENT"


@pytest.mark.parametrize("octets", [b"", b"no xml", b"<!DOCTYPE BIR><BIR/>", b"<BIR/>"])
def test_what_is_no_cbeff_file_is_refused(octets: bytes) -> None:
    with pytest.raises(MalformedData):
        check_cbeff_content(octets)


def test_a_record_changed_by_one_bit_breaks_its_signature(finger: Bir) -> None:
    report = check(replace(finger, bdb=finger.bdb[:-1] + bytes((finger.bdb[-1] ^ 1,))))

    assert report.birs[0].signature is Signature.INVALID
    assert report.problems == ("CBEFF_SIGNATURE_WRONG:BIR[1]/SB",)
    assert not report.valid


def test_a_changed_payload_breaks_its_signature(finger: Bir) -> None:
    changed = finger.others[PAYLOAD].replace("transaction-1", "transaction-2")

    assert (
        check(replace(finger, others={**finger.others, PAYLOAD: changed})).birs[0].signature is Signature.INVALID
    )


def test_a_signature_of_another_sample_is_invalid(finger: Bir, content: bytes) -> None:
    other = next(each for each in CbeffFile.parse(content).birs if each.type == "Iris")

    assert check(replace(finger, sb=other.sb)).birs[0].signature is Signature.INVALID


@pytest.mark.parametrize("text", ["..", "header", "header..", "..signature", "a.b.c", "\u00e9..\u00e9"])
def test_a_signature_block_of_another_form_is_invalid(finger: Bir, text: str) -> None:
    assert check(replace(finger, sb=text)).birs[0].signature is Signature.INVALID


def test_a_good_signature_over_no_record_is_invalid(finger: Bir, device: KeyPair) -> None:
    """MOSIP would take it: nothing in the payload is put back, so any record stands beside it."""
    forged = signed(device, finger, '{"bioValue":""}', '{"bioValue":""}')

    assert check(forged).birs[0].signature is Signature.INVALID


def test_a_good_signature_over_another_place_of_the_payload_is_invalid(finger: Bir, device: KeyPair) -> None:
    payload = '{"note":"<bioValue>","bioValue":"AAEC"}'
    forged = signed(device, finger, payload, payload.replace("<bioValue>", base64url.encode(finger.bdb)))

    assert check(forged).birs[0].signature is Signature.INVALID


@pytest.mark.parametrize("payload", ["[" * 100_000, "[]", "no JSON", '{"bioValue":1}', '{"bioValue":"\u00e9"}'])
def test_a_good_signature_over_something_else_is_invalid(finger: Bir, device: KeyPair, payload: str) -> None:
    assert check(signed(device, finger, payload, payload)).birs[0].signature is Signature.INVALID


def test_a_sample_without_a_signature_is_told(finger: Bir) -> None:
    report = check(replace(finger, sb=""))

    assert report.birs[0].signature is Signature.ABSENT
    assert report.problems == ("CBEFF_SIGNATURE_ABSENT:BIR[1]/SB",)


@pytest.mark.parametrize(
    "record, code",
    [(b"FIR\0", "RECORD_TRUNCATED"), (b"IIR\x00020\x00" + bytes(80), "RECORD_MAGIC_WRONG")],
)
def test_a_signed_record_that_cannot_be_read_is_told(
    finger: Bir, device: KeyPair, record: bytes, code: str
) -> None:
    payload = '{"bioValue":"<bioValue>"}'
    whole = payload.replace("<bioValue>", base64url.encode(record))
    report = check(signed(device, replace(finger, bdb=record), payload, whole))

    assert report.birs[0].signature is Signature.VALID
    assert report.problems[0] == f"{code}:BIR[1]/BDB"


# What the device signed


class Device:
    """A device whose payloads can be made to say anything."""

    def __init__(self, pair: KeyPair) -> None:
        self.pair = pair

    def identity(self, claims: object = None, pair: KeyPair | None = None) -> str:
        said = {"serialNo": "F-1", "dateTime": "2026-01-02T03:04:05Z"} if claims is None else claims
        signer = pair or self.pair
        return sign_compact(signer.key, json.dumps(said).encode(), signer.certificate_der)

    def capture(self, bir: Bir, **changed: object) -> Bir:
        """``bir`` signed again; a claim that is changed to nothing is left out."""
        claims = {**json.loads(bir.others[PAYLOAD]), "digitalId": self.identity(), **changed}
        payload = json.dumps({key: value for key, value in claims.items() if value is not None})
        return signed(self.pair, bir, payload, payload.replace("<bioValue>", base64url.encode(bir.bdb)))


@pytest.fixture(scope="module")
def maker(device: KeyPair) -> Device:
    return Device(device)


@pytest.fixture(scope="module")
def other() -> KeyPair:
    return KeyPair.make("Another device")


def test_what_a_device_signs_is_valid_with_all_its_claims(finger: Bir, maker: Device) -> None:
    assert check(maker.capture(finger)).problems == ()


def test_a_capture_without_the_identity_of_its_device_is_told(finger: Bir, maker: Device) -> None:
    assert check(maker.capture(finger, digitalId=None)).problems == (
        "CBEFF_DIGITAL_ID_ABSENT:BIR[1]/others/PAYLOAD/digitalId",
    )


@pytest.mark.parametrize("rubbish", ["a..b", "h.p.s", "\u00e9", 7, ["h.p.s"], {"serialNo": "F-1"}])
def test_an_identity_that_nobody_signed_is_told(finger: Bir, maker: Device, rubbish: object) -> None:
    assert check(maker.capture(finger, digitalId=rubbish)).problems == (
        "CBEFF_DIGITAL_ID_WRONG:BIR[1]/others/PAYLOAD/digitalId",
    )


def test_an_identity_signed_with_another_certificate_is_told(finger: Bir, maker: Device, other: KeyPair) -> None:
    assert check(maker.capture(finger, digitalId=maker.identity(pair=other))).problems == (
        "CBEFF_DIGITAL_ID_FOREIGN:BIR[1]/others/PAYLOAD/digitalId",
    )


def capture_with_chip(maker: Device, finger: Bir, chip: KeyPair) -> Bir:
    """A device of level L1: its chip signs its identity, and its captures name both certificates."""
    claims = {**json.loads(finger.others[PAYLOAD]), "digitalId": maker.identity(pair=chip)}
    payload = json.dumps(claims)
    certificates = [base64.b64encode(each.certificate_der).decode() for each in (maker.pair, chip)]
    header = base64url.encode(json.dumps({"alg": "RS256", "x5c": certificates}).encode())
    whole = base64url.encode(payload.replace("<bioValue>", base64url.encode(finger.bdb)).encode())
    signature = base64url.encode(maker.pair.key.sign(f"{header}.{whole}".encode()))
    return replace(finger, sb=f"{header}..{signature}", others={**finger.others, PAYLOAD: payload})


def test_an_identity_signed_by_the_devices_chip_is_valid_when_the_capture_names_the_chip(
    finger: Bir, maker: Device, other: KeyPair
) -> None:
    assert check(capture_with_chip(maker, finger, other)).problems == ()


def test_a_chip_whose_certificate_had_expired_is_told(finger: Bir, maker: Device) -> None:
    key = SigningKey.generate()
    chip = KeyPair(key, self_signed_certificate(key, "Chip", datetime(2020, 1, 1, tzinfo=UTC), 30))

    assert check(capture_with_chip(maker, finger, chip)).problems == (
        "CBEFF_CERTIFICATE_EXPIRED:BIR[1]/others/PAYLOAD/digitalId",
    )


WRONG_TIMES = (
    "2026-01-02T03:04:05.000Z", "2026-01-02T08:34:05+05:30", "2026-01-02T03:04:05", "2026-02-30T03:04:05Z",
    "0000-01-02T03:04:05Z", " 2026-01-02T03:04:05Z", "2026-1-2T3:4:5Z", "2026-01-02t03:04:05z", 1767323045,
    ["2026-01-02T03:04:05Z"],
)  # fmt: skip


@pytest.mark.parametrize("text", WRONG_TIMES)
def test_a_time_of_capture_in_another_form_is_told(finger: Bir, maker: Device, text: object) -> None:
    assert check(maker.capture(finger, timestamp=text)).problems == (
        "CBEFF_TIMESTAMP_WRONG:BIR[1]/others/PAYLOAD/timestamp",
    )


def test_a_capture_without_its_time_is_told(finger: Bir, maker: Device) -> None:
    assert check(maker.capture(finger, timestamp=None)).problems == (
        "CBEFF_TIMESTAMP_ABSENT:BIR[1]/others/PAYLOAD/timestamp",
    )


@pytest.mark.parametrize(
    "claims, code",
    [
        ({"dateTime": "2026-01-02T03:04:05.678Z"}, "CBEFF_TIMESTAMP_WRONG"),
        ({"serialNo": "F-1"}, "CBEFF_TIMESTAMP_ABSENT"),
        ([], "CBEFF_TIMESTAMP_ABSENT"),
    ],
)
def test_the_time_of_the_identity_has_the_same_form(finger: Bir, maker: Device, claims: object, code: str) -> None:
    assert check(maker.capture(finger, digitalId=maker.identity(claims))).problems == (
        f"{code}:BIR[1]/others/PAYLOAD/digitalId/dateTime",
    )


@pytest.mark.parametrize("at", ["2001-01-01T00:00:00Z", "2027-06-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_certificate_that_was_not_valid_at_the_time_of_the_capture_is_told(
    finger: Bir, maker: Device, at: str
) -> None:
    assert check(maker.capture(finger, timestamp=at)).problems == ("CBEFF_CERTIFICATE_EXPIRED:BIR[1]/SB",)


def test_a_certificate_that_expired_after_the_capture_is_no_problem(finger: Bir) -> None:
    key = SigningKey.generate()
    expired = KeyPair(key, self_signed_certificate(key, "Old device", datetime(2020, 1, 1, tzinfo=UTC), 30))

    assert check(Device(expired).capture(finger, timestamp="2020-01-15T00:00:00Z")).problems == ()


@pytest.mark.parametrize("word", ["Iris", "Face", 7])
def test_a_capture_of_another_kind_than_the_sample_is_told(finger: Bir, maker: Device, word: object) -> None:
    assert check(maker.capture(finger, bioType=word)).problems == ("CBEFF_TYPE_NOT_SIGNED:BIR[1]/BDBInfo/Type",)


@pytest.mark.parametrize("word", ["Right Thumb", "Left", ["Left IndexFinger"]])
def test_a_capture_of_another_finger_than_the_sample_is_told(finger: Bir, maker: Device, word: object) -> None:
    assert check(maker.capture(finger, bioSubType=word)).problems == (
        "CBEFF_SUBTYPE_NOT_SIGNED:BIR[1]/BDBInfo/Subtype",
    )


@pytest.mark.parametrize("word", [None, "", "UNKNOWN", "LEFT IndexFinger"])
def test_a_device_that_leaves_the_finger_open_contradicts_nothing(
    finger: Bir, maker: Device, word: str | None
) -> None:
    assert check(maker.capture(finger, bioSubType=word)).problems == ()


def test_what_an_invalid_signature_covers_is_not_asked_for_more(finger: Bir, maker: Device) -> None:
    unsigned = replace(finger, others={**finger.others, PAYLOAD: '{"bioValue":"<bioValue>"}'})

    assert check(unsigned).problems == ("CBEFF_SIGNATURE_WRONG:BIR[1]/SB",)


# What the record says of itself


@pytest.mark.parametrize("subtype", ["Right Thumb", "Left MiddleFinger", "Left IndexFinger MiddleFinger"])
def test_a_subtype_of_another_finger_than_the_records_is_told(finger: Bir, maker: Device, subtype: str) -> None:
    sample = maker.capture(replace(finger, subtype=subtype), bioSubType=subtype)

    assert check(sample).problems == ("CBEFF_SUBTYPE_NOT_RECORDED:BIR[1]/BDBInfo/Subtype",)


@pytest.mark.parametrize("position, problems", [(0, 0), (7, 0), (14, 1), (2, 1)])
def test_a_record_that_leaves_the_finger_open_contradicts_nothing_and_a_slap_does(
    finger: Bir, maker: Device, position: int, problems: int
) -> None:
    record = replace(FingerRecord.parse(finger.bdb), position=position).encode()

    assert len(check(maker.capture(replace(finger, bdb=record))).problems) == problems


def test_the_eye_of_the_record_is_compared_too(content: bytes, maker: Device) -> None:
    left = next(each for each in CbeffFile.parse(content).birs if (each.type, each.subtype) == ("Iris", "Left"))
    sample = maker.capture(replace(left, subtype="Right"), bioSubType="Right")

    assert check(sample).problems == ("CBEFF_SUBTYPE_NOT_RECORDED:BIR[1]/BDBInfo/Subtype",)


def test_a_part_of_the_subtype_contradicts_nothing(finger: Bir, maker: Device) -> None:
    assert check(maker.capture(replace(finger, subtype="Left"), bioSubType=None)).problems == ()


# Files of 1.1.5


def without_signatures(file: CbeffFile) -> bytes:
    """As the client of 1.1.5 wrote it: no ``others`` anywhere, no ``SB``."""
    root = etree.fromstring(file.encode())
    for name in ("others", "SB"):
        for element in list(root.iter(f"{{{NAMESPACE}}}{name}")):
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)
    return etree.tostring(root)


def test_signatures_that_an_old_file_never_had_are_unchecked_and_no_problem(finger: Bir) -> None:
    report = check_cbeff_content(without_signatures(CbeffFile((finger,))))

    assert report.valid
    assert report.birs[0].signature is Signature.UNCHECKED


def test_an_old_file_with_a_wrong_record_is_not_valid(finger: Bir) -> None:
    report = check_cbeff_content(without_signatures(CbeffFile((replace(finger, subtype="Right Thumb"),))))

    assert report.problems == ("CBEFF_SUBTYPE_NOT_RECORDED:BIR[1]/BDBInfo/Subtype",)


def test_one_sample_with_a_signature_is_enough_for_the_others_to_need_theirs(content: bytes) -> None:
    root = etree.fromstring(content)
    first = root.find(f"{{{NAMESPACE}}}BIR")
    assert first is not None
    for name in ("others", "SB"):
        element = first.find(f"{{{NAMESPACE}}}{name}")
        assert element is not None
        first.remove(element)

    assert check_cbeff_content(etree.tostring(root)).problems == (
        "CBEFF_OTHERS_ABSENT:BIR[1]",
        "CBEFF_SIGNATURE_ABSENT:BIR[1]/SB",
    )


def test_damaged_base64_is_told_as_what_it_is(content: bytes) -> None:
    report = check_cbeff_content(content.replace(b"<BDB>Rk", b"<BDB>R!", 1))

    assert report.problems == ("CBEFF_BASE64_WRONG:BIR[1]/BDB",)
    assert report.birs[0].signature is Signature.INVALID


def test_a_sample_that_says_nothing_is_told_and_the_others_are_looked_at(content: bytes) -> None:
    report = check_cbeff_content(content.replace(b"<Type>Finger</Type>", b"", 1))

    assert report.problems == ("CBEFF_TYPE_ABSENT:BIR[1]",)
    assert {each.signature for each in report.birs[1:]} == {Signature.VALID, Signature.ABSENT}


def test_schema_and_rules_are_both_told(content: bytes) -> None:
    changed = content.replace(b"<Integrity>false</Integrity>", b"", 1).replace(
        b"<Type>7</Type>", b"<Type>9</Type>", 1
    )

    assert check_cbeff_content(changed).problems == (
        "CBEFF_ELEMENT_MISSING:BIRInfo/Integrity",
        "CBEFF_FORMAT_WRONG:BIR[1]",
    )


def test_every_problem_comes_with_its_sentence(finger: Bir) -> None:
    report = check(replace(finger, bdb=b"FIR\0", sb=""))

    assert report.problems == ("RECORD_TRUNCATED:BIR[1]/BDB", "CBEFF_SIGNATURE_ABSENT:BIR[1]/SB")
    absent = Code.named("CBEFF_SIGNATURE_ABSENT")
    assert absent is not None
    assert report.sentences == ("The record ends too early, at byte 4.", absent.sentence)


def test_not_more_than_a_hundred_problems_are_told() -> None:
    content = CbeffFile(()).encode().replace(b"<others/>", b"<others/>" + b"<A/>" * 5000)

    assert len(check_cbeff_content(content).problems) == MOST_PROBLEMS


def test_a_file_of_absurdly_many_samples_is_refused() -> None:
    content = CbeffFile(()).encode().replace(b"<others/>", b"<BIR/>" * (MOST_SAMPLES + 1))

    with pytest.raises(MalformedData) as caught:
        check_cbeff_content(content)

    assert caught.value.code is CBEFF_TOO_MANY


def test_the_file_in_our_own_sealed_packet_is_valid(content: bytes) -> None:
    report = check_cbeff_content(content)

    assert report.problems == ()
    assert report.valid
    assert [each.signature for each in report.birs if not each.exception] == [Signature.VALID] * 12
    assert [(each.subtype, each.quality, each.signature) for each in report.birs if each.exception] == [
        ("Left LittleFinger", 0, Signature.ABSENT)
    ]


def test_a_signed_exception_photo_is_valid(content: bytes) -> None:
    face = next(each for each in CbeffFile.parse(content).birs if each.type == "Face")
    report = check(replace(face, type="ExceptionPhoto"))

    assert report.valid
    assert (report.birs[0].type, report.birs[0].subtype) == ("ExceptionPhoto", "")
    assert report.birs[0].signature is Signature.VALID


def test_a_file_is_read_from_the_disk(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "birs.xml").write_bytes(content)

    assert check_cbeff(tmp_path / "birs.xml") == check_cbeff_content(content)


def test_mosips_sample_is_valid(reference_data: Path) -> None:
    report = check_cbeff(reference_data / "mosip" / "sample-cbeff.xml")

    assert report.problems == ()
    assert [(each.subtype, each.quality, each.signature) for each in report.birs] == [
        ("Left LittleFinger", 94, Signature.VALID)
    ]


def test_the_file_in_a_packet_by_mosips_own_writer_is_valid(reference_data: Path) -> None:
    folder = reference_data / "mosip" / "packet"
    key = DecryptionKey.from_pem((folder / "server-key.p8").read_bytes())
    (path,) = folder.glob("1*.zip")
    files = open_packet(path.read_bytes(), key).subpackets[0].files
    names = [name for name in files if name.endswith("_bio_CBEFF.xml")]
    report = check_cbeff_content(files[names[0]])

    assert len(names) == 1
    assert report.problems == ()
    assert [each.signature for each in report.birs].count(Signature.VALID) == 12
    assert [each.signature for each in report.birs if each.exception] == [Signature.ABSENT]
