"""Lists that travel with registrations to be reviewed, and with the decisions about them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from muster.errors import MalformedData
from muster.formats.review_bundle import CaseFile, CaseList, Decided, DecisionList, ReviewerKeys

_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
_REGISTRATION_ID = "10001100010000120260301120000"
_PACKET_ID = f"{_REGISTRATION_ID}-10001_10001-20260301120000"
_FINGERPRINT = ":".join(["0a"] * 32)
_KEYS = ReviewerKeys("10001_10002", b"key", b"encryption key")
_CASE = CaseFile(_REGISTRATION_ID, _PACKET_ID, "ab" * 32)
_CASES = CaseList("10001_10001", b"key", _FINGERPRINT, _AT, (_CASE,))
_DECIDED = Decided(_REGISTRATION_ID, _PACKET_ID, "rejected", "DPG", "erika", _AT, ("face_twice", "at_night"))
_DECISIONS = DecisionList("10001_10002", b"key", _FINGERPRINT, _AT, (_DECIDED,))


def _changed(content: bytes, **changes: Any) -> bytes:
    return json.dumps({**json.loads(content), **changes}).encode()


def _case(**changes: Any) -> bytes:
    (case,) = json.loads(_CASES.encode())["cases"]
    return _changed(_CASES.encode(), cases=[{**case, **changes}])


def _decision(**changes: Any) -> bytes:
    (decision,) = json.loads(_DECISIONS.encode())["decisions"]
    return _changed(_DECISIONS.encode(), decisions=[{**decision, **changes}])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff",
        _CASES.encode(),
        _changed(_KEYS.encode(), format=2),
        _changed(_KEYS.encode(), kind="cases"),
        _changed(_KEYS.encode(), station="somewhere"),
        _changed(_KEYS.encode(), key="%%"),
        _changed(_KEYS.encode(), encryptionKey=3),
    ],
)
def test_what_is_not_a_reviewers_keys_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedData) as caught:
        ReviewerKeys.parse(content)
    assert caught.value.code.name == "REVIEW_LIST_UNREADABLE"


def test_a_reviewers_keys_are_read_as_they_were_written() -> None:
    assert ReviewerKeys.parse(_KEYS.encode()) == _KEYS


@pytest.mark.parametrize(
    "content",
    [
        _DECISIONS.encode(),
        _case(registrationId="../../../etc/passwd"),
        _case(registrationId="1"),
        _case(packetId="a/b"),
        _case(packetId=None),
        _case(sha256="AB" * 32),
        _changed(_CASES.encode(), cases=[3]),
        replace(_CASES, cases=(_CASE, _CASE)).encode(),
        _changed(_CASES.encode(), station=""),
        _changed(_CASES.encode(), key="%%"),
        _changed(_CASES.encode(), at="yesterday"),
        _changed(_CASES.encode(), **{"for": "0a0a"}),
    ],
)
def test_what_is_not_a_list_of_cases_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedData):
        CaseList.parse(content)


def test_a_list_of_cases_is_read_as_it_was_written() -> None:
    assert CaseList.parse(_CASES.encode()) == _CASES


@pytest.mark.parametrize(
    "content",
    [
        _CASES.encode(),
        _decision(registrationId="1"),
        _decision(packetId=""),
        _decision(decision="Approved!"),
        _decision(reason="no reason"),
        _decision(operator="erika mustermann"),
        _decision(operator=""),
        _decision(at=None),
        _decision(signs=[3]),
    ],
)
def test_what_is_not_a_list_of_decisions_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedData):
        DecisionList.parse(content)


@pytest.mark.parametrize("decided", [_DECIDED, replace(_DECIDED, decision="approved", reason="", signs=())])
def test_decisions_are_read_as_they_were_written(decided: Decided) -> None:
    decisions = replace(_DECISIONS, decisions=(decided,))
    assert DecisionList.parse(decisions.encode()) == decisions


def test_a_sign_that_is_no_word_is_left_out() -> None:
    (decided,) = DecisionList.parse(_decision(signs=["face_twice", "<b>"])).decisions
    assert decided.signs == ("face_twice",)
