from __future__ import annotations

import random
import re
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from muster.formats.cbeff import EXCEPTION, PAYLOAD, Bir, CbeffFile, read_children, read_root
from muster.formats.cbeff_rules import SampleFacts, rule_problems, sample_facts
from muster.formats.cbeff_schema import NAMESPACE, schema_problems

INDEX = "5b0c2b1e-7a55-4f0e-9a8c-0f6d6f3c1a11"
FINGER = Bir(
    type="Finger",
    subtype="Left IndexFinger",
    index=INDEX,
    created="2026-01-02T03:04:05.678Z",
    quality=85,
    bdb=b"record",
    sb="header..signature",
    others={PAYLOAD: "{}"},
)
FACE = replace(FINGER, type="Face", subtype="")
EXCEPTION_PHOTO = replace(FINGER, type="ExceptionPhoto", subtype="")
MISSING = replace(FINGER, subtype="Right Thumb", quality=0, bdb=b"", sb="", others={EXCEPTION: "true"})
IRIS = replace(FINGER, type="Iris", subtype="Left")
OURS = CbeffFile(
    tuple(
        replace(each, index=INDEX[:-1] + str(number))
        for number, each in enumerate((FINGER, IRIS, FACE, EXCEPTION_PHOTO, MISSING))
    ),
    ("face",),
)

REGISTRY = "<Organization>Muster</Organization><Type>1</Type>"
# Everything the schema knows, once.
ALL = f"""
<Version><Major>1</Major><Minor>1</Minor></Version>
<CBEFFVersion><Major>1</Major><Minor>1</Minor></CBEFFVersion>
<BIRInfo>
  <Creator>Erika Mustermann</Creator><Index>{INDEX}</Index><Payload>AAEC</Payload><Integrity>true</Integrity>
  <CreationDate>2026-01-02T03:04:05Z</CreationDate><NotValidBefore>2026-01-02T03:04:05Z</NotValidBefore>
  <NotValidAfter>2027-01-02T03:04:05+01:00</NotValidAfter>
</BIRInfo>
<BDBInfo>
  <ChallengeResponse>AAEC</ChallengeResponse><Index>{INDEX}</Index><Format>{REGISTRY}</Format>
  <Encryption>0</Encryption><CreationDate>2026-01-02T03:04:05Z</CreationDate>
  <NotValidBefore>2026-01-02T03:04:05Z</NotValidBefore><NotValidAfter>2027-01-02T03:04:05Z</NotValidAfter>
  <Type>Finger</Type><Subtype>Left Thumb</Subtype><Level>Raw</Level><Product>{REGISTRY}</Product>
  <CaptureDevice>{REGISTRY}</CaptureDevice>
  <FeatureExtractionAlgorithm>{REGISTRY}</FeatureExtractionAlgorithm>
  <ComparisonAlgorithm>{REGISTRY}</ComparisonAlgorithm><CompressionAlgorithm>{REGISTRY}</CompressionAlgorithm>
  <Purpose>Enroll</Purpose>
  <Quality><Algorithm>{REGISTRY}</Algorithm><QualityCalculationFailed>no</QualityCalculationFailed></Quality>
</BDBInfo>
<SBInfo><Format>{REGISTRY}</Format></SBInfo>
<BIR><BIRInfo><Integrity>0</Integrity></BIRInfo>
  <BIR><BIRInfo><Integrity>0</Integrity></BIRInfo>
    <BDBInfo><Quality><Algorithm>{REGISTRY}</Algorithm><Score>85</Score></Quality></BDBInfo></BIR></BIR>
<BDB>AAEC</BDB><SB>AA==</SB>
<others><entry key="EXCEPTION">false</entry><entry key="RETRIES">1</entry></others><others/>
"""
INFO = "<BIRInfo><Integrity>false</Integrity></BIRInfo>"


def tree(content: str) -> etree._Element:
    xsi = "http://www.w3.org/2001/XMLSchema-instance"
    return read_root(f'<BIR xmlns="{NAMESPACE}" xmlns:xsi="{xsi}">{content}</BIR>'.encode())


def schema_says(content: str) -> list[str]:
    return [f"{each.code.name}:{each.place}" for each in schema_problems(tree(content))]


def rules_say(content: str) -> list[str]:
    return [f"{each.code.name}:{each.place}" for each in rule_problems(tree(INFO + content))]


def bdb_info(content: str) -> str:
    return f"{INFO}<BDBInfo>{content}</BDBInfo>"


def sample(
    info: str = "<BDBInfo><Format><Organization/><Type>7</Type></Format><Type>Finger</Type></BDBInfo>",
    rest: str = "<BDB>AAEC</BDB><others/>",
) -> str:
    return f"<BIR>{INFO}{info}{rest}</BIR>"


# The schema


def test_a_bir_without_its_integrity_is_refused() -> None:
    assert schema_says("<BIRInfo/>") == ["CBEFF_ELEMENT_MISSING:BIRInfo/Integrity"]


def test_a_child_without_its_own_information_is_refused() -> None:
    assert schema_says(f"{INFO}<BIR/>") == ["CBEFF_ELEMENT_MISSING:BIR[1]/BIRInfo"]


def test_an_element_in_the_wrong_order_is_refused() -> None:
    told = schema_says(bdb_info("<Purpose>Enroll</Purpose><Level>Raw</Level>"))

    assert told == ["CBEFF_ELEMENT_UNEXPECTED:BDBInfo/Level"]


def test_a_nested_bir_behind_the_record_is_refused() -> None:
    assert schema_says(f"{INFO}<BDB/><BIR>{INFO}</BIR>") == ["CBEFF_ELEMENT_UNEXPECTED:BIR"]


def test_an_element_that_stands_twice_is_refused() -> None:
    assert schema_says(f"{INFO}<BDB/><BDB/>") == ["CBEFF_ELEMENT_UNEXPECTED:BDB"]


def test_an_element_of_another_namespace_is_refused() -> None:
    assert schema_says(f"{INFO}<BDB xmlns=''/>") == ["CBEFF_ELEMENT_UNEXPECTED:BDB"]


def test_an_element_inside_text_is_refused() -> None:
    assert schema_says(f"{INFO}<BDB>AAEC<SB/></BDB>") == ["CBEFF_ELEMENT_UNEXPECTED:BDB/SB"]


def test_text_between_elements_is_refused() -> None:
    assert schema_says(f"{INFO}Mustermann") == ["CBEFF_TEXT_UNEXPECTED:"]


def test_others_with_a_capital_is_refused() -> None:
    assert schema_says(f"{INFO}<Others/>") == ["CBEFF_ELEMENT_UNEXPECTED:Others"]


def test_an_entry_without_a_key_is_refused() -> None:
    assert schema_says(f"{INFO}<others><entry key='A'/><entry/></others>") == [
        "CBEFF_KEY_MISSING:others[1]/entry[2]"
    ]


def test_an_attribute_the_schema_does_not_know_is_refused() -> None:
    assert schema_says(f"{INFO}<others key='A'/>") == ["CBEFF_ATTRIBUTE_WRONG:others[1]"]


def test_a_type_named_in_the_file_is_refused() -> None:
    assert schema_says(f"{INFO}<BDB xsi:type='BIRType'/>") == ["CBEFF_ATTRIBUTE_WRONG:BDB"]


def test_a_quality_has_a_score_or_the_reason_why_not_but_not_both() -> None:
    algorithm = f"<Algorithm>{REGISTRY}</Algorithm>"
    both = "<Score>1</Score><QualityCalculationFailed/>"

    assert schema_says(bdb_info(f"<Quality>{algorithm}{both}</Quality>")) == [
        "CBEFF_ELEMENT_UNEXPECTED:BDBInfo/Quality/QualityCalculationFailed"
    ]
    assert schema_says(bdb_info(f"<Quality>{algorithm}</Quality>")) == [
        "CBEFF_ELEMENT_MISSING:BDBInfo/Quality/Score"
    ]


@pytest.mark.parametrize("score", ["101", "-1", "85.5", "", "many", "\u0661", "9" * 5000])
def test_a_score_is_a_whole_number_from_0_to_100(score: str) -> None:
    content = bdb_info(f"<Quality><Algorithm>{REGISTRY}</Algorithm><Score>{score}</Score></Quality>")

    assert schema_says(content) == ["CBEFF_SCORE_WRONG:BDBInfo/Quality/Score"]


@pytest.mark.parametrize(
    "element, code",
    [
        ("<Index>5b0c2b1e7a554f0e9a8c0f6d6f3c1a11</Index>", "CBEFF_INDEX_WRONG"),
        (f"<Index> {INDEX}</Index>", "CBEFF_INDEX_WRONG"),
        ("<Encryption>yes</Encryption>", "CBEFF_FLAG_WRONG"),
        ("<CreationDate>2026-02-29T00:00:00Z</CreationDate>", "CBEFF_TIME_WRONG"),
        ("<CreationDate>02/01/2026</CreationDate>", "CBEFF_TIME_WRONG"),
        ("<Type>Finger Nose</Type>", "CBEFF_WORD_WRONG"),
        ("<Subtype>Left LeftVein</Subtype>", "CBEFF_WORD_WRONG"),
        ("<Level>raw</Level>", "CBEFF_WORD_WRONG"),
        ("<Purpose>Enroll </Purpose>", "CBEFF_WORD_WRONG"),
        ("<ChallengeResponse>AAE</ChallengeResponse>", "CBEFF_BASE64_WRONG"),
        ("<ChallengeResponse>AB==</ChallengeResponse>", "CBEFF_BASE64_WRONG"),
    ],
)
def test_text_of_the_wrong_form_is_refused(element: str, code: str) -> None:
    assert schema_says(bdb_info(element)) == [f"{code}:BDBInfo/{element[1 : element.index('>')]}"]


def test_a_version_is_a_number() -> None:
    assert schema_says(f"<Version><Major>1.1</Major><Minor>1</Minor></Version>{INFO}") == [
        "CBEFF_NUMBER_WRONG:Version/Major"
    ]


def test_the_place_counts_the_samples() -> None:
    good, bad = f"<BIR>{INFO}</BIR>", "<BIR><BIRInfo><Integrity>no</Integrity></BIRInfo></BIR>"

    assert schema_says(INFO + good + good + bad) == ["CBEFF_FLAG_WRONG:BIR[3]/BIRInfo/Integrity"]


def test_a_problem_says_nothing_of_the_text_it_is_about() -> None:
    (problem,) = schema_problems(tree(bdb_info("<Type>Mustermann</Type>")))

    assert "Mustermann" not in f"{problem.place}{problem.sentence}{problem.detail}"


def test_birs_inside_birs_as_deep_as_a_parser_allows_are_looked_at() -> None:
    content = f"<BIR>{INFO}" * 1500 + "</BIR>" * 1500

    assert schema_says(INFO + content) == []


def test_what_is_written_follows_the_schema_and_the_rules() -> None:
    root = read_root(OURS.encode())

    assert list(schema_problems(root)) == list(rule_problems(root)) == []


def test_everything_the_schema_knows_is_accepted() -> None:
    assert schema_says(ALL) == []


# The same verdict as a schema processor


@pytest.fixture(scope="module")
def published(reference_data: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(reference_data / "mosip" / "mosip-cbeff.xsd"))


NAMES = sorted({etree.QName(each).localname for each in tree(ALL).iter()} | {"Score", "Others", "Muster"})
TEXTS = (
    "", " ", "true", "1", " 0\n", "True", "+1", "-1", "-0", "007", "100", "0100", "101", "4294967295",
    "4294967296", "\u0661", "1.0", "AA==", "AB==", "AAE=", "AAF=", "AAEC", "A A\nEC", "AAE", "AAECA===", "AA= =",
    "=AAA", "AA==AA==", INDEX, INDEX.upper(), f"{INDEX} ", INDEX[1:], "Finger", " Finger\tFace ", "Ear", "Ear ",
    "finger", "Fin\u00a0ger", "Left", "Left Left", "Left Palm", "LeftVein Palm", "Reserved1", "Raw", " Raw",
    "Intermediate", "Enroll", "EnrollVerify", "Audit", "Mustermann",
    "2026-01-02T03:04:05.678901234567Z", "2026-01-02T03:04:05", "2026-01-02t03:04:05z", "2026-01-02T24:00:00.0Z",
    "2026-01-02T24:00:01Z", "2026-01-02T23:59:60Z", "2026-01-02T03:04:05.", "2024-02-29T00:00:00+14:00",
    "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z",
    "2026-01-00T00:00:00Z", "2026-01-01T00:00:00-14:01", "2026-01-01T00:00:00-13:60", "0000-01-01T00:00:00Z",
    "-0004-02-29T00:00:00Z", "-0005-02-29T00:00:00Z", "12026-01-01T00:00:00Z", "02026-01-01T00:00:00Z",
    "2026-01-01 00:00:00", "2026-01-01", f"{'1' * 25}-01-01T00:00:00Z",
)  # fmt: skip
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
ATTRIBUTES = (
    ("key", "EXCEPTION"), ("key", ""), ("Key", "A"), (f"{XSI}nil", "true"), (f"{XSI}nil", " 1 "),
    (f"{XSI}nil", "false"), (f"{XSI}nil", "no"), (f"{XSI}other", "1"), ("{urn:example}key", "A"),
    ("{http://www.w3.org/XML/1998/namespace}lang", "en"),
)  # fmt: skip
BASES = (ALL, INFO + sample() * 2, INFO)


def mutate(root: etree._Element, chance: random.Random) -> None:
    """One change somewhere: to an element, its name, its place, its text or its attributes."""
    element = chance.choice([root, *root.iterdescendants()])
    parent = element.getparent()
    way = chance.randrange(10)
    if way == 0 and parent is not None:
        parent.remove(element)
    elif way == 1 and parent is not None:
        parent.insert(chance.randint(0, len(parent)), deepcopy(element))
    elif way == 2 and parent is not None:
        parent.insert(chance.randint(0, len(parent)), element)
    elif way == 3 and parent is not None:
        element.tag = f"{{{NAMESPACE}}}{chance.choice(NAMES)}"
    elif way == 4:
        etree.SubElement(element, f"{{{NAMESPACE}}}{chance.choice(NAMES)}").text = chance.choice(TEXTS)
    elif way == 5:
        element.tail = chance.choice(("", "\n", "x", "\u00a0")) if parent is not None else None
    elif way == 6:
        name, value = chance.choice(ATTRIBUTES)
        element.set(name, value)
    elif way == 7 and element.attrib:
        del element.attrib[chance.choice(list(element.attrib))]
    else:
        element.text = chance.choice(TEXTS)


def same_verdict(published: etree.XMLSchema, root: etree._Element) -> bool:
    for each in root.iter(*(f"{{{NAMESPACE}}}{name}" for name in ("BDB", "SB", "ChallengeResponse", "Payload"))):
        # libxml2 skips any other character; see the test of that below.
        each.text = re.sub("[^A-Za-z0-9+/= \t\r\n]", "", each.text or "")
    content = etree.tostring(root)
    return published.validate(etree.fromstring(content)) == (not list(schema_problems(read_root(content))))


LEAVES = sorted({etree.QName(each).localname for each in tree(ALL).iter() if not len(each)} - {"others"})


@pytest.mark.parametrize("name", LEAVES)
def test_every_text_gets_the_published_schemas_verdict(published: etree.XMLSchema, name: str) -> None:
    texts = [text for text in TEXTS if "Date" not in name or text == text.strip()]
    differing = []
    for text in texts:
        root = tree(ALL)
        found = root.find(f".//{{{NAMESPACE}}}{name}")
        assert found is not None
        found.text = text
        if not same_verdict(published, root):
            differing.append(text)

    assert differing == []


@pytest.mark.parametrize("position", range(len(list(tree(ALL).iter())) - 1))
def test_without_any_one_element_the_verdict_is_the_published_schemas(
    published: etree.XMLSchema, position: int
) -> None:
    root = tree(ALL)
    element = list(root.iterdescendants())[position]
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)

    assert same_verdict(published, root)


@settings(deadline=None, max_examples=1500, database=None)
@given(base=st.sampled_from(BASES), seed=st.integers(0, 2**32), changes=st.integers(1, 3))
@example(base=ALL, seed=0, changes=0)
def test_a_changed_file_gets_the_published_schemas_verdict(
    published: etree.XMLSchema, base: str, seed: int, changes: int
) -> None:
    root = tree(base)
    chance = random.Random(seed)
    for _ in range(changes):
        mutate(root, chance)

    assert same_verdict(published, root), etree.tostring(root).decode()


def test_where_libxml2_skips_what_is_not_base64_the_standard_is_followed(published: etree.XMLSchema) -> None:
    content = etree.tostring(tree(f"{INFO}<BDB>A!AAA</BDB>"))

    assert published.validate(etree.fromstring(content))
    assert [each.code.name for each in schema_problems(read_root(content))] == ["CBEFF_BASE64_WRONG"]


def test_where_libxml2_refuses_a_time_on_its_own_line_the_standard_is_followed(published: etree.XMLSchema) -> None:
    content = etree.tostring(tree(bdb_info("<CreationDate>\n2026-01-02T03:04:05Z\n</CreationDate>")))

    assert not published.validate(etree.fromstring(content))
    assert list(schema_problems(read_root(content))) == []


# MOSIP's rules behind the schema


def test_a_sample_without_a_record_is_refused() -> None:
    assert rules_say(sample(rest="<BDB> </BDB><others/>")) == ["CBEFF_RECORD_ABSENT:BIR[1]"]
    assert rules_say(sample(rest="<others/>")) == ["CBEFF_RECORD_ABSENT:BIR[1]"]


@pytest.mark.parametrize("word", ["false", ""])
def test_only_an_exception_may_lack_its_record(word: str) -> None:
    entry = "<BDB/><others><entry key='EXCEPTION'>{}</entry></others>"

    assert rules_say(sample(rest=entry.format(word))) == ["CBEFF_RECORD_ABSENT:BIR[1]"]
    assert rules_say(sample(rest=entry.format("true"))) == []


def test_an_exception_that_carries_a_record_is_refused() -> None:
    rest = "<BDB>AAEC</BDB><others><entry key='EXCEPTION'>true</entry></others>"

    assert rules_say(sample(rest=rest)) == ["CBEFF_EXCEPTION_WITH_RECORD:BIR[1]/BDB"]


@pytest.mark.parametrize(
    "key, text",
    [
        ("EXCEPTION", "yes"), ("FORCE_CAPTURED", "1"), ("RETRIES", "many"), ("RETRIES", "-1"),
        ("RETRIES", "\u0661"), ("SDK_SCORE", "good"), ("SDK_SCORE", "1_0"),
    ],
)  # fmt: skip
def test_what_is_told_of_a_capture_has_its_form(key: str, text: str) -> None:
    rest = f"<BDB>AAEC</BDB><others><entry key='{key}'>{text}</entry></others>"

    assert rules_say(sample(rest=rest)) == [f"CBEFF_OTHERS_WRONG:BIR[1]/others/{key}"]


@pytest.mark.parametrize(
    "key, text",
    [("EXCEPTION", "False"), ("RETRIES", "3"), ("SDK_SCORE", "85.0"), ("SDK_SCORE", "1.0E-4"), ("SDK_SCORE", "")],
)
def test_what_mosips_client_tells_of_a_capture_is_accepted(key: str, text: str) -> None:
    assert rules_say(sample(rest=f"<BDB>AAEC</BDB><others><entry key='{key}'>{text}</entry></others>")) == []


def with_index(index: str) -> str:
    form = "<Format><Organization/><Type>7</Type></Format>"
    return sample(info=f"<BDBInfo><Index>{index}</Index>{form}<Type>Finger</Type></BDBInfo>")


def test_an_index_that_stands_twice_is_refused_where_it_stands_again() -> None:
    content = with_index(INDEX) + sample() + sample() + with_index(INDEX.upper())

    assert rules_say(content) == ["CBEFF_INDEX_TWICE:BIR[4]/BDBInfo/Index"]


def test_a_sample_without_a_description_is_refused() -> None:
    assert rules_say(sample(info="")) == ["CBEFF_INFO_ABSENT:BIR[1]"]


@pytest.mark.parametrize("info", ["<BDBInfo/>", "<BDBInfo><Type/></BDBInfo>", "<BDBInfo><Type> </Type></BDBInfo>"])
def test_a_sample_that_does_not_say_what_it_is_is_refused(info: str) -> None:
    assert rules_say(sample(info=info)) == ["CBEFF_TYPE_ABSENT:BIR[1]"]


@pytest.mark.parametrize(
    "kind, form",
    [("Finger", "8"), ("Iris", "7"), ("Face", "9"), ("ExceptionPhoto", "7"), ("Palm", "7"), ("Finger", "")],
)
def test_a_format_that_does_not_fit_the_type_is_refused(kind: str, form: str) -> None:
    info = f"<BDBInfo><Format><Organization/><Type>{form}</Type></Format><Type>{kind}</Type></BDBInfo>"

    assert rules_say(sample(info=info)) == ["CBEFF_FORMAT_WRONG:BIR[1]"]


def test_a_type_without_a_format_is_refused() -> None:
    assert rules_say(sample(info="<BDBInfo><Type>Finger</Type></BDBInfo>")) == ["CBEFF_FORMAT_WRONG:BIR[1]"]


@pytest.mark.parametrize(
    "kind, form", [("Finger", "7"), ("Finger", "2"), ("Iris", "9"), ("Face", "8"), ("ExceptionPhoto", "8")]
)
def test_each_type_has_its_format(kind: str, form: str) -> None:
    info = f"<BDBInfo><Format><Organization/><Type>{form}</Type></Format><Type>{kind}</Type></BDBInfo>"

    assert rules_say(sample(info=info)) == []


def test_a_sample_without_others_is_refused() -> None:
    assert rules_say(sample() + sample(rest="<BDB>AAEC</BDB>")) == ["CBEFF_OTHERS_ABSENT:BIR[2]"]


@pytest.mark.parametrize(
    "claim",
    [
        "<others/>",
        sample(rest="<BDB>AAEC</BDB><SB/>"),
        "<BIR><BIRInfo/><BDBInfo><Format><Organization/><Type>8</Type></Format><Type>ExceptionPhoto</Type></BDBInfo>"
        "<BDB>AAEC</BDB><others/></BIR>",
    ],
    ids=["others of the root", "a signature block", "an exception photo"],
)
def test_a_file_that_claims_to_be_newer_than_1_1_5_needs_others_everywhere(claim: str) -> None:
    assert "CBEFF_OTHERS_ABSENT:BIR[1]" in rules_say(sample(rest="<BDB>AAEC</BDB>") + claim)


def test_a_file_of_1_1_5_has_no_others_and_nothing_is_wrong() -> None:
    assert rules_say(sample(rest="<BDB>AAEC</BDB>") * 2) == []


def test_the_rules_look_at_the_children_of_the_root_only() -> None:
    inner = f"<BIR>{INFO}</BIR>"

    assert rules_say(sample(rest=f"{inner}<BDB>AAEC</BDB><others/>")) == []


@pytest.mark.parametrize("score, quality", [("+85", 85), ("-0", 0), ("0" * 5000 + "7", 7), ("101", None)])
def test_a_score_is_read_as_the_schema_has_it(score: str, quality: int | None) -> None:
    info = f"<Type>Face</Type><Quality><Algorithm>{REGISTRY}</Algorithm><Score>{score}</Score></Quality>"
    (child,) = read_children(tree(f"<BIR>{INFO}<BDBInfo>{info}</BDBInfo></BIR>"))

    assert sample_facts(child).quality == quality


def test_a_score_that_could_not_be_calculated_is_no_score() -> None:
    info = f"<Type>Face</Type><Quality><Algorithm>{REGISTRY}</Algorithm><QualityCalculationFailed/></Quality>"
    (child,) = read_children(tree(f"<BIR>{INFO}<BDBInfo>{info}</BDBInfo></BIR>"))

    assert sample_facts(child) == SampleFacts("Face", "", None, "", is_exception=False)


# The exception photo


def test_an_exception_photo_is_written_as_a_face_of_its_own_type() -> None:
    root = read_root(CbeffFile((EXCEPTION_PHOTO,)).encode())
    (child,) = read_children(root)

    assert sample_facts(child) == SampleFacts("ExceptionPhoto", "", 85, "8", is_exception=False)
    assert list(schema_problems(root)) == list(rule_problems(root)) == []


def test_an_exception_photo_is_read_back_the_same() -> None:
    assert CbeffFile.parse(CbeffFile((EXCEPTION_PHOTO,)).encode()).birs == (EXCEPTION_PHOTO,)


# What others published


def test_mosips_sample_follows_the_schema_and_the_rules(reference_data: Path) -> None:
    root = read_root((reference_data / "mosip" / "sample-cbeff.xml").read_bytes())

    assert list(schema_problems(root)) == list(rule_problems(root)) == []
