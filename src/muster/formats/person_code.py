"""What codes say about a person that are no licence and no machine-readable zone: vCard, MECARD, JSON, the
attributes of an old Aadhaar card, and the number of a MOSIP pre-registration.

All of it is somebody's text: sizes are bounded, nothing is fetched, and what is not understood is nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import parse_qs, urlsplit

_LONGEST = 8_000
_MOST_FIELDS = 200


class CodeKind(Enum):
    CARD = "card"  # vCard (RFC 6350) or MECARD: names and addresses
    JSON = "json"
    AADHAAR = "aadhaar"
    BOOKING = "booking"


@dataclass(frozen=True, slots=True)
class PersonCode:
    """``fields`` in the words of the code, small letters; of a booking its ``number`` and, where the code is a
    link, its ``host``."""

    kind: CodeKind
    fields: Mapping[str, str] = field(repr=False)
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)


def parse(text: str) -> PersonCode | None:
    """None for a code that says nothing of this kind."""
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return None
    return _booking(text) or _card(text) or _aadhaar(text) or _json(text)


# --- pre-registrations -------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"[0-9]{14}")  # mosip.kernel.prid.length
_NUMBER_NAMES = ("prid", "preregistrationid", "preregid", "applicationid")


def _booking(text: str) -> PersonCode | None:
    bare = text.replace(" ", "")
    if _NUMBER.fullmatch(bare):
        return PersonCode(CodeKind.BOOKING, {"number": bare})
    if not text.lower().startswith(("https://", "http://")):
        return None
    try:
        link = urlsplit(text)
        asked = {_plain(name): values[0] for name, values in parse_qs(link.query).items()}
        host = link.hostname or ""
    except ValueError:
        return None
    named = [asked[name] for name in _NUMBER_NAMES if name in asked]
    number = next((each for each in (*named, *link.path.split("/")) if _NUMBER.fullmatch(each)), None)
    return PersonCode(CodeKind.BOOKING, {"number": number, "host": host}) if number else None


# --- cards of names and addresses --------------------------------------------------------------------------------


def _card(text: str) -> PersonCode | None:
    if text.upper().startswith("BEGIN:VCARD"):
        lines = re.sub(r"\r?\n[ \t]", "", text).splitlines()  # RFC 6350, 3.2: folded lines
        said = [line.partition(":") for line in lines]
        names = [(name.split(";")[0].rpartition(".")[2].lower(), value) for name, colon, value in said if colon]
        return PersonCode(CodeKind.CARD, _of_card(names, ";"))
    if text.upper().startswith("MECARD:"):
        parts = re.split(r"(?<!\\);", text[7:])
        pairs = (part.partition(":") for part in parts)
        return PersonCode(CodeKind.CARD, _of_card([(name.lower(), value) for name, c, value in pairs if c], ","))
    return None


def _of_card(lines: list[tuple[str, str]], between: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for name, value in lines[:_MOST_FIELDS]:
        parts = [_unescaped(part) for part in re.split(rf"(?<!\\){re.escape(between)}", value)]
        whole = _unescaped(value)
        if name == "n":
            said |= {"surname": parts[0], "given_names": " ".join(part for part in parts[1:3] if part)}
        elif name == "adr" and len(parts) >= 7:  # RFC 6350, 6.3.1
            wanted = ("address", "city", "region", "postal_code", "country")
            said |= dict(zip(wanted, parts[2:7], strict=True))
        elif name == "adr":
            said["address"] = " ".join(part for part in parts if part)
        elif name in _OF_CARD:
            said.setdefault(_OF_CARD[name], whole.removeprefix("tel:"))
    return {name: value for name, value in said.items() if value}


_OF_CARD = {"fn": "full_name", "bday": "birth_date", "tel": "phone", "email": "email", "gender": "sex"}


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: " " if found[1] in "nN" else found[1], text).strip()


# --- objects -----------------------------------------------------------------------------------------------------

_ATTRIBUTE = re.compile(r'([A-Za-z_]{1,20})="([^"<]{0,200})"')


def _aadhaar(text: str) -> PersonCode | None:
    if "<PrintLetterBarcodeData" not in text:
        return None
    return PersonCode(CodeKind.AADHAAR, {name.lower(): value for name, value in _ATTRIBUTE.findall(text)})


def _json(text: str) -> PersonCode | None:
    """Texts and numbers of the object and of objects in it; of MOSIP's lists by language the texts."""
    if not text.startswith("{"):
        return None
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    said: dict[str, str] = {}
    texts: dict[str, dict[str, str]] = {}
    _collect(content, said, texts, depth=3)
    number = next((said[name] for name in _NUMBER_NAMES if _NUMBER.fullmatch(said.get(name, ""))), None)
    if number is not None:
        return PersonCode(CodeKind.BOOKING, {"number": number})
    return PersonCode(CodeKind.JSON, said, texts) if said or texts else None


def _collect(
    content: Mapping[str, object], said: dict[str, str], texts: dict[str, dict[str, str]], depth: int
) -> None:
    for name, value in list(content.items())[:_MOST_FIELDS]:
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            said.setdefault(_plain(name), str(value).strip())
        elif isinstance(value, dict) and depth:
            _collect(value, said, texts, depth - 1)
        elif isinstance(value, list):
            by_language = {
                str(each["language"]): str(each["value"])
                for each in value
                if isinstance(each, dict) and each.keys() >= {"language", "value"}
            }
            if by_language:
                texts[_plain(name)] = by_language


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
