"""Machine-readable zones as a picture was read, without what reading confuses: O and 0, I and 1, B and 8.

Where the format allows letters only, or digits only, a character becomes the one it looks like. Anywhere else it
is changed only where two things agree: the reader itself held another character for possible, and with it the
check digit that was wrong becomes right, and every other; and no other such change exists. One of both alone
proves nothing. What OCR often confuses is no reason: a check digit is right by chance in one of ten guesses, and
a number with one wrong character has half a dozen others that may be confused, so that a wrong number would be
made to look right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from types import MappingProxyType

from muster.formats.mrz import ALPHABET, Kind, Mrz, MrzType, Place

_AS_DIGIT = {
    "O": "0", "Q": "0", "D": "0", "U": "0", "I": "1", "L": "1", "Z": "2", "A": "4", "S": "5", "G": "6", "T": "7",
    "B": "8",
}  # fmt: skip
_AS_LETTER = {"0": "O", "1": "I", "2": "Z", "4": "A", "5": "S", "6": "G", "7": "T", "8": "B"}
_FITTING: Mapping[Kind, Mapping[str, str]] = {
    Kind.DIGITS: _AS_DIGIT,
    Kind.CHECK: _AS_DIGIT,
    Kind.LETTERS: _AS_LETTER,
}
_CANDIDATES_AT_MOST = 20_000

Lines = tuple[str, ...]
Doubts = Mapping[tuple[int, int], str]
_Change = tuple[int, int, str]


def corrected(lines: Sequence[str], doubts: Doubts = MappingProxyType({})) -> Lines:
    """``lines`` as far as they can be corrected; as they are when they have no zone's shape.

    ``doubts`` are the characters that the reader also held for possible, by line and column.
    """
    kind = MrzType.of(lines)
    if kind is None or any(len(line) != kind.columns or set(line) - set(ALPHABET) for line in lines):
        return tuple(lines)
    return _proved(_fitting(lines, kind), kind, doubts)


def _fitting(lines: Sequence[str], kind: MrzType) -> Lines:
    rows = [list(line) for line in lines]
    for place in kind.layout.values():
        row, instead = rows[place.line], _FITTING.get(place.kind, {})
        for column in range(place.start, place.end):
            row[column] = instead.get(row[column], row[column])
    return tuple("".join(row) for row in rows)


def _proved(lines: Lines, kind: MrzType, doubts: Doubts) -> Lines:
    right = Mrz(kind, lines).check_digits
    wrong = [name for name, is_right in right.items() if not is_right]
    if not wrong:
        return lines
    fields = [name for name in wrong if name != "composite"]
    changes = [_changes(lines, kind, name, doubts) for name in fields] or [
        _changes(lines, kind, "composite", doubts)
    ]
    count = 1
    for each in changes:
        count *= len(each)
    if count > _CANDIDATES_AT_MOST:
        return lines
    found = {changed for together in product(*changes) if Mrz(kind, changed := _changed(lines, together)).is_valid}
    return found.pop() if len(found) == 1 else lines


def _changes(lines: Lines, kind: MrzType, name: str, doubts: Doubts) -> list[_Change]:
    """Single changes of what the check digit ``name`` covers, and of the digit, that make this one right."""
    found = []
    for place in (*kind.checks[f"{name}_check"], kind.layout[f"{name}_check"]):
        for change in _possible(place, doubts):
            if Mrz(kind, _changed(lines, (change,))).check_digits[name]:
                found.append(change)
    return found


def _possible(place: Place, doubts: Doubts) -> Iterator[_Change]:
    for column in range(place.start, place.end):
        for letter in doubts.get((place.line, column), ""):
            yield place.line, column, letter


def _changed(lines: Lines, changes: Sequence[_Change]) -> Lines:
    rows = [list(line) for line in lines]
    for line, column, letter in changes:
        rows[line][column] = letter
    return tuple("".join(row) for row in rows)
