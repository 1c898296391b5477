"""Words nobody wants in a name, found as words and not inside others."""

from __future__ import annotations

import pytest

from muster.domain.applicant import LocalizedText
from muster.workstation.blocklist import blocklisted_words, folded, kept_words

LIST = {"eng": frozenset({"damn"}), "fra": frozenset({"Mérde", "bon sang"}), "ara": frozenset({"كلمة"})}


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("Erika Damn", "eng", ("damn",)),
        ("DAMN-Mustermann", "eng", ("damn",)),
        ("merde alors", "fra", ("Mérde",)),
        ("Bon  Sang!", "fra", ("bon sang",)),
        ("كَلِمَه", "ara", ("كلمة",)),
        ("damn, bon sang", "", ("bon sang", "damn")),
    ],
)
def test_a_listed_word_is_found_whatever_its_accents_and_capitals(
    text: str, language: str, words: tuple[str, ...]
) -> None:
    assert blocklisted_words(text, language, LIST) == words


@pytest.mark.parametrize(
    ("text", "language"),
    [("Damnville", "eng"), ("Goddamn", "eng"), ("sang bon", "fra"), ("bon", "fra"), ("Damn", "fra"), ("", "eng"),
     ("Damn", "hin")],
)  # fmt: skip
def test_parts_of_words_and_other_languages_words_are_none(text: str, language: str) -> None:
    assert blocklisted_words(text, language, LIST) == ()


def test_what_stays_is_told_by_field() -> None:
    values = {"fullName": LocalizedText.of(eng="Erika Damn", fra="Erika Merde"), "phone": "1"}
    assert kept_words(values, ["fullName.eng", "phone", "email"], LIST) == {"fullName.eng": ("damn",)}
    assert kept_words(values, ["fullName"], LIST) == {"fullName": ("damn", "Mérde")}


def test_signs_that_make_a_syllable_are_no_accents() -> None:
    assert folded("क़लम") != folded("कलम")
    assert folded("É") == folded("e")
