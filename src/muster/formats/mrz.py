"""Machine-readable zones of travel documents (ICAO Doc 9303, eighth edition, parts 3 to 7).

==========  =====  ========================================
TD1         3x30   cards of the size of a bank card
TD2         2x36   larger cards
TD3         2x44   passports
MRV-A       2x44   visas that fill a passport's page
MRV-B       2x36   smaller visas
==========  =====  ========================================

A zone whose check digits are wrong is a result (``Mrz.check_digits``), one that is not of these shapes is
``MalformedData``. Dates stay as they are printed, six digits without a century, of which a birth may leave some
unknown (``<``); ``Mrz.birth`` and ``Mrz.expiry`` place them in time. What was read from a picture goes through
``mrz_correction`` first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from muster.errors import Code, MalformedData

MRZ_MALFORMED = Code("MRZ_MALFORMED", "The machine-readable lines of the document are not complete.")

FILLER = "<"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
ALPHABET = DIGITS + LETTERS + FILLER

_WEIGHTS = (7, 3, 1)  # part 3, 4.9
_VALUES = {letter: value for value, letter in enumerate(DIGITS + LETTERS)} | {FILLER: 0}


class Kind(Enum):
    """What may stand in a field."""

    LETTERS = "letters"  # and fillers
    DIGITS = "digits"  # and fillers, where something is not known
    CHECK = "check"  # one digit, or a filler where the field it is about is empty
    ANY = "any"
    SEX = "sex"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands: its line, and from which to before which column, from 0."""

    line: int
    start: int
    end: int
    kind: Kind = Kind.ANY

    def of(self, lines: Sequence[str]) -> str:
        return lines[self.line][self.start : self.end]


class MrzType(Enum):
    """The number of lines and their length."""

    TD1 = ("TD1", 3, 30)
    TD2 = ("TD2", 2, 36)
    TD3 = ("TD3", 2, 44)
    MRV_A = ("MRV-A", 2, 44)
    MRV_B = ("MRV-B", 2, 36)

    def __init__(self, label: str, rows: int, columns: int) -> None:
        self.label = label
        self.rows = rows
        self.columns = columns

    @property
    def layout(self) -> Mapping[str, Place]:
        return _LAYOUTS[self]

    @property
    def checks(self) -> Mapping[str, tuple[Place, ...]]:
        """By the name of a check digit what it is counted over, in this order."""
        return _CHECKS[self]

    @classmethod
    def of(cls, lines: Sequence[str]) -> MrzType | None:
        """Told by its shape and, for visas, its first letter."""
        shape = (len(lines), len(lines[0]) if lines else 0)
        if shape == (2, 36) and lines[0].startswith("IDFRA"):
            return None  # France's card until 2021: a layout of its own, whose check digits stand elsewhere
        is_visa = bool(lines) and lines[0].startswith("V")
        for each in cls:
            if shape == (each.rows, each.columns) and is_visa is (each in (cls.MRV_A, cls.MRV_B)):
                return each
        return None


def _two_lines(columns: int, optional: tuple[int, int]) -> dict[str, Place]:
    return {
        "document_code": Place(0, 0, 2, Kind.LETTERS),
        "issuing_state": Place(0, 2, 5, Kind.LETTERS),
        "names": Place(0, 5, columns, Kind.LETTERS),
        "number": Place(1, 0, 9),
        "number_check": Place(1, 9, 10, Kind.CHECK),
        "nationality": Place(1, 10, 13, Kind.LETTERS),
        "birth_date": Place(1, 13, 19, Kind.DIGITS),
        "birth_date_check": Place(1, 19, 20, Kind.CHECK),
        "sex": Place(1, 20, 21, Kind.SEX),
        "expiry_date": Place(1, 21, 27, Kind.DIGITS),
        "expiry_date_check": Place(1, 27, 28, Kind.CHECK),
        "optional": Place(1, *optional),
    }


_LAYOUTS: dict[MrzType, dict[str, Place]] = {
    MrzType.TD1: {  # part 5, 4.2
        "document_code": Place(0, 0, 2, Kind.LETTERS),
        "issuing_state": Place(0, 2, 5, Kind.LETTERS),
        "number": Place(0, 5, 14),
        "number_check": Place(0, 14, 15, Kind.CHECK),
        "optional": Place(0, 15, 30),
        "birth_date": Place(1, 0, 6, Kind.DIGITS),
        "birth_date_check": Place(1, 6, 7, Kind.CHECK),
        "sex": Place(1, 7, 8, Kind.SEX),
        "expiry_date": Place(1, 8, 14, Kind.DIGITS),
        "expiry_date_check": Place(1, 14, 15, Kind.CHECK),
        "nationality": Place(1, 15, 18, Kind.LETTERS),
        "optional_2": Place(1, 18, 29),
        "composite_check": Place(1, 29, 30, Kind.CHECK),
        "names": Place(2, 0, 30, Kind.LETTERS),
    },
    MrzType.TD2: _two_lines(36, (28, 35)) | {"composite_check": Place(1, 35, 36, Kind.CHECK)},  # part 6, 4.2
    MrzType.TD3: _two_lines(44, (28, 42))  # part 4, 4.2
    | {"optional_check": Place(1, 42, 43, Kind.CHECK), "composite_check": Place(1, 43, 44, Kind.CHECK)},
    MrzType.MRV_A: _two_lines(44, (28, 44)),  # part 7, 4.2
    MrzType.MRV_B: _two_lines(36, (28, 36)),
}

_COMPOSITE = {
    MrzType.TD1: (Place(0, 5, 30), Place(1, 0, 7), Place(1, 8, 15), Place(1, 18, 29)),
    MrzType.TD2: (Place(1, 0, 10), Place(1, 13, 20), Place(1, 21, 35)),
    MrzType.TD3: (Place(1, 0, 10), Place(1, 13, 20), Place(1, 21, 43)),
}
_CHECKS: dict[MrzType, dict[str, tuple[Place, ...]]] = {
    each: {
        name: ((layout[name.removesuffix("_check")],) if name != "composite_check" else _COMPOSITE[each])
        for name in layout
        if name.endswith("_check")
    }
    for each, layout in _LAYOUTS.items()
}
# Parts 5 and 6: a number of more than nine characters goes on in the optional data. Others have no place for it.
_LONG_NUMBERS = (MrzType.TD1, MrzType.TD2)
_LONG_NUMBER = re.compile(r"([0-9A-Z]+)([0-9])(?:<(.*))?")


def check_digit(text: str) -> str:
    """Part 3, 4.9: weights 7, 3, 1, modulo 10."""
    return str(sum(_VALUES[letter] * _WEIGHTS[i % 3] for i, letter in enumerate(text)) % 10)


@dataclass(frozen=True, slots=True)
class Mrz:
    """``lines`` as they stand in the document; everything else is read from them.

    ``number`` is the whole number of a document, however long; ``optional`` what is left of the optional data.
    Fillers at the end of a field are gone. ``check_digits`` says of each whether it is right.
    """

    type: MrzType
    lines: tuple[str, ...]

    @property
    def document_code(self) -> str:
        return self._field("document_code")

    @property
    def issuing_state(self) -> str:
        return self._field("issuing_state")

    @property
    def nationality(self) -> str:
        return self._field("nationality")

    @property
    def number(self) -> str:
        long = self._long_number
        return self._raw("number") + long[0] if long else self._field("number")

    @property
    def optional(self) -> str:
        long = self._long_number
        return long[2].rstrip(FILLER) if long else self._field("optional")

    @property
    def optional_2(self) -> str:
        return self._field("optional_2") if self.type is MrzType.TD1 else ""

    @property
    def sex(self) -> str:
        """``F``, ``M``, or nothing where it is not specified (some states write X)."""
        return self._field("sex").replace("X", "")

    @property
    def birth_date(self) -> str:
        return self._raw("birth_date")

    @property
    def expiry_date(self) -> str:
        return self._raw("expiry_date")

    @property
    def surname(self) -> str:
        return self._names[0]

    @property
    def given_names(self) -> str:
        return self._names[1]

    @property
    def names_may_be_cut_off(self) -> bool:
        """Part 3, 4.6: names fill their field to the last place only when there was not room for all."""
        return not self._raw("names").endswith(FILLER)

    @property
    def check_digits(self) -> Mapping[str, bool]:
        return {name.removesuffix("_check"): self._is_right(name) for name in self.type.checks}

    @property
    def is_valid(self) -> bool:
        return all(self.check_digits.values())

    def birth(self, today: date) -> date | None:
        """The last such day that is not after ``today``; nothing for a day that is not known or does not exist."""
        return _last_before(self.birth_date, today)

    def expiry(self, today: date) -> date | None:
        """The day within fifty years of ``today`` on either side; nothing for one that does not exist."""
        return _last_before(self.expiry_date, _years_later(today, 50))

    @property
    def _names(self) -> tuple[str, str]:
        surname, _, given = self._raw("names").partition(FILLER * 2)
        return surname.replace(FILLER, " ").strip(), " ".join(given.replace(FILLER, " ").split())

    @property
    def _long_number(self) -> tuple[str, str, str] | None:
        """What follows the first nine characters of the number, its check digit, the optional data left."""
        if self.type not in _LONG_NUMBERS or self._raw("number_check") != FILLER:
            return None
        found = _LONG_NUMBER.fullmatch(self._raw("optional").rstrip(FILLER))
        return (found[1], found[2], found[3] or "") if found and FILLER not in self._raw("number") else None

    def _is_right(self, name: str) -> bool:
        printed = self._raw(name)
        if name == "number_check" and (long := self._long_number):
            return check_digit(self.number) == long[1]
        covered = "".join(place.of(self.lines) for place in self.type.checks[name])
        if printed == FILLER:  # allowed where nothing is covered; of the personal number by part 4, 4.2.2
            return name != "composite_check" and not covered.strip(FILLER)
        return check_digit(covered) == printed

    def _raw(self, name: str) -> str:
        return self.type.layout[name].of(self.lines)

    def _field(self, name: str) -> str:
        return self._raw(name).rstrip(FILLER)


def parse(lines: Sequence[str]) -> Mrz:
    """Raises ``MalformedData`` with the place, counted over all lines, of what cannot stand there."""
    kind = MrzType.of(lines)
    if kind is None:
        raise MalformedData(MRZ_MALFORMED, offset=0)
    for row, line in enumerate(lines):
        if len(line) != kind.columns:
            raise MalformedData(MRZ_MALFORMED, offset=row * kind.columns + min(len(line), kind.columns))
        for column, letter in enumerate(line):
            if letter not in _VALUES:
                raise MalformedData(MRZ_MALFORMED, offset=row * kind.columns + column)
    return Mrz(kind, tuple(lines))


@dataclass(frozen=True, slots=True)
class Holder:
    """What :func:`compose` makes a zone of. Names in Latin letters; dates as YYMMDD."""

    document_code: str
    issuing_state: str
    number: str
    surname: str
    given_names: str
    nationality: str
    birth_date: str
    sex: str
    expiry_date: str
    optional: str = ""
    optional_2: str = ""


def compose(kind: MrzType, holder: Holder) -> Mrz:
    """The zone with its check digits, names cut off where there is no room.

    Raises ``ValueError`` for what has no place in it: other characters, fields that are too long.
    """
    rows = [[FILLER] * kind.columns for _ in range(kind.rows)]

    def put(name: str, text: str) -> None:
        place = kind.layout[name]
        if len(text) > place.end - place.start or set(text) - set(ALPHABET):
            raise ValueError(f"{name} does not fit")
        rows[place.line][place.start : place.start + len(text)] = text

    names = f"{holder.surname}  {holder.given_names}".strip().replace(" ", FILLER)
    place = kind.layout["names"]
    put("names", names[: place.end - place.start])
    number, optional = holder.number, holder.optional
    if len(number) > 9 and kind in _LONG_NUMBERS:
        optional = number[9:] + check_digit(number) + (FILLER + optional if optional else "")
        number = number[:9]
    for name in ("document_code", "issuing_state", "nationality", "birth_date", "sex", "expiry_date"):
        put(name, getattr(holder, name))
    put("number", number)
    put("optional", optional)
    if holder.optional_2:
        put("optional_2", holder.optional_2)
    lines = ["".join(row) for row in rows]
    for name, places in kind.checks.items():
        covered = "".join(each.of(lines) for each in places)
        digit = FILLER if _stays_empty(name, covered, holder) else check_digit(covered)
        put(name, digit)
        lines = ["".join(row) for row in rows]
    return parse(lines)


def _stays_empty(name: str, covered: str, holder: Holder) -> bool:
    if name == "number_check":
        return len(holder.number) > 9
    return name == "optional_check" and not covered.strip(FILLER)


def _last_before(text: str, limit: date) -> date | None:
    """The last day written as YYMMDD that is not after ``limit``."""
    if not (text.isascii() and text.isdigit() and len(text) == 6):
        return None
    for century in (limit.year // 100, limit.year // 100 - 1):
        try:
            day = date(100 * century + int(text[:2]), int(text[2:4]), int(text[4:]))
        except ValueError:  # 29 February of a year that has none, or no such day in any year
            continue
        if day <= limit:
            return day
    return None


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
