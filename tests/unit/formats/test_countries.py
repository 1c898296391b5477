from __future__ import annotations

import pytest

from muster.formats.countries import alpha2, alpha3


@pytest.mark.parametrize("code", ["FR", "FRA", "fr", " fra "])
def test_k9_a_state_is_kept_in_three_letters_and_told_in_two(code: str) -> None:
    assert (alpha3(code), alpha2(code)) == ("FRA", "FR")


@pytest.mark.parametrize(
    ("code", "three", "two"),
    [("D", "DEU", "DE"), ("GBN", "GBR", "GB"), ("RKS", "XKX", "XK"), ("XK", "XKX", "XK"), ("USA", "USA", "US")],
)
def test_what_only_passports_write_is_understood(code: str, three: str, two: str) -> None:
    assert (alpha3(code), alpha2(code)) == (three, two)


@pytest.mark.parametrize("code", ["", "UTO", "France", "X", "é"])
def test_what_is_no_code_stays_as_it_is(code: str) -> None:
    assert (alpha3(code), alpha2(code)) == (code, code)
