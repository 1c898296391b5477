"""Places are found by the beginning of any of their words, in any language, and quickly."""

from __future__ import annotations

import time

import pytest

from muster.workstation.places import FoundPlace, PlaceIndex
from muster.workstation.reference import Choice, ReferenceData

INDEX = PlaceIndex(
    {
        1: (
            Choice(
                "RSK", {"eng": "Rabat Sale Kenitra", "fra": "Rabat-Salé-Kénitra", "ara": "الرباط سلا القنيطرة"}
            ),
        ),
        2: (
            Choice("KTA", {"eng": "Kenitra", "fra": "Kénitra", "ara": "القنيطرة"}, "RSK"),
            Choice("RAB", {"eng": "Rabat", "ara": "الرباط"}, "RSK"),
        ),
        3: (
            Choice("BEN", {"eng": "Ben Mansour", "ara": "بن منصور"}, "KTA"),
            Choice("BENR", {"eng": "Ben Mansour", "ara": "بن منصور"}, "RAB"),
            Choice("LOST", {"eng": "Nowhere"}, "GONE"),
        ),
        4: (
            Choice("14022", {"eng": "14022"}, "BEN"),
            Choice("1", {"eng": "1"}, "BENR"),
            Choice("2", {"eng": "2"}, "BENR"),
        ),
    }
)


def found(text: str) -> list[str]:
    return [_own(each) for each in INDEX.find(text)]


def _own(place: FoundPlace) -> str:
    return next(each.code for level, each in place.chain if level == place.level)


@pytest.mark.parametrize("text", ["", "  ", "-", "enitra", "zzz"])
def test_what_begins_no_word_finds_nothing(text: str) -> None:
    assert INDEX.find(text) == ()


@pytest.mark.parametrize("text", ["ken", "KÉNIT", "kenitra", "القنيطرة", "القُنيطرة", "القن"])
def test_accents_capitals_vowel_points_and_languages_make_no_difference(text: str) -> None:
    assert found(text)[0] == "KTA"


def test_the_exact_name_comes_first_then_names_that_begin_so_then_words_inside() -> None:
    assert found("rabat")[:2] == ["RAB", "RSK"]
    assert found("kenitra")[0] == "KTA"


def test_a_word_of_a_place_around_it_tells_places_of_one_name_apart() -> None:
    assert sorted(found("ben mansour")) == ["BEN", "BENR"]
    assert found("ben kenitra") == ["BEN", "BENR"]  # both lie in Rabat Sale Kenitra
    assert found("ben 14022") == ["14022"]
    assert [each.words("eng") for each in INDEX.find("mansour")] == [
        "Ben Mansour, Kenitra, Rabat Sale Kenitra",
        "Ben Mansour, Rabat, Rabat Sale Kenitra",
    ]


def test_what_has_no_other_choice_below_comes_along() -> None:
    by_code = {_own(each): [entry.code for _, entry in each.chain] for each in INDEX.find("ben")}
    assert by_code == {"BEN": ["RSK", "KTA", "BEN", "14022"], "BENR": ["RSK", "RAB", "BENR"]}


def test_a_place_whose_parent_is_missing_is_found_by_itself() -> None:
    assert [each.chain for each in INDEX.find("nowhere")] == [((3, Choice("LOST", {"eng": "Nowhere"}, "GONE")),)]


def test_no_more_than_asked_for_are_returned() -> None:
    assert len(INDEX.find("r", 1)) == 1


def test_the_demo_country_s_chain_fills_every_list_of_its_form() -> None:
    reference = ReferenceData.load()
    (only,) = PlaceIndex.of(reference).find("10010")
    assert only.words("eng").startswith("10010, ")
    assert [level for level, _ in only.chain] == sorted(reference.locations)


def test_among_many_places_an_answer_takes_milliseconds() -> None:
    syllables = ["ba", "ko", "mi", "tu", "re", "sa", "lo", "ni", "fe", "da"]
    names = [a + b + c for a in syllables for b in syllables for c in syllables]
    towns = [Choice(f"T{n}", {"eng": f"{names[n % 1000]} {names[n // 20]}"}, f"R{n % 100}") for n in range(20_000)]
    regions = tuple(Choice(f"R{n}", {"eng": f"Region {names[n]}"}) for n in range(100))
    index = PlaceIndex({1: regions, 2: tuple(towns)})
    times = []
    for text in ("b", "bako", "bakomi tu", "t5", "region", "fe da ko"):
        began = time.perf_counter()
        index.find(text)
        times.append(time.perf_counter() - began)
    assert min(times) < 0.02
    assert sum(times) / len(times) < 0.1  # on a machine that does much else beside
