"""The conditions of a form: the little of MVEL that MOSIP's files use, read and evaluated, never executed.

::

    either     = both { ("||" | "or") both }
    both       = negated { ("&&" | "and") negated }
    negated    = { "!" } compared
    compared   = primary [ ("==" | "!=" | "<" | "<=" | ">" | ">=" | "contains") primary ]
    primary    = "(" either ")" | text | number | "true" | "false" | "nil" | "null" | "empty" | path
    path       = name { "." name | ".get(" key ")" | "[" key "]" }
    key        = text | number

A path looks a value up in mappings: ``identity.get('ageGroup')``, ``identity.updatableFieldGroups``, or just
``leftEye`` in an expression over what was captured. What is not there is nothing, and nothing is not an error. A
value with several spellings (a list's entry: its code and its names) equals a text that is one of them; the
``.get(0).value`` that files write to get at its text leaves it as it is.
Method calls other than ``get``, arithmetic and assignments are refused: their column is told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from muster.errors import Code, MalformedData

EXPRESSION_UNREADABLE = Code(
    "EXPRESSION_UNREADABLE", "The condition cannot be understood from column {column} on ({found})."
)
EXPRESSION_TOO_LARGE = Code(
    "EXPRESSION_TOO_LARGE", "The condition is too long or nested too deeply (column {column})."
)

LONGEST = 4_000  # characters; MOSIP's longest has 250
DEEPEST = 50  # brackets and negations inside one another

Value = str | float | bool | Collection[str] | None
Scope = Mapping[str, "Value | Mapping[str, Value]"]


class Comparison(Enum):
    EQUAL = "=="
    UNEQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    CONTAINS = "contains"


class Blank(Enum):
    """MVEL's ``empty``: equal to nothing, a blank text, zero and a list without entries."""

    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | float | bool | Blank | None


@dataclass(frozen=True, slots=True)
class Path:
    """Names to be looked up one in the other; ``column`` is where it stands, from 1."""

    names: tuple[str, ...]
    column: int = field(compare=False)

    @property
    def is_of_identity(self) -> bool:
        return len(self.names) > 1 and self.names[0] == "identity"

    @property
    def asked_for(self) -> str:
        """The name of the field, or of what was captured."""
        return self.names[1] if self.is_of_identity else self.names[0]


@dataclass(frozen=True, slots=True)
class Not:
    of: Node


@dataclass(frozen=True, slots=True)
class AllOf:
    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    left: Node
    how: Comparison
    right: Node


Node = Literal | Path | Not | AllOf | AnyOf | Compared


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition that was understood. ``text`` is as it was written."""

    text: str
    root: Node

    @classmethod
    def parse(cls, text: str) -> Expression:
        """Raises ``MalformedData`` with the ``column`` (from 1) from which on it is not understood."""
        if len(text) > LONGEST:
            raise MalformedData(EXPRESSION_TOO_LARGE, offset=LONGEST, column=LONGEST + 1)
        return cls(text, _Reader(text).whole())

    def holds(self, scope: Scope) -> bool:
        """Never raises: what cannot be compared is not less, not more and contains nothing."""
        return _is_true(_value(self.root, scope))

    def paths(self) -> tuple[Path, ...]:
        """Everything it looks up, in the order it is written."""
        return tuple(_paths(self.root))


# Reading

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |(?P<number>[0-9]+(?:\.[0-9]+)?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<sign>\|\||&&|==|!=|<=|>=|[<>!().\[\]-])
    |(?P<end>$))""",
    re.VERBOSE | re.ASCII,
)
_WORDS: Mapping[str, str | float | bool | Blank | None] = {
    "true": True, "false": False, "nil": None, "null": None, "empty": Blank.EMPTY,
}  # fmt: skip
_RESERVED = {*_WORDS, "or", "and", "contains"}
_COMPARISONS = {each.value: each for each in Comparison}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


class _Reader:
    """By recursive descent, one token ahead."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._depth = 0
        self._next = self._token(0)

    def whole(self) -> Node:
        node = self._either()
        if self._next.kind != "end":
            raise self._not_understood()
        return node

    def _either(self) -> Node:
        parts = [self._both()]
        while self._took("||") or self._took("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _both(self) -> Node:
        parts = [self._negated()]
        while self._took("&&") or self._took("and"):
            parts.append(self._negated())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _negated(self) -> Node:
        if not self._took("!"):
            return self._compared()
        self._descend()
        node = Not(self._negated())
        self._depth -= 1
        return node

    def _compared(self) -> Node:
        left = self._primary()
        how = _COMPARISONS.get(self._next.text) if self._next.kind in ("sign", "name") else None
        if how is None:
            return left
        self._advance()
        return Compared(left, how, self._primary())

    def _primary(self) -> Node:
        token = self._next
        if self._took("("):
            self._descend()
            node = self._either()
            self._expect(")")
            self._depth -= 1
            return node
        if token.kind == "text":
            return Literal(self._string())
        if self._took("-"):
            return Literal(-self._number())
        if token.kind == "number":
            return Literal(self._number())
        if token.kind == "name" and token.text in _WORDS:
            self._advance()
            return Literal(_WORDS[token.text])
        return self._path()

    def _path(self) -> Path:
        column = self._next.at + 1
        names = [self._name()]
        while True:
            if self._took("["):
                names.append(self._key())
                self._expect("]")
            elif self._took("."):
                name = self._next
                names.append(self._name())
                if self._next.text == "(" and self._next.kind == "sign":
                    if names.pop() != "get":
                        raise self._not_understood(name)
                    self._expect("(")
                    names.append(self._key())
                    self._expect(")")
            else:
                return Path(tuple(names), column)

    def _name(self) -> str:
        token = self._next
        if token.kind != "name" or token.text in _RESERVED:
            raise self._not_understood()
        self._advance()
        return token.text

    def _string(self) -> str:
        token = self._next
        if token.kind != "text":
            raise self._not_understood()
        self._advance()
        return re.sub(r"\\(.)", r"\1", token.text[1:-1], flags=re.DOTALL)

    def _key(self) -> str:
        token = self._next
        if token.kind != "number" or "." in token.text:
            return self._string()
        self._advance()
        return token.text

    def _number(self) -> float:
        token = self._next
        if token.kind != "number":
            raise self._not_understood()
        self._advance()
        return float(token.text)

    def _took(self, text: str) -> bool:
        if self._next.kind not in ("sign", "name") or self._next.text != text:
            return False
        self._advance()
        return True

    def _expect(self, sign: str) -> None:
        if not self._took(sign):
            raise self._not_understood()

    def _descend(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            at = self._next.at
            raise MalformedData(EXPRESSION_TOO_LARGE, offset=at, column=at + 1)

    def _advance(self) -> None:
        self._next = self._token(self._next.at + len(self._next.text))

    def _token(self, at: int) -> _Token:
        found = _TOKEN.match(self._text, at)
        if found is None:
            start = at + len(self._text[at:]) - len(self._text[at:].lstrip())
            raise self._not_understood(_Token("", self._text[start : start + 1], start))
        kind = str(found.lastgroup)
        return _Token(kind, found[kind], found.start(kind))

    def _not_understood(self, token: _Token | None = None) -> MalformedData:
        token = token or self._next
        found = token.text or "the end"
        return MalformedData(EXPRESSION_UNREADABLE, offset=token.at, column=token.at + 1, found=found)


# Evaluating

_Seen = Value | Blank | Mapping[str, Value]


def _value(node: Node, scope: Scope) -> _Seen:
    match node:
        case Literal():
            return node.value
        case Path():
            return _looked_up(node.names, scope)
        case Not():
            return not _is_true(_value(node.of, scope))
        case AllOf():
            return all(_is_true(_value(each, scope)) for each in node.of)
        case AnyOf():
            return any(_is_true(_value(each, scope)) for each in node.of)
        case Compared():
            return _compare(_value(node.left, scope), node.how, _value(node.right, scope))


def _looked_up(names: tuple[str, ...], scope: Scope) -> _Seen:
    found: _Seen | Scope = scope
    for name in names:
        if isinstance(found, Mapping):
            found = found.get(name)
        elif name != "value" and not name.isdigit():
            return None
    return None if isinstance(found, Mapping) else found


def _is_true(value: _Seen) -> bool:
    """A bare value as a condition: texts are what a tick box holds."""
    if isinstance(value, str):
        return value.strip().lower() in ("true", "y", "yes")
    return value is not Blank.EMPTY and bool(value)


def _compare(left: _Seen, how: Comparison, right: _Seen) -> bool:
    match how:
        case Comparison.EQUAL:
            return _same(left, right)
        case Comparison.UNEQUAL:
            return not _same(left, right)
        case Comparison.CONTAINS:
            return _contains(left, right)
        case _:
            return _ordered(left, how, right)


def _same(left: _Seen, right: _Seen) -> bool:
    if isinstance(left, Blank) or isinstance(right, Blank):
        return _is_blank(left) and _is_blank(right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    for several, text in ((left, right), (right, left)):
        if isinstance(text, str) and isinstance(several, Collection) and not isinstance(several, str):
            return text in several
    numbers = _numbers(left, right)
    return numbers[0] == numbers[1] if numbers else left == right


def _is_blank(value: _Seen) -> bool:
    if isinstance(value, Blank) or value is None:
        return True
    if isinstance(value, str):
        return not value.strip()
    return not isinstance(value, bool) and not value


def _contains(whole: _Seen, part: _Seen) -> bool:
    if not isinstance(part, str) or isinstance(whole, Blank):
        return False
    return isinstance(whole, Collection) and part in whole


def _ordered(left: _Seen, how: Comparison, right: _Seen) -> bool:
    """Numbers by size, texts by letter: MOSIP's dates (year/month/day) come out right."""
    numbers = _numbers(left, right)
    if numbers:
        first, second = numbers
        return {"<": first < second, "<=": first <= second, ">": first > second, ">=": first >= second}[how.value]
    if isinstance(left, str) and isinstance(right, str):
        return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[how.value]
    return False


_NUMERIC = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def _numbers(left: _Seen, right: _Seen) -> tuple[float, float] | None:
    """Both as numbers where one of them is a number and the other can be taken for one, as MVEL does it."""
    if not any(isinstance(each, float | int) and not isinstance(each, bool) for each in (left, right)):
        return None
    found = [_number_of(each) for each in (left, right)]
    first, second = found
    return None if first is None or second is None else (first, second)


def _number_of(value: _Seen) -> float | None:
    if isinstance(value, str):
        return float(value) if _NUMERIC.fullmatch(value.strip()) else None
    return float(value) if isinstance(value, float | int) and not isinstance(value, bool) else None


def _paths(node: Node) -> Iterator[Path]:
    match node:
        case Path():
            yield node
        case Not():
            yield from _paths(node.of)
        case AllOf() | AnyOf():
            for each in node.of:
                yield from _paths(each)
        case Compared():
            yield from _paths(node.left)
            yield from _paths(node.right)
        case Literal():
            pass
