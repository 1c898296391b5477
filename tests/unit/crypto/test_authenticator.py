"""Codes of an authenticator: RFC 6238's vectors, and which codes count when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from muster.crypto.authenticator import SECRET_LENGTH, new_secret, setup_uri, step_of

# RFC 6238, appendix B, SHA-1; the last six of its eight digits, as its truncation gives them.
_SECRET = b"12345678901234567890"
_VECTORS = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize("code", ["", "28708", "2870821", "abcdef", "٢٨٧٠٨٢", "000000", "287083"])
def test_what_is_not_the_code_belongs_to_no_step(code: str) -> None:
    assert step_of(_SECRET, code, _at(59)) is None


@pytest.mark.parametrize("seconds", _VECTORS)
def test_the_codes_of_rfc_6238_belong_to_their_steps(seconds: int) -> None:
    assert step_of(_SECRET, _VECTORS[seconds], _at(seconds)) == seconds // 30


@pytest.mark.parametrize(("late_s", "counts"), [(-30, True), (30, True), (-60, False), (60, False)])
def test_a_code_counts_one_step_early_or_late_and_not_two(late_s: int, counts: bool) -> None:
    step = step_of(_SECRET, _VECTORS[1111111109], _at(1111111109) + timedelta(seconds=late_s))
    assert (step == 1111111109 // 30) is counts


def test_a_code_may_be_typed_as_apps_show_it() -> None:
    assert step_of(_SECRET, "287 082", _at(59)) == 1


def test_another_secret_has_other_codes() -> None:
    assert len(new_secret()) == SECRET_LENGTH
    assert step_of(new_secret(), _VECTORS[59], _at(59)) is None


def test_an_app_learns_whose_code_it_makes_and_where() -> None:
    uri = setup_uri(_SECRET, "erika", "10001_10002")
    assert uri.startswith("otpauth://totp/Muster%2010001_10002:erika?")
    assert "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" in uri
