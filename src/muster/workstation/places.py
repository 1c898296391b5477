"""Finding a place by the beginning of its name, at any level of the hierarchy and in any language. Pure.

An index over all names is made once for a set of lists. One choice brings the whole chain, from the highest level
down to the place, and further where there is nothing more to choose: a village with one postal code brings it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from muster.workstation.blocklist import folded
from muster.workstation.forms import FormField
from muster.workstation.reference import Choice, ReferenceData, label_in

_WORD = re.compile(r"[^\W_]+")
_LOOKED_AT = 500  # of what begins with a word typed; more letters narrow it


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """``chain`` is level and entry, from the highest level down; ``level`` that of the place that was found."""

    chain: tuple[tuple[int, Choice], ...]
    level: int

    def words(self, language: str) -> str:
        """From the place up: ``Kenitra, Rabat Sale Kenitra``. What only came along below it is left out, and a
        name that says the same again."""
        names = [label_in(each.labels, language, each.code) for level, each in self.chain if level <= self.level]
        return ", ".join(dict.fromkeys(reversed(names)))

    def values(self, form: Iterable[FormField]) -> dict[str, str]:
        """What the form's fields become: the code of an entry for each level it asks for."""
        by_level = {level: each.code for level, each in self.chain}
        return {field.id: by_level[field.level] for field in form if field.level in by_level}


@dataclass(frozen=True, slots=True)
class _Place:
    """A place with its names and their words as they are compared; ``above`` is its number in the index."""

    level: int
    choice: Choice
    names: tuple[str, ...]
    words: tuple[str, ...]
    above: int | None


class PlaceIndex:
    def __init__(self, locations: Mapping[int, tuple[Choice, ...]]) -> None:
        self._levels = sorted(locations)
        self._places: list[_Place] = []
        self._only_child: dict[tuple[int, str], Choice | None] = {}
        numbers: dict[str, int] = {}  # of the places above, by code: the nearest level that has it
        for level in self._levels:
            here = {}
            for choice in locations[level]:
                here[choice.code] = len(self._places)
                self._places.append(_place(level, choice, numbers.get(choice.parent or "")))
                if choice.parent is not None:
                    key = (level, choice.parent)
                    self._only_child[key] = None if key in self._only_child else choice
            numbers |= here
        self._entries = sorted((word, number) for number, each in enumerate(self._places) for word in each.words)

    @classmethod
    def of(cls, reference: ReferenceData) -> PlaceIndex:
        return cls(reference.locations)

    def find(self, text: str, limit: int = 8) -> tuple[FoundPlace, ...]:
        """Places in which, or in the places around which, a word begins with each word of ``text``; best first."""
        wanted = tuple(dict.fromkeys(_WORD.findall(folded(text))))
        if not wanted:
            return ()
        numbers: dict[int, None] = {}
        for each in wanted:
            first, last = self._span(each)
            numbers |= dict.fromkeys(number for _, number in self._entries[first : min(last, first + _LOOKED_AT)])
        fitting = [number for number in numbers if self._fits(number, wanted)]
        typed = " ".join(wanted)
        fitting.sort(key=lambda number: self._rank(number, typed))
        return tuple(self._found(number) for number in fitting[:limit])

    def _span(self, beginning: str) -> tuple[int, int]:
        """The entries that begin so, as a range. No character is behind the last of all."""
        return (
            bisect_left(self._entries, (beginning, -1)),
            bisect_left(self._entries, (beginning + "\U0010ffff", -1)),
        )

    def _fits(self, number: int, wanted: Iterable[str]) -> bool:
        around = [word for each in self._from_here_up(number) for word in each.words]
        return all(any(word.startswith(each) for word in around) for each in wanted)

    def _rank(self, number: int, typed: str) -> tuple[bool, bool, int, str]:
        """Exact names first, then names that begin so, then higher places, then by name."""
        place = self._places[number]
        begins = any(name.startswith(typed) for name in place.names)
        return typed not in place.names, not begins, place.level, place.names[0]

    def _found(self, number: int) -> FoundPlace:
        chain = [(each.level, each.choice) for each in self._from_here_up(number)][::-1]
        level = self._places[number].level
        for below in self._levels[self._levels.index(level) + 1 :]:
            child = self._only_child.get((below, chain[-1][1].code))
            if child is None:
                break
            chain.append((below, child))
        return FoundPlace(tuple(chain), level)

    def _from_here_up(self, number: int | None) -> Iterator[_Place]:
        """A place above always has a lower number, so that no circle in the data keeps it going."""
        while number is not None:
            place = self._places[number]
            yield place
            number = place.above


def _place(level: int, choice: Choice, above: int | None) -> _Place:
    names = tuple(dict.fromkeys(folded(each) for each in (*choice.labels.values(), choice.code)))
    words = tuple(dict.fromkeys(word for name in names for word in _WORD.findall(name)))
    return _Place(level, choice, names, words, above)
