"""Names in another script: what comes along is good enough to start from, and a plug-in is asked before it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.plugins import Plugin
from muster.workstation.transliteration import Transliterators

OURS = Transliterators(())


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        ("Erika Mustermann", "ara", "إريكا موسترمان"),
        ("Max Mustermann", "ara", "ماكس موسترمان"),
        ("Peter", "ara", "بيتر"),
        ("Mohammed Ben Ali", "ara", "محمد بن علي"),
        ("Fatima", "ara", "فاطمة"),
        ("Otto", "ara", "أوتو"),
        ("Max Mustermann", "hin", "मैक्स मुस्टर्मान"),
        ("Lena", "hin", "लेना"),
        ("Ravi Kumar", "hin", "रवी कुमार"),
        ("Sunita Sharma", "hin", "सुनीता शर्मा"),
        ("Erika Mustermann", "amh", "ኤሪካ ሙስተርማን"),
        ("Abebe Kebede", "amh", "አበበ ከበደ"),
        ("Hans", "amh", "ሃንስ"),
    ],
)
def test_names_of_the_family_are_suggested_in_other_scripts(text: str, target: str, expected: str) -> None:
    assert OURS.suggest(text, "eng", target) == unicodedata.normalize("NFC", expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("إريكا موسترمان", "Erika Musterman"),
        ("ماكس", "Max"),
        ("محمد بن علي", "Mohammed Ben Ali"),
        ("رشيدة", "Rashida"),
        ("فَاطِمَة", "Fatima"),
    ],
)
def test_arabic_names_are_suggested_in_latin_letters(text: str, expected: str) -> None:
    assert OURS.suggest(text, "ara", "eng") == expected


def test_small_letters_accents_and_hyphens_change_nothing() -> None:
    assert OURS.suggest("érika-MUSTERMANN", "fra", "ara") == OURS.suggest("Erika Mustermann", "eng", "ara")


@pytest.mark.parametrize(
    ("text", "source", "target"),
    [
        ("", "eng", "ara"), ("  ", "eng", "ara"), ("Erika", "eng", "eng"), ("Erika", "eng", "fra"),
        ("Erika", "eng", "tam"), ("एरिका", "hin", "ara"), ("E" * 201, "eng", "ara"),
    ],
)  # fmt: skip
def test_where_nothing_can_be_said_nothing_is(text: str, source: str, target: str) -> None:
    assert OURS.suggest(text, source, target) == ""


class Knows:
    def suggest(self, text: str, source: str, target: str) -> str:
        return "from the country" if text == "Erika" else ""


class Breaks:
    def suggest(self, text: str, source: str, target: str) -> str:
        raise OSError(text)


def _plugin(loaded: object, problem: str | None = None) -> Plugin:
    return Plugin("country", "country-names", loaded, problem)


def test_a_plug_in_is_asked_first_and_the_tables_where_it_does_not_know() -> None:
    both = Transliterators([_plugin(Knows())])
    assert both.suggest("Erika", "eng", "ara") == "from the country"
    assert both.suggest("Max", "eng", "ara") == "ماكس"


@pytest.mark.parametrize(
    "plugin", [_plugin(Breaks()), _plugin(None, "OSError while loading"), _plugin("no such thing")]
)
def test_a_plug_in_that_breaks_keeps_nobody_from_a_suggestion(plugin: Plugin) -> None:
    assert Transliterators([plugin]).suggest("Max", "eng", "ara") == "ماكس"


@settings(deadline=None, max_examples=60, database=None)
@given(st.text(max_size=30), st.sampled_from(["eng", "fra", "ara"]), st.sampled_from(["eng", "ara", "hin", "amh"]))
def test_whatever_is_typed_gets_a_suggestion_or_none_and_nothing_else_happens(
    text: str, source: str, target: str
) -> None:
    assert isinstance(OURS.suggest(text, source, target), str)
