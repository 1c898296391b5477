"""What a driving licence or identity card of North America says in its PDF417 code (AAMVA DL/ID card design
standard, 2020, annex D).

A header names issuer and version, then come subfiles of lines; each line is three letters and a value. Only the
mandatory and common elements of the person are read, in all versions: names moved between elements, and dates
are month first in the United States and year first in Canada (and in version 1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from muster.errors import Code, MalformedData

AAMVA_MALFORMED = Code("AAMVA_MALFORMED", "This code is not that of a driving licence.")

_HEADER = re.compile(r"@.{1,8}?(?:ANSI |AAMVA)\s?([0-9]{6})([0-9]{2})", re.DOTALL)  # D.12.3
_LINE = re.compile(r"^(?:DL|ID|EN)?([DZ][A-Z]{2})([^\r\n]*)")
_NOTHING = frozenset({"", "NONE", "UNAVL", "UNAVAIL"})
_SEXES = {"1": "M", "2": "F", "M": "M", "F": "F", "9": "X"}  # table D.3, ANSI D-20
_COUNTRIES = {"USA": "USA", "CAN": "CAN"}


@dataclass(frozen=True, slots=True)
class Licence:
    """``sex`` is F, M or X; ``address`` its lines. What the card does not say is empty, or None."""

    surname: str = field(default="", repr=False)
    given_names: str = field(default="", repr=False)
    birth: date | None = field(default=None, repr=False)
    sex: str = ""
    number: str = field(default="", repr=False)
    expiry: date | None = None
    issued: date | None = None
    address: tuple[str, ...] = field(default=(), repr=False)
    city: str = field(default="", repr=False)
    region: str = ""
    postal_code: str = ""
    country: str = ""
    is_cut_off: bool = False


def parse(text: str) -> Licence:
    """Raises ``MalformedData``."""
    header = _HEADER.match(text)
    if header is None:
        raise MalformedData(AAMVA_MALFORMED, offset=0)
    said = _elements(text[header.end() :])
    country = _COUNTRIES.get(said.get("DCG", ""), "")
    year_first = country == "CAN" or header[2] == "01"
    surname, given = _names(said)
    street = (said.get("DAG", ""), said.get("DAH", ""))
    if not (surname and "DAQ" in said):
        raise MalformedData(AAMVA_MALFORMED, offset=header.end())
    return Licence(
        surname=surname,
        given_names=given,
        birth=_day(said.get("DBB", ""), year_first=year_first),
        sex=_SEXES.get(said.get("DBC", ""), ""),
        number=said["DAQ"],
        expiry=_day(said.get("DBA", ""), year_first=year_first),
        issued=_day(said.get("DBD", ""), year_first=year_first),
        address=tuple(each for each in street if each),
        city=said.get("DAI", ""),
        region=said.get("DAJ", ""),
        postal_code=_postal_code(said.get("DAK", "")),
        country=country,
        is_cut_off="T" in (said.get("DDE"), said.get("DDF"), said.get("DDG")),
    )


def _elements(text: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for line in re.split(r"[\r\n]+", text):
        # The first element of a subfile follows its directory and its type without a line end.
        at = re.search(r"(?:DL|ID)(?=D[A-Z]{2})", line)
        match = _LINE.match(line[at.end() :] if at else line)
        if match and match[2].strip().upper() not in _NOTHING:
            found.setdefault(match[1], match[2].strip())
    return found


def _names(said: Mapping[str, str]) -> tuple[str, str]:
    if "DCS" in said:
        given = said["DCT"].split(",") if "DCT" in said else [said.get("DAC", ""), said.get("DAD", "")]
        return said["DCS"], " ".join(part.strip() for part in given if part.strip())
    whole = [part.strip() for part in said.get("DAA", "").split(",")]  # version 1: SURNAME,GIVEN,MIDDLE
    if len(whole) > 1:
        return whole[0], " ".join(part for part in whole[1:3] if part)
    return said.get("DAB", ""), " ".join(said[name] for name in ("DAC", "DAD") if name in said)


def _day(text: str, *, year_first: bool) -> date | None:
    if not re.fullmatch(r"[0-9]{8}", text):
        return None
    parts = (text[:4], text[4:6], text[6:]) if year_first else (text[4:], text[:2], text[2:4])
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def _postal_code(text: str) -> str:
    """Nine places with the last four zeros where only five are known (table D.3)."""
    digits = text.replace("-", "").strip()
    if digits.isdigit() and len(digits) == 9:
        return digits[:5] if digits.endswith("0000") else f"{digits[:5]}-{digits[5:]}"
    return text.strip()
