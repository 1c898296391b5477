"""Matching whole texts in time that grows with their length, where a backtracking engine would come to a halt.

Instead of trying one way after the other, all places a part can end at are followed at once: a set of positions
goes in, a set of positions comes out. There are never more of them than letters, so ``(a+)+b`` costs no more
than ``a*b``. No groups are remembered: patterns that refer back to one are refused.

The tree comes from Python's own reader of patterns. It is not part of its documented interface; the test that
compares both engines would tell when it changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_MANY = 2_000_000  # ways; Python's engine tries so many in tenths of a second, and nothing else runs meanwhile
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT)
_ALL_REPEATS = (*_REPEATS, sre.POSSESSIVE_REPEAT)
_Positions = frozenset[int]
_CATEGORIES = {
    sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_NOT_DIGIT: r"\D", sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S", sre.CATEGORY_WORD: r"\w", sre.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip
_CATEGORY_PATTERNS = {each: re.compile(pattern, re.ASCII) for each, pattern in _CATEGORIES.items()}


def is_explosive(pattern: str, longest_text: int) -> bool:
    """Whether Python's engine may try more ways than it does in a moment before it says no to a text of so many
    letters."""
    return _ways(parser.parse(pattern, re.ASCII), longest_text) > _MANY


def _ways(nodes: Iterable[Any], longest: int) -> int:
    """In how many ways these parts can be tried one after the other, at most; counted to just over ``_MANY``."""
    ways = 1
    for kind, what in nodes:
        ways = min(ways * _ways_of(kind, what, longest), _MANY + 1)
    return ways


def _ways_of(kind: Any, what: Any, longest: int) -> int:
    if kind in _ALL_REPEATS:
        fewest, most = (min(each, longest) for each in what[:2])
        lengths = 1 if kind is sre.POSSESSIVE_REPEAT else most - fewest + 1
        if what[2].getwidth()[0] == 0:  # the text's end does not stop it
            lengths *= max(what[0], 1)
        return int(lengths * _ways(what[2], longest) ** most)
    if kind is sre.BRANCH:
        return sum(_ways(branch, longest) for branch in what[1])
    if kind is sre.GROUPREF_EXISTS:
        return sum(_ways(branch or (), longest) for branch in what[1:])
    return _ways(_children(kind, what), longest)


def _children(kind: Any, what: Any) -> Iterable[Any]:
    if kind is sre.SUBPATTERN:
        return what[3]  # type: ignore[no-any-return]
    if kind in (sre.ASSERT, sre.ASSERT_NOT):
        return what[1]  # type: ignore[no-any-return]
    if kind is sre.ATOMIC_GROUP:
        return what  # type: ignore[no-any-return]
    return ()


class BoundedPattern:
    """``pattern`` is in Python's dialect, its classes ASCII."""

    def __init__(self, pattern: str) -> None:
        """Raises ``re.error`` for what needs to remember (references, atomic groups, possessive repetitions)."""
        self._tree = parser.parse(pattern, re.ASCII)
        _refuse_memory(self._tree, pattern)

    def fullmatch(self, text: str, /) -> object | None:
        ends = _sequence(self._tree, frozenset({0}), text, self._tree.state.flags)
        return self if len(text) in ends else None


def _refuse_memory(nodes: Iterable[Any], pattern: str) -> None:
    for kind, what in nodes:
        if kind in _REPEATS:
            _refuse_memory(what[2], pattern)
        elif kind is sre.BRANCH:
            for branch in what[1]:
                _refuse_memory(branch, pattern)
        elif kind in (sre.SUBPATTERN, sre.ASSERT, sre.ASSERT_NOT):
            _refuse_memory(_children(kind, what), pattern)
        elif kind not in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN, sre.AT):
            raise re.error("repetitions inside repetitions, and something to be remembered", pattern, 0)


def _sequence(nodes: Iterable[Any], at: _Positions, text: str, flags: int) -> _Positions:
    for kind, what in nodes:
        if not at:
            return at
        at = _ends(kind, what, at, text, flags)
    return at


def _ends(kind: Any, what: Any, at: _Positions, text: str, flags: int) -> _Positions:
    if kind in _REPEATS:
        return _repeated(what, at, text, flags)
    if kind is sre.BRANCH:
        return frozenset().union(*(_sequence(branch, at, text, flags) for branch in what[1]))
    if kind is sre.SUBPATTERN:
        _, added, removed, inside = what
        return _sequence(inside, at, text, (flags | added) & ~removed)
    if kind in (sre.ASSERT, sre.ASSERT_NOT):
        wanted = kind is sre.ASSERT
        return frozenset(each for each in at if _holds_at(what, each, text, flags) is wanted)
    if kind is sre.AT:
        return frozenset(each for each in at if _is_at(what, each, text, flags))
    return frozenset(each + 1 for each in at if each < len(text) and _takes(kind, what, text[each], flags))


def _repeated(what: Any, at: _Positions, text: str, flags: int) -> _Positions:
    fewest, most, inside = what
    for _ in range(fewest):
        before, at = at, _sequence(inside, at, text, flags)
        if at == before:  # it can go on like this for ever
            break
    reached, new, rounds = at, at, fewest
    while new and rounds < most:
        new = _sequence(inside, new, text, flags) - reached
        reached |= new
        rounds += 1
    return reached


def _holds_at(what: Any, at: int, text: str, flags: int) -> bool:
    direction, inside = what
    if direction > 0:
        return bool(_sequence(inside, frozenset({at}), text, flags))
    return any(at in _sequence(inside, frozenset({start}), text, flags) for start in range(at + 1))


def _is_at(where: Any, at: int, text: str, flags: int) -> bool:
    lines = bool(flags & re.MULTILINE)
    if where is sre.AT_BEGINNING:
        return at == 0 or (lines and text[at - 1] == "\n")
    if where is sre.AT_BEGINNING_STRING:
        return at == 0
    if where is sre.AT_END:
        return at == len(text) or (text[at] == "\n" and (lines or at == len(text) - 1))
    if where is sre.AT_END_STRING:
        return at == len(text)
    word = [bool(re.match(r"\w", each, re.ASCII)) for each in (text[max(0, at - 1) : at], text[at : at + 1])]
    return (word[0] is not word[1]) is (where is sre.AT_BOUNDARY)


def _takes(kind: Any, what: Any, letter: str, flags: int) -> bool:
    if kind is sre.ANY:
        return letter != "\n" or bool(flags & re.DOTALL)
    letters = {letter}
    if flags & re.IGNORECASE and letter.isascii():
        letters = {letter.lower(), letter.upper()}
    if kind is sre.IN:
        negated = what[0][0] is sre.NEGATE
        return any(_in_class(what, each) for each in letters) is not negated
    same = any(ord(each) == what for each in letters)
    return same is (kind is sre.LITERAL)


def _in_class(items: Any, letter: str) -> bool:
    point = ord(letter)
    for kind, what in items:
        if kind is sre.LITERAL and point == what:
            return True
        if kind is sre.RANGE and what[0] <= point <= what[1]:
            return True
        if kind is sre.CATEGORY and _CATEGORY_PATTERNS[what].match(letter):
            return True
    return False
