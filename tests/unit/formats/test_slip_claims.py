"""What the code on a slip says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from muster.errors import MalformedData
from muster.formats.slip_claims import SlipClaims, name_hash, photo_hash

NUMBER = "10001100010000120260301120000"
CLAIMS = SlipClaims(
    NUMBER,
    datetime(2026, 3, 1, 12, tzinfo=UTC),
    datetime(2027, 3, 1, 12, tzinfo=UTC),
    name_hash(NUMBER, "Erika Mustermann"),
    photo_hash("ab" * 32),
)


def test_claims_come_back_as_they_were() -> None:
    assert SlipClaims.parse(CLAIMS.encode()) == CLAIMS


def test_a_name_is_known_by_its_hash_however_it_is_spaced_and_written() -> None:
    assert CLAIMS.is_of(" erika   MUSTERMANN ")
    assert not CLAIMS.is_of("Max Mustermann")


def test_the_same_name_on_another_slip_has_another_hash() -> None:
    assert name_hash(NUMBER, "Erika") != name_hash(NUMBER[:-1] + "1", "Erika")


def test_a_slip_without_a_name_is_of_nobody() -> None:
    assert name_hash(NUMBER, "  ") == ""
    assert not SlipClaims(NUMBER, CLAIMS.issued_at, CLAIMS.expires_at, "", "").is_of("")


def test_the_name_is_not_in_the_claims() -> None:
    assert b"rika" not in CLAIMS.encode()


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"sub": "1" * 28},
        {"sub": "x" * 29},
        {"sub": 1},
        {"iat": "soon"},
        {"iat": True},
        {"exp": 10**30},
        {"nh": "x"},
        {"ph": None},
    ],
)
def test_claims_that_no_slip_makes_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedData, match="SLIP_CLAIMS_UNREADABLE"):
        SlipClaims.parse(json.dumps({**json.loads(CLAIMS.encode()), **change}).encode())


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"\xff", b'{"v":1}'])
def test_what_is_no_claim_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedData, match="SLIP_CLAIMS_UNREADABLE"):
        SlipClaims.parse(content)


def test_a_slip_of_training_says_so_and_any_other_is_as_long_as_before() -> None:
    trained = replace(CLAIMS, training=True)
    assert SlipClaims.parse(trained.encode()) == trained
    assert b'"tr"' not in CLAIMS.encode()
