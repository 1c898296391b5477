from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from muster import base64url
from muster.crypto.envelope import DecryptionKey, encrypt
from muster.crypto.jws import sign_compact
from muster.errors import BadInput, Code, MalformedData
from muster.formats.cbeff import PAYLOAD, Bir, CbeffFile
from muster.packet.assemble import assemble
from muster.packet.opening import open_packet
from muster.packet.seal import seal
from muster.workstation.cbeff_checking import (
    CBEFF_TOO_MANY,
    MOST_PROBLEMS,
    MOST_SAMPLES,
    CbeffReport,
    Signature,
    check_cbeff,
    check_cbeff_content,
)
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
    assert report.problems == (f"{code}:BIR[1]/BDB",)


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
