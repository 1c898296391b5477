from __future__ import annotations

import base64
import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from muster import base64url
from muster.crypto.jws import sign_compact, verify_compact
from muster.crypto.signing import SigningKey, self_signed_certificate
from muster.errors import MalformedData, NotAuthentic
from muster.formats.cbeff import (
    CBEFF_INCOMPLETE,
    CBEFF_UNREADABLE,
    EXCEPTION,
    FORCE_CAPTURED,
    PAYLOAD,
    RETRIES,
    SDK_SCORE,
    SPEC_VERSION,
    Bir,
    CbeffFile,
    rebuild_jws,
)

NAMESPACE = "http://standards.iso.org/iso-iec/19785/-3/ed-2/"
NAMES = {"c": NAMESPACE}
INDEX = "5b0c2b1e-7a55-4f0e-9a8c-0f6d6f3c1a11"
PAYLOAD_TEXT = '{"bioValue":"<bioValue>","digitalId":"h.p.s","timestamp":"2026-01-02T03:04:00Z"}'
FINGER = Bir(
    type="Finger",
    subtype="Left IndexFinger",
    index=INDEX,
    created="2026-01-02T03:04:05.678Z",
    quality=85,
    bdb=b"FIR\x00020\x00record",
    sb="header..signature",
    others={
        EXCEPTION: "false",
        RETRIES: "1",
        SDK_SCORE: "85.0",
        FORCE_CAPTURED: "false",
        PAYLOAD: PAYLOAD_TEXT,
        SPEC_VERSION: "0.9.5",
    },
)
MISSING = replace(
    FINGER,
    subtype="Right Thumb",
    quality=0,
    bdb=b"",
    sb="",
    others={
        EXCEPTION: "true",
        RETRIES: "0",
        SDK_SCORE: "0.0",
        FORCE_CAPTURED: "false",
        PAYLOAD: "",
        SPEC_VERSION: "",
    },
)
IRIS = replace(FINGER, type="Iris", subtype="Left")
FACE = replace(FINGER, type="Face", subtype="")
EXCEPTION_PHOTO = replace(FINGER, type="ExceptionPhoto", subtype="")
FILE = CbeffFile((FINGER, IRIS, FACE, EXCEPTION_PHOTO, MISSING), ("leftIndex", "leftEye", "face"))


def document(content: str, before: str = "") -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>{before}<BIR xmlns="{NAMESPACE}">{content}</BIR>'.encode()


def record(inside_info: str = "<Type>Finger</Type>", behind_info: str = "") -> bytes:
    return document(f"<BIR><BDBInfo>{inside_info}</BDBInfo>{behind_info}</BIR>")


def refusal(content: bytes) -> str:
    """The code with which ``content`` is refused. Whatever else is raised breaks the test."""
    try:
        CbeffFile.parse(content)
    except MalformedData as error:
        return error.code.name
    return "accepted"


@pytest.mark.parametrize(
    "declaration",
    [
        "<!DOCTYPE BIR>",
        "<!DOCTYPE BIR []>",
        '<!DOCTYPE BIR [<!ENTITY name "Mustermann">]>',
        '<!DOCTYPE BIR [<!ENTITY % name "Mustermann"> %name;]>',
        '<!DOCTYPE BIR SYSTEM "http://localhost/muster.dtd">',
        '<!DOCTYPE BIR PUBLIC "-//Muster//EN" "muster.dtd">',
    ],
)
def test_a_document_type_declaration_is_refused(declaration: str) -> None:
    assert refusal(document("", before=declaration)) == CBEFF_UNREADABLE.name


def test_a_document_type_declaration_in_utf_16_is_refused() -> None:
    content = f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE BIR><BIR xmlns="{NAMESPACE}"/>'

    assert refusal(content.encode("utf-16")) == CBEFF_UNREADABLE.name


def test_an_entity_that_names_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    declaration = f'<!DOCTYPE BIR [<!ENTITY file SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]>'
    content = "<BIR><BDBInfo><Type>&file;</Type></BDBInfo></BIR>"

    assert refusal(document(content, before=declaration)) == CBEFF_UNREADABLE.name


@pytest.mark.timeout(5)
@pytest.mark.parametrize("place", ["<Version>&e9;</Version>", '<Version text="&e9;"/>'], ids=["text", "attribute"])
def test_entities_that_double_over_and_over_are_refused_at_once(place: str) -> None:
    doubling = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    declaration = f'<!DOCTYPE BIR [<!ENTITY e0 "Mustermann">{doubling}]>'

    assert refusal(document(place, before=declaration)) == CBEFF_UNREADABLE.name


def test_an_entity_nobody_declared_is_refused() -> None:
    assert refusal(document("<BIR>&name;</BIR>")) == CBEFF_UNREADABLE.name


@pytest.mark.parametrize(
    "content",
    [b"", b"\0", b"no xml", b"<BIR", b"<a></b>", b"<a/><b/>", b"<a>" * 100_000, b"\xff\xfe"],
    ids=lambda content: repr(content[:12]),
)
def test_what_is_no_xml_is_refused(content: bytes) -> None:
    assert refusal(content) == CBEFF_UNREADABLE.name


def test_a_file_cut_off_anywhere_is_refused() -> None:
    content = CbeffFile((FINGER,)).encode()

    assert {refusal(content[:length]) for length in range(len(content))} == {CBEFF_UNREADABLE.name}


@pytest.mark.parametrize(
    "content",
    [
        b"<BIR/>",
        b'<BIR xmlns="http://docs.oasis-open.org/bias/ns/bias-1.0/"/>',
        f'<BDB xmlns="{NAMESPACE}"/>'.encode(),
    ],
    ids=["no namespace", "the older namespace", "another element"],
)
def test_another_root_than_mosips_is_refused(content: bytes) -> None:
    assert refusal(content) == CBEFF_INCOMPLETE.name


@pytest.mark.parametrize(
    "content", ["<BIR/>", "<BIR><BDBInfo/></BIR>", "<BIR><BDBInfo><Type> </Type></BDBInfo></BIR>"]
)
def test_a_sample_that_does_not_say_what_it_is_is_refused(content: str) -> None:
    assert refusal(document(content)) == CBEFF_INCOMPLETE.name


@pytest.mark.parametrize("name", ["BDB", "SB"])
@pytest.mark.parametrize("text", ["!", "A", "AA=A", "_-_-", "\u00e9\u00e9\u00e9\u00e9"])
def test_a_block_that_is_not_base64_is_refused(name: str, text: str) -> None:
    assert refusal(record(behind_info=f"<{name}>{text}</{name}>")) == CBEFF_UNREADABLE.name


@pytest.mark.parametrize("score", ["", "-1", "85.5", "many", "\u00b2", "9" * 5000])
def test_a_quality_score_that_is_no_number_counts_as_0(score: str) -> None:
    content = record(f"<Type>Finger</Type><Quality><Score>{score}</Score></Quality>")

    assert CbeffFile.parse(content).birs[0].quality == 0


@settings(deadline=None, max_examples=100, database=None)
@given(content=st.binary(max_size=200))
def test_random_octets_are_refused_and_nothing_else_happens(content: bytes) -> None:
    assert refusal(content) == CBEFF_UNREADABLE.name


WHOLE = FILE.encode()


@settings(deadline=None, max_examples=150, database=None)
@given(position=st.integers(0, len(WHOLE) - 1), octet=st.integers(0, 255))
def test_a_changed_octet_is_accepted_or_refused_and_nothing_else_happens(position: int, octet: int) -> None:
    content = WHOLE[:position] + bytes((octet,)) + WHOLE[position + 1 :]

    assert refusal(content) in {"accepted", CBEFF_UNREADABLE.name, CBEFF_INCOMPLETE.name}


def test_comments_and_instructions_inside_a_word_do_not_cut_it() -> None:
    content = record("<Type>Fin<!-- comment -->g<?muster instruction?>er</Type>")

    assert CbeffFile.parse(content).birs[0].type == "Finger"


def test_unknown_elements_are_left_alone() -> None:
    content = document(
        "<Muster/><BIR><BDBInfo><Muster/><Type>Face</Type></BDBInfo></BIR>"
        "<others><entry key='MUSTER'>1</entry></others>"
    )

    assert CbeffFile.parse(content).birs[0].type == "Face"


def test_a_sample_with_nothing_but_its_type_is_read() -> None:
    bir = CbeffFile.parse(record()).birs[0]

    assert bir == Bir("Finger", "", "", "", 0, b"", "", {})


def test_base64_in_lines_is_read() -> None:
    content = record(behind_info="<BDB>\n  AAEC\n  AwQF\n</BDB>")

    assert CbeffFile.parse(content).birs[0].bdb == b"\0\1\2\3\4\5"


def test_what_is_written_is_read_back_the_same() -> None:
    assert CbeffFile.parse(FILE.encode()) == FILE


@pytest.mark.parametrize("length", [1, 2, 3, 3 * 65536 - 1, 3 * 65536, 3 * 65536 + 1, 400_000])
def test_a_record_of_any_length_is_read_back_the_same(length: int) -> None:
    record = random.Random(length).randbytes(length)
    file = CbeffFile((replace(FINGER, bdb=record), MISSING, replace(FINGER, bdb=record[::-1])))
    assert CbeffFile.parse(file.encode()) == file


def test_a_text_that_looks_like_an_empty_record_stays_a_text() -> None:
    file = CbeffFile((replace(FINGER, others={PAYLOAD: "<BDB/>"}),), ("<BDB/>",))
    assert CbeffFile.parse(file.encode()) == file


def test_an_empty_file_is_read_back_the_same() -> None:
    assert CbeffFile.parse(CbeffFile(()).encode()) == CbeffFile(())


def test_what_was_read_is_written_back_octet_for_octet() -> None:
    assert CbeffFile.parse(WHOLE).encode() == WHOLE


@pytest.mark.parametrize("payload", ['{"a":"&lt;\\"<>&\'"}', '{"name":"محمد"}', " {\n} ", '{"a":"]]>"}'])
def test_a_payload_keeps_every_character(payload: str) -> None:
    bir = replace(FINGER, others={PAYLOAD: payload})

    assert CbeffFile.parse(CbeffFile((bir,)).encode()).birs[0].others == {PAYLOAD: payload}


def validator(reference_data: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(reference_data / "mosip" / "mosip-cbeff.xsd"))


@pytest.mark.parametrize(
    "file",
    [FILE, CbeffFile(()), CbeffFile((MISSING,)), CbeffFile((FACE,), ("face",))],
    ids=["one of each kind", "empty", "only a missing finger", "a face"],
)
def test_what_is_written_is_valid_against_mosips_schema(reference_data: Path, file: CbeffFile) -> None:
    schema = validator(reference_data)

    assert schema.validate(etree.fromstring(file.encode())), schema.error_log


def test_mosips_schema_would_notice_a_missing_integrity_element(reference_data: Path) -> None:
    without = FILE.encode().replace(b"<Integrity>false</Integrity>", b"", 1)

    assert not validator(reference_data).validate(etree.fromstring(without))


def text_of(bir: Bir, path: str) -> list[str]:
    root = etree.fromstring(CbeffFile((bir,)).encode())
    found = root.xpath(f"c:BIR/{path}/text()", namespaces=NAMES)
    assert isinstance(found, list)
    return [str(each) for each in found]


@pytest.mark.parametrize(
    "bir, form",
    [(FINGER, "7"), (IRIS, "9"), (FACE, "8"), (EXCEPTION_PHOTO, "8")],
    ids=["finger", "iris", "face", "exception photo"],
)
def test_each_kind_has_mosips_format_number(bir: Bir, form: str) -> None:
    assert text_of(bir, "c:BDBInfo/c:Format/c:Type") == [form]


def test_the_record_is_encoded_once_and_the_signature_text_once() -> None:
    """SB is base64 of the characters "header..signature", not of the octets they stand for."""
    assert text_of(FINGER, "c:BDB") == [base64.b64encode(FINGER.bdb).decode()]
    assert text_of(FINGER, "c:SB") == [base64.b64encode(b"header..signature").decode()]


def test_a_missing_finger_is_an_exception_with_empty_blocks() -> None:
    read = CbeffFile.parse(CbeffFile((MISSING,)).encode()).birs[0]

    assert read.is_exception
    assert (read.bdb, read.sb) == (b"", "")
    assert text_of(MISSING, "c:BDB") == text_of(MISSING, "c:SB") == []


@pytest.mark.parametrize(
    "text, expected", [("true", True), ("TRUE", True), ("false", False), ("", False), ("1", False)]
)
def test_only_the_word_true_makes_an_exception(text: str, expected: bool) -> None:
    assert replace(FINGER, others={EXCEPTION: text}).is_exception is expected


def test_a_sample_without_the_entry_is_no_exception() -> None:
    assert not replace(FINGER, others={}).is_exception


@pytest.mark.parametrize("signature_block", ["", "..", "header..", "..signature", "header.signature"])
def test_without_header_and_signature_no_token_is_rebuilt(signature_block: str) -> None:
    with pytest.raises(MalformedData) as caught:
        replace(FINGER, sb=signature_block).rebuild_jws()

    assert caught.value.code is CBEFF_INCOMPLETE


def test_without_a_payload_no_token_is_rebuilt() -> None:
    with pytest.raises(MalformedData) as caught:
        replace(FINGER, others={}).rebuild_jws()

    assert caught.value.code is CBEFF_INCOMPLETE


def test_only_the_first_mark_is_replaced_by_the_record() -> None:
    token = rebuild_jws("h", '{"bioValue":"<bioValue>","note":"<bioValue>"}', "s", b"\xff\xfe")

    assert base64url.decode(token.split(".")[1]) == b'{"bioValue":"__4","note":"<bioValue>"}'


@pytest.fixture(scope="module")
def signed_bir() -> Bir:
    """What a device would send, taken apart as MOSIP's client does."""
    key = SigningKey.generate()
    certificate = self_signed_certificate(key, "Muster device", datetime(2026, 1, 1, tzinfo=UTC), 30)
    whole = PAYLOAD_TEXT.replace("<bioValue>", base64url.encode(FINGER.bdb))
    header, _, signature = sign_compact(key, whole.encode(), certificate).split(".")
    return replace(FINGER, sb=f"{header}..{signature}")


def test_a_devices_signature_survives_the_file(signed_bir: Bir) -> None:
    read = CbeffFile.parse(CbeffFile((signed_bir,)).encode()).birs[0]

    assert json.loads(verify_compact(read.rebuild_jws()).payload)["bioValue"] == base64url.encode(FINGER.bdb)


def test_a_record_put_in_the_place_of_another_breaks_its_signature(signed_bir: Bir) -> None:
    exchanged = replace(signed_bir, bdb=b"FIR\x00020\x00another")

    with pytest.raises(NotAuthentic):
        verify_compact(exchanged.rebuild_jws())


@pytest.fixture(scope="module")
def sample(reference_data: Path) -> CbeffFile:
    return CbeffFile.parse((reference_data / "mosip" / "sample-cbeff.xml").read_bytes())


def test_mosips_sample_is_a_left_little_finger(sample: CbeffFile) -> None:
    (bir,) = sample.birs

    assert (bir.type, bir.subtype, bir.quality) == ("Finger", "Left LittleFinger", 94)
    assert bir.index == "a6622cbd-5b35-4ec2-8b4c-f4162c3a08c2"
    assert bir.bdb.startswith(b"FIR\x00020\x00")
    assert not bir.is_exception


def test_mosips_sample_names_the_thirteen_configured_attributes(sample: CbeffFile) -> None:
    assert len(sample.configured) == 13
    assert sample.configured[0] == "leftEye"
    assert sample.configured[-1] == "face"


def test_the_device_signature_of_mosips_sample_verifies(sample: CbeffFile) -> None:
    verified = verify_compact(sample.birs[0].rebuild_jws())

    assert json.loads(verified.payload)["bioSubType"] == "Left LittleFinger"


def test_the_device_signature_of_mosips_sample_does_not_cover_another_record(sample: CbeffFile) -> None:
    bir = sample.birs[0]
    changed = replace(bir, bdb=bir.bdb[:-1] + bytes((bir.bdb[-1] ^ 1,)))

    with pytest.raises(NotAuthentic):
        verify_compact(changed.rebuild_jws())


def test_mosips_sample_written_by_us_is_valid_and_still_verifies(sample: CbeffFile, reference_data: Path) -> None:
    content = sample.encode()
    schema = validator(reference_data)

    assert schema.validate(etree.fromstring(content)), schema.error_log
    assert verify_compact(CbeffFile.parse(content).birs[0].rebuild_jws()).payload
