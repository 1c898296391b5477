"""GovStack's enrollment request and response, in both dialects, beside the published API."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError

from muster.errors import MalformedData
from muster.formats.bio_attributes import SUBTYPES, type_of
from muster.formats.bir_json import LEVELS, PURPOSES, root_of
from muster.formats.cbeff import Bir, CbeffFile, mosip_details
from muster.formats.cbeff_details import BirDetails, RegistryId
from muster.formats.govstack import (
    ENROLLMENT_UNREADABLE,
    NO_FIELD,
    EnrolledDocument,
    EnrollmentError,
    EnrollmentRequest,
    EnrollmentResponse,
    PacketInfo,
    parse_request,
)
from muster.formats.govstack_profile import Profile
from unit.formats.govstack_yaml import load_api, schema_of

AT = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
RID = "10001100020000120260102030000"
NAME = '[{"language":"eng","value":"Erika Mustermann"},{"language":"ara","value":"إريكا موسترمان"}]'


def _field(birs: tuple[Bir, ...], configured: tuple[str, ...] = ()) -> CbeffFile:
    """One biometric field with what is said of the whole when nobody said anything."""
    file = CbeffFile(birs, configured)
    return replace(file, root=root_of(file))


FINGER = Bir(
    type="Finger",
    subtype="Left IndexFinger",
    index="7f1c0f7e-6bb0-4d7e-8f6b-000000000001",
    created="2026-01-02T03:04:05.678Z",
    quality=81,
    bdb=b"FIR\0\xfb\xff\xbf",
    sb="header..signature",
    others={"EXCEPTION": "false", "RETRIES": "1"},
    details=replace(mosip_details("Finger") or BirDetails(), capture_device=RegistryId("Erika Optics", "Slap 4")),
)
MISSING = Bir("Finger", "Right Thumb", "2", "", 0, b"", "", {"EXCEPTION": "true"})
PHOTO = Bir("ExceptionPhoto", "", "3", "", 90, b"FAC\0", "header..signature", {"EXCEPTION": "false"})
BIOMETRICS = _field((FINGER, MISSING), ("leftIndex", "rightThumb"))
REQUEST = EnrollmentRequest(
    id=RID,
    requested_at=AT,
    ref_id="10001_10002",
    offline=True,
    process="NEW",
    source="REGISTRATION_CLIENT",
    schema_version="0.1",
    fields={"fullName": NAME, "dateOfBirth": "1964/08/12", "postalCode": "14022"},
    meta_info={"metaData": '[{"label":"centerId","value":"10001"}]'},
    audits=({"eventId": "RPR_405", "hostName": "station"},),
    biometrics={NO_FIELD: BIOMETRICS},
    documents={
        "proofOfIdentity": EnrolledDocument(b"%PDF-1.4", "proofOfIdentity", "DOC001", "pdf", "T22000129"),
        "proofOfAddress": EnrolledDocument(b"\xff\xd8", "proofOfAddress", "DOC002", "jpg"),
    },
)
PACKET = PacketInfo(
    RID, "id", "REGISTRATION_CLIENT", "NEW", "10001_10002", "0.1", "sig", "hash", "PacketWriterImpl", "1.0", AT
)
RESPONSE = EnrollmentResponse(
    AT, (PACKET, replace(PACKET, created_at=None)), (EnrollmentError("X", "No."),), "more"
)
Change = Callable[[dict[str, Any]], object]


def _body(profile: Profile = Profile.SOURCE) -> dict[str, Any]:
    return REQUEST.document(profile)


def _first(body: dict[str, Any], key: str = "segments") -> dict[str, Any]:
    segment: dict[str, Any] = body["request"]["biometrics"][key][0]
    return segment


def _parsed(body: object) -> EnrollmentRequest:
    return EnrollmentRequest.parse(json.dumps(body).encode())


# Bodies that are none


@pytest.mark.parametrize(
    ("content", "offset"),
    [
        pytest.param(b"", 0, id="nothing"),
        pytest.param(b"[]", 0, id="a list"),
        pytest.param(b"null", 0, id="null"),
        pytest.param(b'{"id":"\xff"}', 7, id="no UTF-8"),
        pytest.param(b'{"id":}', 6, id="no JSON"),
        pytest.param('{"é":}'.encode(), 6, id="no JSON behind a wide character"),
        pytest.param(b'{"id":NaN}', 0, id="not a number"),
        pytest.param(b'{"id":' + b"1" * 5_000 + b"}", 0, id="a number of 5000 digits"),
        pytest.param(b"[" * 200_000, 0, id="too deep"),
    ],
)
def test_what_is_no_request_is_refused_with_its_offset(content: bytes, offset: int) -> None:
    for parse in (EnrollmentRequest.parse, EnrollmentResponse.parse):
        with pytest.raises(MalformedData) as caught:
            parse(content)
        assert caught.value.code is ENROLLMENT_UNREADABLE
        assert caught.value.offset == offset


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("id", lambda body: body.update(id="govstack.enrolment")),
        ("id", lambda body: body.update(id=5)),
        ("requesttime", lambda body: body.update(requesttime="yesterday")),
        ("requesttime", lambda body: body.update(requesttime="0001-01-01T00:00:00+14:00")),
        ("request", lambda body: body.pop("request")),
        ("request", lambda body: body.update(request=[])),
        ("request.id", lambda body: body["request"].update(id=5)),
        ("request.refId", lambda body: body["request"].update(refId=["10001_10002"])),
        ("request.offlineMode", lambda body: body["request"].update(offlineMode="perhaps")),
        ("request.offlineMode", lambda body: body["request"].update(offlineMode=1)),
        ("request.schemaVersion", lambda body: body["request"].update(schemaVersion=True)),
        ("request.fields", lambda body: body["request"].update(fields="{}")),
        ("request.audits", lambda body: body["request"].update(audits={})),
        ("request.audits", lambda body: body["request"].update(audits=["x"])),
        ("request.documents", lambda body: body["request"].update(documents=[])),
        ("request.documents", lambda body: body["request"].update(documents={"proofOfIdentity": "AAAA"})),
        (
            "request.documents[1].document",
            lambda body: body["request"]["documents"]["proofOfAddress"].update(document="a"),
        ),
        (
            "request.documents[1].document",
            lambda body: body["request"]["documents"]["proofOfAddress"].update(document="é"),
        ),
        ("request.biometrics.segment", lambda body: body["request"].update(biometrics={"version": {"major": 1}})),
        ("request.biometrics", lambda body: body["request"].update(biometrics={"version": 1})),
        (
            "request.biometrics[1].segment",
            lambda body: body["request"].update(biometrics={"a": {"segments": []}, "b": {"segmnts": []}}),
        ),
        ("request.biometrics.segments", lambda body: body["request"]["biometrics"].update(segments={})),
        ("request.biometrics.segments[0].bdbInfo", lambda body: _first(body).pop("bdbInfo")),
        ("request.biometrics.segments[0].bdbInfo.type", lambda body: _first(body)["bdbInfo"].update(type=[])),
        (
            "request.biometrics.segments[0].bdbInfo.type",
            lambda body: _first(body)["bdbInfo"].update(type=["FACE FINGER IRIS"]),
        ),
        (
            "request.biometrics.segments[0].bdbInfo.type",
            lambda body: _first(body)["bdbInfo"].update(type=["FINGER", "FINGER"]),
        ),
        (
            "request.biometrics.segments[0].bdbInfo.subtype",
            lambda body: _first(body)["bdbInfo"].update(subtype=[1]),
        ),
        (
            "request.biometrics.segments[0].bdbInfo.level",
            lambda body: _first(body)["bdbInfo"].update(level="RAW INTERMEDIATE PROCESSED"),
        ),
        (
            "request.biometrics.segments[0].bdbInfo.purpose",
            lambda body: _first(body)["bdbInfo"].update(purpose="ENROLMENT"),
        ),
        (
            "request.biometrics.segments[0].bdbInfo.quality.score",
            lambda body: _first(body)["bdbInfo"]["quality"].update(score=2**63),
        ),
        ("request.biometrics.segments[0].sb", lambda body: _first(body).update(sb=[{}])),
    ],
)
def test_a_part_with_a_wrong_form_is_named_by_its_path(path: str, change: Change) -> None:
    body = _body()
    change(body)
    with pytest.raises(MalformedData) as caught:
        _parsed(body)
    assert caught.value.code is ENROLLMENT_UNREADABLE
    assert caught.value.detail["part"] == path


def test_what_a_person_said_stands_in_no_error() -> None:
    body = _body()
    body["request"]["fields"] = ["Erika Mustermann"]
    body["request"]["documents"] = {"Erika Mustermann": "Erika Mustermann"}
    with pytest.raises(MalformedData) as caught:
        _parsed(body)
    assert "Erika" not in str(caught.value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda each: (
            st.lists(each) | st.dictionaries(st.sampled_from(["segments", "bdbInfo", "type", "bdb"]), each)
        ),
        max_leaves=8,
    )
)
def test_a_request_that_holds_anything_is_read_or_refused(anything: object) -> None:
    for place in ("fields", "metaInfo", "audits", "biometrics", "documents", "offlineMode", "refId"):
        body = _body()
        body["request"][place] = anything
        try:
            _parsed(body)
        except MalformedData as error:
            assert error.code is ENROLLMENT_UNREADABLE


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_random_octets_are_refused(content: bytes) -> None:
    with pytest.raises(MalformedData):
        EnrollmentRequest.parse(content)


# There and back

_TEXT = st.text(max_size=12)
_TEXTS = st.dictionaries(_TEXT, _TEXT, max_size=3)
_MOMENTS = st.integers(-(2**41), 2**42).map(lambda each: AT + timedelta(milliseconds=each))
_BIRS = st.sampled_from([FINGER, MISSING, PHOTO])
_FIELDS = st.builds(
    _field, st.lists(_BIRS, max_size=2).map(tuple), st.sampled_from([(), ("face",), ("face", "leftIndex")])
)
_REQUESTS = st.builds(
    EnrollmentRequest,
    id=st.text(min_size=1, max_size=30),
    requested_at=st.none() | _MOMENTS,
    ref_id=_TEXT,
    offline=st.none() | st.booleans(),
    process=_TEXT,
    source=_TEXT,
    schema_version=_TEXT,
    fields=_TEXTS,
    meta_info=_TEXTS,
    audits=st.lists(_TEXTS, max_size=2).map(tuple),
    biometrics=st.dictionaries(st.sampled_from([NO_FIELD, "individualBiometrics", "others"]), _FIELDS, max_size=2),
    documents=st.dictionaries(
        _TEXT,
        st.builds(EnrolledDocument, st.binary(max_size=9), _TEXT, _TEXT, _TEXT, st.none() | _TEXT),
        max_size=2,
    ),
)


@pytest.mark.parametrize("profile", Profile)
@settings(max_examples=60)
@given(request_=_REQUESTS)
def test_every_request_comes_back_as_it_was(profile: Profile, request_: EnrollmentRequest) -> None:
    assert parse_request(request_.encode(profile)) == (request_, profile)


@pytest.mark.parametrize("profile", Profile)
def test_a_response_comes_back_as_it_was(profile: Profile) -> None:
    assert EnrollmentResponse.parse(RESPONSE.encode(profile)) == RESPONSE


# What is written


def test_the_envelope_names_the_profile() -> None:
    assert _body(Profile.SOURCE)["id"] == "mosip.resident.enrollment"
    assert _body(Profile.GOVSTACK_YAML)["id"] == "govstack.enrollment"
    assert {_body(profile)["version"] for profile in Profile} == {"v1"}
    assert _body()["requesttime"] == "2026-01-02T03:04:05.678Z"


def test_k16_the_samples_stand_under_one_name_or_the_other_and_never_under_both() -> None:
    source, yaml = (_body(each)["request"]["biometrics"] for each in Profile)
    assert len(source["segments"]) == 2 and "segment" not in source
    assert len(yaml["segment"]) == 2 and "segments" not in yaml


def test_an_exception_has_an_empty_record() -> None:
    source, yaml = (_body(each)["request"]["biometrics"] for each in Profile)
    assert (source["segments"][1]["bdb"], yaml["segment"][1]["bdb"]) == ("", [])


def test_a_signature_block_is_the_base64_of_its_text() -> None:
    assert base64.b64decode(_first(_body())["sb"]) == b"header..signature"


@pytest.mark.parametrize(
    ("attribute", "kind", "source", "yaml", "form"),
    [
        ("leftIndex", "FINGER", ["Left Index Finger"], ["Left", "IndexFinger"], "7"),
        ("rightThumb", "FINGER", ["Right Thumb"], ["Right", "Thumb"], "7"),
        ("leftEye", "IRIS", ["Left"], ["Left"], "9"),
        ("face", "FACE", [], [], "8"),
    ],
)
def test_each_dialect_has_its_words_for_a_finger(
    attribute: str, kind: str, source: list[str], yaml: list[str], form: str
) -> None:
    bir = replace(FINGER, type=type_of(attribute), subtype=SUBTYPES[attribute], details=None)
    request = replace(REQUEST, biometrics={NO_FIELD: _field((bir,))})
    infos = [
        _first(request.document(profile), profile.segments_key)["bdbInfo"]
        for profile in (Profile.SOURCE, Profile.GOVSTACK_YAML)
    ]
    assert [each["type"] for each in infos] == [[kind], [kind]]
    assert [each["subtype"] for each in infos] == [source, yaml]
    assert [each["format"] for each in infos] == [{"organization": "Mosip", "type": form}] * 2


def test_k19_a_field_is_text_even_when_it_holds_several_languages() -> None:
    fields = _body()["request"]["fields"]
    assert all(isinstance(each, str) for each in fields.values())
    assert json.loads(fields["fullName"])[0] == {"language": "eng", "value": "Erika Mustermann"}


def test_what_json_can_only_escape_is_written_all_the_same() -> None:
    request = replace(REQUEST, fields={"fullName": "\ud800"})
    assert EnrollmentRequest.parse(request.encode(Profile.SOURCE)).fields == {"fullName": "\ud800"}


def test_the_answers_extras_have_two_spellings() -> None:
    assert RESPONSE.document(Profile.SOURCE)["metadata"] == {"data": "more"}
    assert RESPONSE.document(Profile.GOVSTACK_YAML)["metaData"] == {"data": "more"}


# What is read of others


@pytest.mark.parametrize("key", ["segment", "segments"])
@pytest.mark.parametrize("envelope", ["govstack.enrollment", "mosip.resident.enrollment"])
def test_either_name_of_the_samples_is_read_under_either_id(key: str, envelope: str) -> None:
    body = {**_body(), "id": envelope}
    body["request"]["biometrics"] = {key: body["request"]["biometrics"]["segments"]}
    assert _parsed(body).biometrics[NO_FIELD].birs == (FINGER, MISSING)


def test_k18_samples_by_field_are_read_as_the_packet_writer_wants_them() -> None:
    body = _body()
    whole = body["request"]["biometrics"]
    body["request"]["biometrics"] = {
        "individualBiometrics": whole,
        "introducerBiometrics": {**whole, "segments": whole["segments"][:1]},
        "officerBiometrics": None,
    }
    by_field = {"individualBiometrics": BIOMETRICS, "introducerBiometrics": replace(BIOMETRICS, birs=(FINGER,))}
    assert _parsed(body) == replace(REQUEST, biometrics=by_field)


@pytest.mark.parametrize(
    "requesttime",
    [
        "2026-01-02T03:04:05.678",
        [2026, 1, 2, 3, 4, 5, 678_000_000],
        1767323045678,
        {
            "date": {"year": 2026, "month": 1, "day": 2},
            "time": {"hour": 3, "minute": 4, "second": 5, "nano": 678_000_000},
        },
    ],
)
def test_the_requests_time_is_read_in_each_of_javas_forms(requesttime: object) -> None:
    assert _parsed({**_body(), "requesttime": requesttime}) == REQUEST


def test_a_schema_version_that_is_a_number_is_read_as_its_text() -> None:
    body = _body()
    body["request"]["schemaVersion"] = 0.1
    assert _parsed(body) == REQUEST


def test_a_number_or_an_object_in_place_of_text_is_read_as_its_json() -> None:
    body = _body()
    body["request"]["fields"] = {
        "postalCode": 14022,
        "gender": [{"language": "eng", "value": "FLE"}],
        "phone": None,
    }
    assert _parsed(body).fields == {"postalCode": "14022", "gender": '[{"language":"eng","value":"FLE"}]'}


@pytest.mark.parametrize("nothing", [{}, {"id": None, "requesttime": None}, {"id": "", "requesttime": ""}])
def test_a_request_may_leave_out_everything_but_itself(nothing: dict[str, object]) -> None:
    request, profile = parse_request(json.dumps({**nothing, "request": {"id": RID}}).encode())
    assert (request, profile) == (EnrollmentRequest(RID), Profile.SOURCE)
    assert _parsed({"request": {}}) == EnrollmentRequest("")


def test_what_nobody_said_is_not_said_again() -> None:
    document = EnrollmentRequest(RID).document(Profile.SOURCE)
    assert "requesttime" not in document
    assert "offlineMode" not in document["request"]
    assert "biometrics" not in document["request"]


def test_errors_that_are_null_are_none() -> None:
    body = {"id": "x", "responsetime": "2026-01-02T03:04:05.678Z", "response": None, "errors": None}
    assert EnrollmentResponse.parse(json.dumps(body).encode()) == EnrollmentResponse(AT)


# More about the same person


def test_what_a_later_request_leaves_out_stays() -> None:
    assert REQUEST.updated_by(EnrollmentRequest(RID)) == REQUEST


def test_a_request_that_comes_again_changes_nothing() -> None:
    assert REQUEST.updated_by(REQUEST) == REQUEST


def test_what_a_later_request_sends_replaces() -> None:
    taken_again = replace(FINGER, quality=99)
    later = EnrollmentRequest(
        RID,
        AT,
        offline=False,
        process="UPDATE",
        fields={"postalCode": "10010"},
        audits=({"eventId": "RPR_406"},),
        biometrics={NO_FIELD: CbeffFile((taken_again,)), "introducerBiometrics": _field((PHOTO,))},
        documents={"proofOfAddress": EnrolledDocument(b"new", "proofOfAddress", "DOC003", "pdf")},
    )
    after = REQUEST.updated_by(later)
    assert (after.process, after.ref_id, after.offline) == ("UPDATE", "10001_10002", False)
    assert after.fields == {**REQUEST.fields, "postalCode": "10010"}
    assert after.audits == (*REQUEST.audits, {"eventId": "RPR_406"})
    assert after.biometrics == {
        NO_FIELD: replace(BIOMETRICS, birs=(MISSING, taken_again)),
        "introducerBiometrics": _field((PHOTO,)),
    }
    assert {name: each.type for name, each in after.documents.items()} == {
        "proofOfIdentity": "DOC001",
        "proofOfAddress": "DOC003",
    }


def test_the_first_biometrics_may_come_later() -> None:
    first = replace(REQUEST, biometrics={})
    assert first.updated_by(REQUEST).biometrics == REQUEST.biometrics


# Beside the published API


@pytest.fixture(scope="module")
def api(reference_data: Path) -> dict[str, Any]:
    return load_api(reference_data)


def _check(api: dict[str, Any], name: str, body: object) -> None:
    schema = schema_of(api, name)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(body)


def test_a_request_is_what_the_published_api_asks_for(api: dict[str, Any]) -> None:
    _check(api, "enrollmentRequest", _body(Profile.GOVSTACK_YAML))


def test_a_response_is_what_the_published_api_promises(api: dict[str, Any]) -> None:
    _check(api, "enrollmentResponse", RESPONSE.document(Profile.GOVSTACK_YAML))


def _bdb_info_schema(schema: dict[str, Any]) -> dict[str, Any]:
    biometrics = schema["properties"]["request"]["properties"]["biometrics"]["properties"]
    info: dict[str, Any] = biometrics["segment"]["items"]["properties"]["bdbInfo"]["properties"]
    return info


@pytest.mark.parametrize("name", ["level", "purpose"])
def test_the_published_enums_refuse_every_word_until_they_are_repaired(api: dict[str, Any], name: str) -> None:
    word = _first(_body(Profile.GOVSTACK_YAML), "segment")["bdbInfo"][name]
    broken = _bdb_info_schema(api["components"]["schemas"]["enrollmentRequest"])[name]["enum"]
    assert len(broken) == 1 and word in broken[0].split() and word not in broken
    assert word in _bdb_info_schema(schema_of(api, "enrollmentRequest"))[name]["enum"]


def test_our_enums_are_the_published_ones(api: dict[str, Any]) -> None:
    info = _bdb_info_schema(schema_of(api, "enrollmentRequest"))
    assert info["level"]["enum"] == list(LEVELS)
    assert info["purpose"]["enum"] == list(PURPOSES)
    assert info["type"]["items"]["enum"] == ["FACE", "FINGER", "IRIS"]
    assert set(_first(_body())["bdbInfo"]) <= set(info)


@pytest.mark.parametrize(
    "change",
    [
        lambda body: _first(body, "segment").update(bdb="AAAA"),
        lambda body: _first(body, "segment").update(sb=[b"AAAA".hex(), 5]),
        lambda body: _first(body, "segment")["bdbInfo"].update(type=["TOE"]),
        lambda body: _first(body, "segment")["bdbInfo"]["quality"].update(qualityCalculationFailed=False),
        lambda body: body["request"]["fields"].update(fullName=[{"language": "eng", "value": "Erika"}]),
        lambda body: body["request"].update(offlineMode="false"),
    ],
)
def test_the_repaired_api_would_notice_a_mistake(api: dict[str, Any], change: Change) -> None:
    body = _body(Profile.GOVSTACK_YAML)
    change(body)
    with pytest.raises(ValidationError):
        _check(api, "enrollmentRequest", body)


def test_enrolling_is_a_put(api: dict[str, Any]) -> None:
    assert set(api["paths"]) == {"/enrollment"}
    assert set(api["paths"]["/enrollment"]) == {"put"}
