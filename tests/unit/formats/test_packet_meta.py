"""What a packet says about itself, by whichever client wrote it; real packets are read in ``packet``'s tests."""

from __future__ import annotations

from typing import Any

import pytest

from muster.errors import MalformedData
from muster.formats.packet_meta import Capture, FiledDocument, MissingSample, PacketMeta

_CAPTURE = {"numRetry": 2, "forceCaptured": True, "birindex": "i"}


@pytest.mark.parametrize(
    "identity",
    [
        {"registrationId": 3},
        {"biometrics": []},
        {"biometrics": {"individualBiometrics": []}},
        {"biometrics": {"individualBiometrics": {"face": 3}}},
        {"biometrics": {"individualBiometrics": {"face": {"numRetry": "many"}}}},
        {"metaData": {}},
        {"metaData": [3]},
        {"metaData": [{"label": "a", "value": {}}]},
        {"operationsData": [{"label": "a", "value": ["b"]}]},
        {"operationsData": [{"label": 3, "value": "b"}]},
        {"documents": [3]},
    ],
)
def test_a_part_out_of_form_is_refused(identity: dict[str, Any]) -> None:
    with pytest.raises(MalformedData) as caught:
        PacketMeta.read(identity)
    assert caught.value.code.name == "PACKET_META_UNREADABLE"


@pytest.mark.parametrize(
    "capture", [_CAPTURE, {"numOfRetries": 2, "isForceCaptured": "true", "index": "i"}], ids=["1.2", "Android"]
)
def test_a_capture_is_told_under_the_names_of_every_client(capture: dict[str, Any]) -> None:
    meta = PacketMeta.read({"biometrics": {"individualBiometrics": {"face": capture}, "introducer": None}})
    assert meta.captures == (Capture("individualBiometrics", "face", attempts=2, forced=True, index="i"),)


def test_what_is_absent_is_empty() -> None:
    assert PacketMeta.read({}) == PacketMeta("", "", {}, {}, (), (), ())


def test_of_two_values_with_one_label_the_first_counts_and_null_is_none() -> None:
    labelled = [{"label": "a", "value": None}, {"label": "a", "value": 1}, {"label": "a", "value": 2}]
    assert PacketMeta.read({"metaData": labelled}).about == {"a": "1"}


def test_a_sample_that_is_missing_and_a_document_say_what_they_are() -> None:
    missing = {"f": {"leftThumb": {"reason": "Lost", "exceptionType": "Permanent"}}}
    document = {"documentName": "n", "documentCategory": "POI", "documentType": "t", "documentOwner": "o"}
    meta = PacketMeta.read({"exceptionBiometrics": missing, "documents": [document]})
    assert meta.missing == (MissingSample("f", "leftThumb", "Lost", "Permanent"),)
    assert meta.documents == (FiledDocument("n", "POI", "t", "o", None),)


@pytest.mark.parametrize(("version", "is_for_training"), [("1.0-training", True), ("1.0", False), ("", False)])
def test_what_a_training_station_packed_says_so(version: str, is_for_training: bool) -> None:
    labelled = [{"label": "Registration Client Version Number", "value": version}]
    assert PacketMeta.read({"metaData": labelled}).is_for_training is is_for_training
