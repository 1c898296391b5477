"""A value in several languages."""

from __future__ import annotations

from muster.domain.applicant import LocalizedText


def test_a_text_in_no_language_reads_as_nothing() -> None:
    assert LocalizedText(()).in_language("eng") == ""


def test_the_text_in_the_wanted_language_is_given() -> None:
    assert LocalizedText.of(eng="Erika", ara="إريكا").in_language("ara") == "إريكا"


def test_another_language_stands_in_for_a_missing_one() -> None:
    assert LocalizedText.of(eng="Erika").in_language("fra") == "Erika"


def test_an_empty_text_counts_as_missing() -> None:
    assert LocalizedText.of(eng="", fra="", ara="إريكا").in_language("eng") == "إريكا"


def test_texts_empty_in_every_language_read_as_nothing() -> None:
    assert LocalizedText.of(eng="", fra="").in_language("eng") == ""
