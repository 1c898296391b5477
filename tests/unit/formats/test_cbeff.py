from __future__ import annotations

import base64
import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from muster import base64url
from muster.crypto.jws import sign_compact, verify_compact
from muster.crypto.signing import SigningKey, self_signed_certificate
from muster.errors import BadInput, MalformedData, NotAuthentic
from muster.formats.cbeff import (
    CBEFF_CHARACTER_WRONG,
    CBEFF_FORMAT_UNKNOWN,
    CBEFF_INCOMPLETE,
    CBEFF_TOO_DEEP,
    CBEFF_UNREADABLE,
    CONFIGURED,
    DEEPEST,
    EXCEPTION,
    FORCE_CAPTURED,
    PAYLOAD,
    RETRIES,
    SDK_SCORE,
    SPEC_VERSION,
    Bir,
    CbeffFile,
    mosip_details,
    rebuild_jws,
)
from muster.formats.cbeff_details import BirDetails, BirInfo, ManyOthers, RegistryId

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


@pytest.mark.parametrize(
    ("content", "offset"),
    [
        (b"", 0),
        (b"<BIR>\n<a>\n</b>\n</BIR>", 10),
        (b"<BIR>\n<a></BIR>", 9),
        (b"<BIR>\n\n\x01</BIR>", 7),
        (b"<BIR></BIR>\nbehind", 12),
    ],
)
def test_a_refusal_of_what_is_no_xml_says_where(content: bytes, offset: int) -> None:
    with pytest.raises(MalformedData) as caught:
        CbeffFile.parse(content)
    # libxml2 stands before or behind the mark it stumbles over.
    assert offset <= caught.value.offset <= min(offset + 6, len(content))


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
    assert refusal(content) in {CBEFF_UNREADABLE.name, CBEFF_INCOMPLETE.name}


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

    left_out = frozenset({"Subtype", "SBInfo", "BDB", "SB", "others"})
    assert bir == Bir("Finger", "", "", "", 0, b"", "", {}, BirDetails(left_out=left_out))


@pytest.mark.timeout(10)
def test_many_keys_in_several_lists_are_read_in_the_time_it_takes_to_read_them() -> None:
    """Half a megabyte once took half a minute, and the time grew with the square."""
    entries = "".join(f'<entry key="{number}"/>' for number in range(20_000))
    file = CbeffFile.parse(document(f"<others>{entries}</others><others/>"))

    assert file.root is not None
    assert len(file.root.others) == 20_000


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


# Octet for octet what packets hold since there are packets: servers compare hashes, not meanings.
GOLDEN = (
    "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"
    '<BIR xmlns="http://standards.iso.org/iso-iec/19785/-3/ed-2/"><BIRInfo><Integrity>false</Integrity></BIRInfo>'
    "<BIR><Version><Major>1</Major><Minor>1</Minor></Version>"
    "<CBEFFVersion><Major>1</Major><Minor>1</Minor></CBEFFVersion><BIRInfo><Integrity>false</Integrity></BIRInfo>"
    f"<BDBInfo><Index>{INDEX}</Index><Format><Organization>Mosip</Organization><Type>8</Type></Format>"
    "<CreationDate>2026-01-02T03:04:05.678Z</CreationDate><Type>Face</Type><Subtype></Subtype><Level>Raw</Level>"
    "<Purpose>Enroll</Purpose><Quality><Algorithm><Organization>HMAC</Organization><Type>SHA-256</Type></Algorithm>"
    "<Score>85</Score></Quality></BDBInfo><BDB>AAEC</BDB><SB>aGVhZGVyLi5zaWduYXR1cmU=</SB>"
    '<others><entry key="EXCEPTION">false</entry><entry key="PAYLOAD">{"bioValue":"&lt;bioValue&gt;"}</entry>'
    "</others>"
    "</BIR>"
    "<BIR><Version><Major>1</Major><Minor>1</Minor></Version>"
    "<CBEFFVersion><Major>1</Major><Minor>1</Minor></CBEFFVersion><BIRInfo><Integrity>false</Integrity></BIRInfo>"
    f"<BDBInfo><Index>{INDEX}</Index><Format><Organization>Mosip</Organization><Type>7</Type></Format>"
    "<CreationDate>2026-01-02T03:04:05.678Z</CreationDate><Type>Finger</Type><Subtype>Right Thumb</Subtype>"
    "<Level>Raw</Level><Purpose>Enroll</Purpose><Quality><Algorithm><Organization>HMAC</Organization>"
    "<Type>SHA-256</Type></Algorithm><Score>0</Score></Quality></BDBInfo><BDB></BDB><SB></SB>"
    '<others><entry key="EXCEPTION">true</entry></others></BIR>'
    '<others><entry key="CONFIGURED">face,rightThumb</entry></others></BIR>'
).encode()
GOLDEN_FILE = CbeffFile(
    (
        replace(FACE, bdb=bytes(range(3)), others={EXCEPTION: "false", PAYLOAD: '{"bioValue":"<bioValue>"}'}),
        replace(MISSING, others={EXCEPTION: "true"}),
    ),
    ("face", "rightThumb"),
)


def test_what_packets_hold_is_written_octet_for_octet_as_ever() -> None:
    assert GOLDEN_FILE.encode() == GOLDEN


def test_what_packets_hold_is_read_as_samples_without_more_to_say() -> None:
    assert CbeffFile.parse(GOLDEN) == GOLDEN_FILE


# Nothing that departs from the schema is written


def refused(file: CbeffFile) -> str:
    with pytest.raises(BadInput) as caught:
        file.encode()
    return caught.value.code.name


@pytest.mark.parametrize("character", ["\0", "\x01", "\x1b", "\ud800", "\udfff", "\ufffe", "\uffff"])
@pytest.mark.parametrize("place", ["text", "key", "registry", "configured"])
def test_a_character_that_xml_cannot_hold_is_refused(character: str, place: str) -> None:
    bir = {
        "text": replace(FINGER, others={PAYLOAD: f'{{"a":"{character}"}}'}),
        "key": replace(FINGER, others={character: ""}),
        "registry": detailed(product=RegistryId("Muster", character)),
        "configured": FINGER,
    }[place]
    configured = (character,) if place == "configured" else ()

    assert refused(CbeffFile((bir,), configured)) == CBEFF_CHARACTER_WRONG.name


def test_a_half_of_a_character_in_a_signature_is_refused() -> None:
    assert refused(CbeffFile((replace(FINGER, sb="\ud800..s"),))) == CBEFF_CHARACTER_WRONG.name


def detailed(**changed: object) -> Bir:
    details = mosip_details("Finger")
    assert details is not None
    return replace(FINGER, details=replace(details, **changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "bir, code",
    [
        (replace(FINGER, quality=101), "CBEFF_SCORE_WRONG"),
        (replace(FINGER, quality=-1), "CBEFF_SCORE_WRONG"),
        (replace(FINGER, index="zz"), "CBEFF_INDEX_WRONG"),
        (replace(FINGER, index=f"{INDEX}\n"), "CBEFF_INDEX_WRONG"),
        (replace(FINGER, created="yesterday"), "CBEFF_TIME_WRONG"),
        (replace(FINGER, subtype="Left Nose"), "CBEFF_WORD_WRONG"),
        (detailed(level="raw"), "CBEFF_WORD_WRONG"),
        (detailed(purpose="Enrol"), "CBEFF_WORD_WRONG"),
        (detailed(version=(-1, 0)), "CBEFF_NUMBER_WRONG"),
        (detailed(version=(2**32, 0)), "CBEFF_NUMBER_WRONG"),
        (detailed(not_valid_after="2026"), "CBEFF_TIME_WRONG"),
        (detailed(info=BirInfo(index="zz")), "CBEFF_INDEX_WRONG"),
        (detailed(quality_algorithm=None), "CBEFF_ELEMENT_MISSING"),
        (replace(FINGER, birs=(replace(FINGER, quality=300),)), "CBEFF_SCORE_WRONG"),
    ],
)
def test_what_departs_from_the_schema_is_refused(bir: Bir, code: str) -> None:
    assert refused(CbeffFile((bir,))) == code


def test_a_type_that_nobody_agreed_a_format_for_is_refused() -> None:
    assert refused(CbeffFile((replace(FINGER, type="Voice"),))) == CBEFF_FORMAT_UNKNOWN.name


def test_samples_inside_samples_are_followed_to_a_depth() -> None:
    def nested(depth: int) -> bytes:
        return document("<BIR><BDBInfo><Type>Face</Type></BDBInfo>" * depth + "</BIR>" * depth)

    assert refusal(nested(DEEPEST)) == "accepted"
    assert refusal(nested(DEEPEST + 1)) == refusal(nested(1500)) == CBEFF_TOO_DEEP.name


def test_samples_inside_samples_are_written_to_the_same_depth() -> None:
    def nested(depth: int) -> CbeffFile:
        bir = FINGER
        for _ in range(depth):
            bir = replace(FINGER, birs=(bir,))
        return CbeffFile((bir,))

    assert refusal(nested(DEEPEST - 1).encode()) == "accepted"
    assert refused(nested(DEEPEST + 1)) == CBEFF_TOO_DEEP.name


def test_a_root_and_its_configured_attributes_cannot_disagree() -> None:
    root = CbeffFile.parse(document("<BDB/><others><entry key='CONFIGURED'>face</entry></others>")).root

    with pytest.raises(ValueError, match="configured"):
        CbeffFile((), ("leftEye",), root)


# Whatever the schema allows is written back with every value


LISTED = ["Face", "Finger", "Iris", "Voice", "Palm", "Scent", "SignatureSign", "ExceptionPhoto"]
HANDS = ["Left", "Right", "Thumb", "IndexFinger", "RingFinger"]
VEINS = ["LeftVein", "Palm", "Wrist", "Reserved1"]
# Without the carriage return, which an XML parser itself takes away unless it is escaped.
open_text = st.text(
    st.one_of(
        st.sampled_from(" \n\t<>&\"']"), st.characters(exclude_categories=("Cc", "Cs"), max_codepoint=0xFFFD)
    ),
    max_size=6,
)
octets = st.binary(max_size=5).map(lambda value: base64.b64encode(value).decode())
uuids = st.uuids().map(str)
flags = st.sampled_from(["true", "false", "1", "0"])
numbers = st.integers(0, 2**32 - 1).map(str) | st.just("007")
moments = st.sampled_from(["2026-01-02T03:04:05Z", "-0004-02-29T24:00:00", "12026-01-02T03:04:05.123456+05:30"])
words = st.lists(st.sampled_from(HANDS), max_size=3) | st.lists(st.sampled_from(VEINS), max_size=3)


def texts(name: str, strategy: st.SearchStrategy[str]) -> st.SearchStrategy[etree._Element]:
    return strategy.map(lambda text: element(name, text=text))


def element(name: str, *children: etree._Element | None, text: str | None = None) -> etree._Element:
    made = etree.Element(f"{{{NAMESPACE}}}{name}", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    made.text = text
    made.extend([child for child in children if child is not None])
    return made


def sequence(name: str, *parts: st.SearchStrategy[etree._Element | None]) -> st.SearchStrategy[etree._Element]:
    return st.tuples(*parts).map(lambda children: element(name, *children))


def optional(strategy: st.SearchStrategy[etree._Element]) -> st.SearchStrategy[etree._Element | None]:
    return st.none() | strategy


def registry(name: str) -> st.SearchStrategy[etree._Element]:
    return sequence(name, texts("Organization", open_text), texts("Type", open_text))


def version(name: str) -> st.SearchStrategy[etree._Element | None]:
    return optional(sequence(name, texts("Major", numbers), texts("Minor", numbers)))


VALIDITY = [optional(texts(name, moments)) for name in ("CreationDate", "NotValidBefore", "NotValidAfter")]
INFO = sequence(
    "BIRInfo",
    optional(texts("Creator", open_text)),
    optional(texts("Index", uuids)),
    optional(texts("Payload", octets)),
    texts("Integrity", flags),
    *VALIDITY,
)
QUALITY = sequence(
    "Quality",
    registry("Algorithm"),
    texts("Score", st.integers(0, 100).map(str)) | texts("QualityCalculationFailed", open_text),
)


def bdb_info(types: st.SearchStrategy[etree._Element | None]) -> st.SearchStrategy[etree._Element]:
    return sequence(
        "BDBInfo",
        optional(texts("ChallengeResponse", octets)),
        optional(texts("Index", uuids)),
        optional(registry("Format")),
        optional(texts("Encryption", flags)),
        *VALIDITY,
        types,
        optional(texts("Subtype", words.map(" ".join))),
        optional(texts("Level", st.sampled_from(["Raw", "Intermediate", "Processed"]))),
        *(
            optional(registry(name))
            for name in (
                "Product", "CaptureDevice", "FeatureExtractionAlgorithm", "ComparisonAlgorithm",
                "CompressionAlgorithm",
            )
        ),
        optional(texts("Purpose", st.sampled_from(["Verify", "Enroll", "EnrollIdentify", "Audit"]))),
        optional(QUALITY),
    )  # fmt: skip


NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


@st.composite
def others(draw: st.DrawFn) -> etree._Element:
    made = element("others")
    if draw(st.integers(0, 9)) == 0:
        made.set(NIL, "true")
        return made
    for _ in range(draw(st.integers(0, 3))):
        key = draw(st.sampled_from([EXCEPTION, PAYLOAD, SPEC_VERSION, CONFIGURED]) | open_text)
        entry = element("entry", text=draw(open_text))
        entry.set("key", key)
        if draw(st.integers(0, 9)) == 0:
            entry.text = None
            entry.set(NIL, "1")
        made.append(entry)
    return made


def type_lists(at_least: int) -> st.SearchStrategy[etree._Element]:
    return texts("Type", st.lists(st.sampled_from(LISTED), min_size=at_least, max_size=3).map(" ".join))


@st.composite
def birs(draw: st.DrawFn, depth: int = 0) -> etree._Element:
    """Everything the schema allows, but that the samples below a root say what they are."""
    info = bdb_info(type_lists(1)) if depth == 1 else optional(bdb_info(optional(type_lists(0))))
    parts = [draw(version("Version")), draw(version("CBEFFVersion")), draw(INFO), draw(info)]
    parts.append(draw(optional(sequence("SBInfo", optional(registry("Format"))))))
    parts += draw(st.lists(birs(depth + 1), max_size=2)) if depth < 2 else []
    parts += [draw(optional(texts(name, octets))) for name in ("BDB", "SB")]
    parts += draw(st.lists(others(), max_size=2))
    return element("BIR", *parts)


Value = tuple[str, tuple[tuple[str, str], ...], object]


def values(node: etree._Element) -> Value:
    """What an element says: its name, its attributes, its children or its text as a value of its type."""
    name, text = etree.QName(node).localname, node.text or ""
    attributes = {key: value.replace("1", "true") if key == NIL else value for key, value in node.attrib.items()}
    says: object = tuple(values(child) for child in node)
    if not len(node) and name in ("Integrity", "Encryption"):
        says = text in ("true", "1")
    elif not len(node) and name in ("Major", "Minor", "Score"):
        says = int(text)
    elif not len(node):
        says = text
    return name, tuple(sorted((str(key), str(value)) for key, value in attributes.items())), says


@pytest.fixture(scope="module")
def published(reference_data: Path) -> etree.XMLSchema:
    return validator(reference_data)


@settings(deadline=None, max_examples=60, database=None, suppress_health_check=list(HealthCheck))
@given(root=birs())
def test_whatever_the_schema_allows_is_written_back_with_every_value(
    published: etree.XMLSchema, root: etree._Element
) -> None:
    content = etree.tostring(root, encoding="UTF-8")
    assert published.validate(etree.fromstring(content)), published.error_log

    file = CbeffFile.parse(content)
    written = file.encode()

    assert values(etree.fromstring(written)) == values(etree.fromstring(content))
    assert published.validate(etree.fromstring(written)), published.error_log
    assert CbeffFile.parse(written) == file


def test_several_lists_of_others_read_as_one_in_which_the_last_entry_counts() -> None:
    first = "<others><entry key='A'>1</entry><entry key='B'>2</entry></others>"
    second = "<others><entry key='A'>3</entry></others>"
    read = CbeffFile.parse(record(behind_info=first + second)).birs[0].others

    assert isinstance(read, ManyOthers)
    assert dict(read) == {"A": "3", "B": "2"}


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
