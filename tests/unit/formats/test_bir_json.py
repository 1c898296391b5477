"""Biometric records in JSON: what others write is read, and nothing said becomes something else."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.errors import BadInput, Code, MalformedData
from muster.formats.bio_attributes import SUBTYPES, type_of
from muster.formats.bir_json import (
    LEVELS,
    PURPOSES,
    biometrics_document,
    bir_document,
    parse_biometrics,
    parse_bir,
    root_of,
    under_root,
)
from muster.formats.cbeff import CONFIGURED, Bir, CbeffFile, mosip_details
from muster.formats.cbeff_details import BirDetails, BirInfo, RegistryId
from muster.formats.govstack_profile import Profile
from muster.formats.json_part import JsonPart

CODE = Code("TEST_UNREADABLE", "{part}")
PLACES = {(type_of(name), subtype) for name, subtype in SUBTYPES.items()} | {("ExceptionPhoto", "")}
INDEX, AT = "7f1c0f7e-6bb0-4d7e-8f6b-000000000001", "2026-01-02T03:04:05.678Z"
EVERYTHING = Bir(
    type="Finger",
    subtype="Left IndexFinger",
    index=INDEX,
    created="2026-01-02T03:04:05.0166982+05:30",
    quality=81,
    bdb=b"FIR\0\xfb\xff\xbf",
    sb="header..signature",
    others={"EXCEPTION": "false", "RETRIES": "1"},
    details=BirDetails(
        version=(2, 0),
        cbeff_version=(1, 3),
        info=BirInfo(
            True, "Erika Optics", "index", b"payload", "2026-01-02T03:04:05Z", "", "2027-01-02T03:04:05Z"
        ),
        challenge_response=b"\0\1",
        format=RegistryId("Erika", "2"),
        encryption=True,
        not_valid_before="2026-01-01T00:00:00Z",
        not_valid_after="2026-12-31T00:00:00Z",
        level="Intermediate",
        product=RegistryId("a", "1"),
        capture_device=RegistryId("b", "2"),
        feature_extraction=RegistryId("c", "3"),
        comparison=RegistryId("d", "4"),
        compression=RegistryId("e", "5"),
        purpose="EnrollVerify",
        quality_algorithm=RegistryId("NIST", "NFIQ2"),
        quality_failed="too dark",
        sb_format=RegistryId("f", "6"),
    ),
)
PLAIN = Bir(
    "Finger",
    "Right Thumb",
    "7f1c0f7e-6bb0-4d7e-8f6b-000000000002",
    "2026-01-02T03:04:05.678Z",
    0,
    b"",
    "",
    {"EXCEPTION": "true"},
)
PHOTO = Bir(
    "ExceptionPhoto",
    "",
    "7f1c0f7e-6bb0-4d7e-8f6b-000000000003",
    "2026-01-02T03:04:05.678Z",
    93,
    b"FAC\0",
    "h..s",
    {"EXCEPTION": "false"},
)
Change = Callable[[dict[str, Any]], object]


def _parsed(document: object) -> Bir:
    return parse_bir(JsonPart.of(json.dumps(document).encode(), CODE))


def _changed(change: Change, bir: Bir = EVERYTHING) -> Bir:
    document = bir_document(bir, Profile.SOURCE)
    change(document)
    return _parsed(document)


# Refused


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("bdbInfo", lambda bir: bir.pop("bdbInfo")),
        ("bdbInfo.type", lambda bir: bir["bdbInfo"].update(type=["VOICE"])),
        ("bdbInfo.type", lambda bir: bir["bdbInfo"].update(type=["IRIS"])),
        ("bdbInfo.quality.score", lambda bir: bir["bdbInfo"]["quality"].update(score=81.5)),
        ("bdbInfo.quality.score", lambda bir: bir["bdbInfo"]["quality"].update(score=1e300)),
        ("bdbInfo.creationDate", lambda bir: bir["bdbInfo"].update(creationDate=[2026, 1])),
        ("bdbInfo.format", lambda bir: bir["bdbInfo"].update(format="7")),
        ("bdbInfo.format.type", lambda bir: bir["bdbInfo"]["format"].update(type=True)),
        ("birInfo.integrity", lambda bir: bir["birInfo"].update(integrity="perhaps")),
        ("version.major", lambda bir: bir["version"].update(major="1")),
        ("bdb", lambda bir: bir.update(bdb=[70, 256])),
        ("bdb", lambda bir: bir.update(bdb=[70, -129])),
        ("bdb", lambda bir: bir.update(bdb=[70, 10**30])),
        ("bdb", lambda bir: bir.update(bdb=[70, "AAAA"])),
        ("bdb", lambda bir: bir.update(bdb=[True])),
        ("bdb", lambda bir: bir.update(bdb=["70", "73", "82"])),
        ("bdb", lambda bir: bir.update(bdb=["AAA=", "AAAA"])),
        ("birs[1].bdbInfo", lambda bir: bir.update(birs=[bir_document(PLAIN, Profile.SOURCE), {}])),
    ],
)
def test_a_wrong_form_is_refused_by_its_path(path: str, change: Change) -> None:
    with pytest.raises(MalformedData) as caught:
        _changed(change)
    assert caught.value.code is CODE
    assert caught.value.detail["part"] == path


@pytest.mark.parametrize(
    "bir",
    [
        replace(PLAIN, type="Voice"),
        replace(PLAIN, type="Voice", details=mosip_details("Finger")),
        replace(PLAIN, subtype="Left Toe"),
        replace(EVERYTHING, details=BirDetails(level="Cooked")),
        replace(EVERYTHING, details=BirDetails(purpose="Sale")),
    ],
)
def test_what_json_has_no_word_for_is_not_written(bir: Bir) -> None:
    for profile in Profile:
        with pytest.raises(BadInput):
            bir_document(bir, profile)


def test_samples_too_deep_inside_samples_are_neither_written_nor_read() -> None:
    inner = document = bir_document(PLAIN, Profile.SOURCE)
    bir = PLAIN
    for _ in range(33):
        document = {**inner, "birs": [document]}
        bir = replace(PLAIN, birs=(bir,))
    with pytest.raises(MalformedData):
        _parsed(document)
    with pytest.raises(BadInput):
        bir_document(bir, Profile.SOURCE)


_DOCUMENT = bir_document(replace(EVERYTHING, birs=(PLAIN,)), Profile.SOURCE)


def _places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, below in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _places(below, (*path, key))


@settings(max_examples=300)
@given(
    st.sampled_from(sorted(_places(_DOCUMENT), key=str)),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda each: (
            st.lists(each, max_size=7)
            | st.dictionaries(st.sampled_from(["date", "time", "year", "hour", "major", "type", "bdbInfo"]), each)
        ),
        max_leaves=9,
    ),
)
def test_anything_anywhere_is_read_or_refused_and_what_was_read_can_be_written(
    path: tuple[Any, ...], anything: object
) -> None:
    document = place = json.loads(json.dumps(_DOCUMENT))
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = anything
    try:
        bir = parse_bir(JsonPart("bir", document, CODE))
    except MalformedData as error:
        assert error.code is CODE
        return
    for profile in Profile:
        assert _parsed(bir_document(bir, profile)) == bir


# There and back

_TEXT = st.text(max_size=9)
_OCTETS = st.none() | st.binary(max_size=9)
_TIMES = st.sampled_from(["", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.0166982+05:30"])
_REGISTRIES = st.none() | st.builds(RegistryId, _TEXT, _TEXT)
_VERSIONS = st.none() | st.tuples(st.integers(0, 9), st.integers(0, 9))
_DETAILS = st.builds(
    BirDetails,
    version=_VERSIONS,
    cbeff_version=_VERSIONS,
    info=st.builds(BirInfo, st.booleans(), st.none() | _TEXT, _TEXT, _OCTETS, _TIMES, _TIMES, _TIMES),
    challenge_response=_OCTETS,
    format=_REGISTRIES,
    encryption=st.none() | st.booleans(),
    not_valid_before=_TIMES,
    not_valid_after=_TIMES,
    level=st.sampled_from(["", *LEVELS.values()]),
    product=_REGISTRIES,
    capture_device=_REGISTRIES,
    feature_extraction=_REGISTRIES,
    comparison=_REGISTRIES,
    compression=_REGISTRIES,
    purpose=st.sampled_from(["", *PURPOSES.values()]),
    quality_algorithm=_REGISTRIES,
    quality_failed=st.sampled_from([None, "true", "too dark"]),
    sb_format=st.builds(RegistryId, _TEXT, _TEXT),
)
_OTHERS = st.dictionaries(_TEXT, _TEXT, max_size=3)
_PLACES = st.sampled_from(sorted(PLACES))


def _bir(place: tuple[str, str], **parts: Any) -> Bir:
    return Bir(*place, **parts)


_BIRS = st.builds(
    _bir,
    _PLACES,
    index=_TEXT,
    created=_TIMES,
    quality=st.integers(-(2**63), 2**63 - 1),
    bdb=st.binary(max_size=20),
    sb=st.binary(max_size=9).map(lambda octets: octets.decode("utf-8", "surrogateescape")),
    others=_OTHERS,
    details=st.none() | _DETAILS,
)


@pytest.mark.parametrize("profile", Profile)
@settings(max_examples=60)
@given(bir=_BIRS, inside=st.lists(_BIRS, max_size=2))
def test_every_sample_comes_back_as_it_was(profile: Profile, bir: Bir, inside: list[Bir]) -> None:
    bir = replace(bir, birs=tuple(inside))
    assert _parsed(bir_document(bir, profile)) == bir


@pytest.mark.parametrize("profile", Profile)
def test_all_that_a_sample_can_say_survives(profile: Profile) -> None:
    assert _parsed(bir_document(EVERYTHING, profile)) == EVERYTHING


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("version", [None, (1, 1), (1, 0), (2, 1)])
def test_what_is_said_of_the_whole_survives(profile: Profile, version: tuple[int, int] | None) -> None:
    root = root_of(CbeffFile((), ("face", "leftIndex")))
    details = replace(root.details or BirDetails(), version=version, info=BirInfo(creator="me", payload=b"x"))
    file = under_root((EVERYTHING, PLAIN, PHOTO), replace(root, details=details))
    document = biometrics_document(file, profile)
    assert parse_biometrics(JsonPart.of(json.dumps(document).encode(), CODE)) == file
    assert file.configured == ("face", "leftIndex")


def test_json_and_xml_say_the_same() -> None:
    file = CbeffFile((replace(EVERYTHING, details=None), PLAIN, PHOTO), ("face",))
    in_json = biometrics_document(CbeffFile.parse(file.encode()), Profile.SOURCE)
    back = parse_biometrics(JsonPart.of(json.dumps(in_json).encode(), CODE))
    assert (back.birs, back.configured) == (file.birs, file.configured)


# What is written


def test_the_photo_of_an_exception_is_never_taken_for_a_face() -> None:
    source, yaml = (bir_document(PHOTO, profile)["bdbInfo"] for profile in Profile)
    assert (source["type"], source["subtype"]) == (["EXCEPTION_PHOTO"], [])
    assert (yaml["type"], yaml["subtype"]) == (["FACE"], ["ExceptionPhoto"])
    assert source["format"] == yaml["format"] == {"organization": "Mosip", "type": "8"}


def test_a_quality_that_nobody_calculated_is_not_said() -> None:
    assert "quality" not in bir_document(replace(PLAIN, details=BirDetails()), Profile.SOURCE)["bdbInfo"]


def test_octets_are_standard_base64_and_in_the_yaml_an_array() -> None:
    text = base64.b64encode(EVERYTHING.bdb).decode()
    assert bir_document(EVERYTHING, Profile.SOURCE)["bdb"] == text
    document = bir_document(EVERYTHING, Profile.GOVSTACK_YAML)
    assert (document["bdb"], document["birInfo"]["payload"]) == ([text], ["cGF5bG9hZA=="])


def test_without_a_root_the_whole_says_what_the_form_asked_for() -> None:
    document = biometrics_document(CbeffFile((), ("face", "leftEye")), Profile.GOVSTACK_YAML)
    assert document["others"] == {CONFIGURED: "face,leftEye"}
    assert document["version"] == {"major": 1, "minor": 1}


# What is read of others


@pytest.mark.parametrize(
    "bdb",
    [
        [70, 73, 82, 0, -5, -1, -65],
        [70, 73, 82, 0, 251, 255, 191],
        "RklSAPv/vw==",
        "RklSAPv_vw",
        ["RklSAPv_vw"],
        ["", "RklSAPv/vw=="],
        ["RklS", "APv/vw=="],
    ],
)
def test_octets_are_read_as_text_in_pieces_and_as_numbers_with_or_without_a_sign(bdb: object) -> None:
    assert _changed(lambda bir: bir.update(bdb=bdb)) == EVERYTHING


@pytest.mark.parametrize("nothing", ["", [], [""], None])
def test_an_empty_record_is_read_in_every_form(nothing: object) -> None:
    assert _changed(lambda bir: bir.update(bdb=nothing)).bdb == b""


@pytest.mark.parametrize(
    ("kind", "subtype"), [("EXCEPTION_PHOTO", []), ("ExceptionPhoto", [""]), ("Face", ["ExceptionPhoto"])]
)
def test_the_photo_of_an_exception_is_read_under_every_name(kind: str, subtype: list[str]) -> None:
    assert _changed(lambda bir: bir["bdbInfo"].update(type=[kind], subtype=subtype), PHOTO) == PHOTO


@pytest.mark.parametrize(
    "subtype", ["Left IndexFinger", ["Left IndexFinger"], ["Left", "IndexFinger"], ["Left", "Index", "Finger"]]
)
def test_the_blanks_in_a_fingers_name_do_not_matter(subtype: object) -> None:
    assert _changed(lambda bir: bir["bdbInfo"].update(subtype=subtype, type="Finger")) == EVERYTHING


@pytest.mark.parametrize("said", [False, None, "", "false", "False"])
def test_a_calculation_that_did_not_fail_is_read_in_every_form(said: object) -> None:
    read = _changed(lambda bir: bir["bdbInfo"]["quality"].update(qualityCalculationFailed=said))
    assert read.details and read.details.quality_failed is None


def test_a_score_with_a_decimal_point_and_a_type_that_is_a_number_are_read() -> None:
    def change(bir: dict[str, Any]) -> None:
        bir["bdbInfo"]["quality"]["score"] = 81.0
        bir["bdbInfo"]["format"]["type"] = 2

    assert _changed(change) == EVERYTHING
