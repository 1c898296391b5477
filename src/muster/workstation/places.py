"""Finding a place by the beginning of its name, at any level of the hierarchy and in any language. Pure.

An index over all names is made once for a set of lists. One choice brings the whole chain, from the highest level
down to the place, and further where there is nothing more to choose: a village with one postal code brings it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from muster.workstation.blocklist import folded
from muster.workstation.forms import FormField
from muster.workstation.reference import Choice, ReferenceData, label_in

_WORD = re.compile(r"[^\W_]+")
_LOOKED_AT = 2_000  # of what begins with the rarest word typed; more letters narrow it


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


class PlaceIndex:
    def __init__(self, locations: Mapping[int, tuple[Choice, ...]]) -> None:
        self._locations = locations
        self._places = [(level, each) for level, listed in locations.items() for each in listed]
        self._above = {(level, each.code): each for level, each in self._places}
        self._only_child: dict[tuple[int, str], Choice | None] = {}
        for level, each in self._places:
            if each.parent is not None:
                key = (level, each.parent)
                self._only_child[key] = None if key in self._only_child else each
        self._levels = sorted(locations)
        self._words: list[tuple[str, ...]] = []
        entries = []
        for number, (_, place) in enumerate(self._places):
            names = dict.fromkeys(folded(name) for name in (*place.labels.values(), place.code))
            words = dict.fromkeys(word for name in names for word in _WORD.findall(name))
            self._words.append(tuple(words))
            entries += [(word, number) for word in words]
        self._entries = sorted(entries)

    @classmethod
    def of(cls, reference: ReferenceData) -> PlaceIndex:
        return cls(reference.locations)

    def find(self, text: str, limit: int = 8) -> tuple[FoundPlace, ...]:
        """Places in which, or in the places around which, a word begins with each word of ``text``; best first."""
        wanted = tuple(dict.fromkeys(_WORD.findall(folded(text))))
        if not wanted:
            return ()
        spans = [(self._span(each), each) for each in wanted]
        numbers: dict[int, None] = {}
        for (first, last), _ in sorted(spans, key=lambda each: each[0][1] - each[0][0]):
            for at in range(first, min(last, first + _LOOKED_AT)):
                numbers.setdefault(self._entries[at][1])
            break
        fitting = [number for number in numbers if self._fits(number, wanted)]
        fitting.sort(key=lambda number: self._rank(number, wanted))
        return tuple(self._found(number) for number in fitting[:limit])

    def _span(self, beginning: str) -> tuple[int, int]:
        """The entries that begin so, as a range. No character is behind the last of all."""
        return (
            bisect_left(self._entries, (beginning, -1)),
            bisect_left(self._entries, (beginning + "\U0010ffff", -1)),
        )

    def _fits(self, number: int, wanted: Iterable[str]) -> bool:
        level, place = self._places[number]
        around = [self._words[number]]
        for _, each in self._chain_above(level, place):
            around.append(tuple(_WORD.findall(folded(" ".join((*each.labels.values(), each.code))))))
        return all(any(word.startswith(each) for words in around for word in words) for each in wanted)

    def _rank(self, number: int, wanted: tuple[str, ...]) -> tuple[bool, bool, int, str]:
        """Exact names first, then names that begin so, then higher places, then by name."""
        level, place = self._places[number]
        names = [folded(each) for each in (*place.labels.values(), place.code)]
        typed = " ".join(wanted)
        begins = any(name.startswith(typed) for name in names)
        return typed not in names, not begins, level, min(names)

    def _found(self, number: int) -> FoundPlace:
        level, place = self._places[number]
        chain = [*reversed(list(self._chain_above(level, place))), (level, place)]
        below = self._levels[self._levels.index(level) + 1 :]
        for each in below:
            child = self._only_child.get((each, chain[-1][1].code))
            if child is None:
                break
            chain.append((each, child))
        return FoundPlace(tuple(chain), level)

    def _chain_above(self, level: int, place: Choice) -> Iterable[tuple[int, Choice]]:
        """From the nearest up. Levels only fall, so that no circle in the data keeps it going."""
        for each in reversed(self._levels[: self._levels.index(level)]):
            parent = self._above.get((each, place.parent or ""))
            if parent is not None:
                yield each, parent
                place = parent
