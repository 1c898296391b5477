"""What sources say about the person, in one set of words: zones, chips, codes, printed forms, proofs.

Nothing here knows the form: ``prefill_mapping`` puts words into its fields. Dates are dates, the sex is ``F``,
``M`` or ``X``, countries have three letters as Doc 9303 writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from types import MappingProxyType

from muster.analysis.barcodes import Barcode, zone_in
from muster.domain.chips import ChipAuthenticity
from muster.domain.prefill import Origin
from muster.errors import MalformedData
from muster.formats import aamva, person_code
from muster.formats.mrz import Mrz
from muster.formats.person_code import CodeKind
from muster.workstation.reading_chip import ChipReading


class Word(Enum):
    """The values stand in ``prefill.json``."""

    SURNAME = "surname"
    GIVENNAMES = "given_names"
    FULL_NAME = "full_name"
    BIRTH_DATE = "birth_date"
    BIRTH_PLACE = "birth_place"
    SEX = "sex"
    NATIONALITY = "nationality"
    NUMBER = "number"
    PERSONAL_NUMBER = "personal_number"
    ISSUING_STATE = "issuing_state"
    ISSUE_DATE = "issue_date"
    EXPIRY_DATE = "expiry_date"
    ADDRESS = "address"
    CITY = "city"
    REGION = "region"
    POSTAL_CODE = "postal_code"
    COUNTRY = "country"
    PHONE = "phone"
    EMAIL = "email"
    PROFESSION = "profession"


DATES = frozenset({Word.BIRTH_DATE, Word.ISSUE_DATE, Word.EXPIRY_DATE})


class DocumentKind(Enum):
    """What a document is, as far as it says so itself. The values stand in ``prefill.json``."""

    PASSPORT = "passport"
    ID_CARD = "id_card"
    VISA = "visa"
    DRIVING_LICENCE = "driving_licence"


@dataclass(frozen=True, slots=True)
class Told:
    """``confidence`` 0..1; ``cut_off`` where there was no room for all of it."""

    text: str = field(repr=False)
    confidence: float
    cut_off: bool = False


@dataclass(frozen=True, slots=True)
class SourceWords:
    """What one source says: ``words``, and ``fields`` of the form that it names itself, by language where it says
    one (else the empty language). ``booking`` is the number of a pre-registration it holds, ``host`` whose it
    is."""

    origin: Origin
    words: Mapping[Word, Told] = field(default_factory=lambda: MappingProxyType({}))
    kind: DocumentKind | None = None
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    booking: str = ""
    host: str = ""

    @property
    def number(self) -> str:
        told = self.words.get(Word.NUMBER)
        return told.text if told else ""


# --- machine-readable zones --------------------------------------------------------------------------------------

_UNDER_A_DIGIT = 0.97  # one wrong letter in ten passes a check digit, and the reader is rarely wrong
_WITHOUT_A_DIGIT = 0.9
_TITLE_CASED = 0.85  # small letters and accents are guessed
_DIGIT_WRONG = 0.4


def of_zone(zone: Mrz, today: date, sureness: float, origin: Origin = Origin.PASSPORT_ZONE) -> SourceWords:
    """``sureness`` of the reader's, 0..1: what no check digit covers is no surer than that."""
    right = zone.check_digits
    plain = min(_WITHOUT_A_DIGIT, sureness) if zone.is_valid else _DIGIT_WRONG
    name = min(_TITLE_CASED, plain)

    def checked(part: str) -> float:
        return _UNDER_A_DIGIT if right.get(part) else _DIGIT_WRONG

    birth, expiry = zone.birth(today), zone.expiry(today)
    cut = zone.names_may_be_cut_off
    words = {
        Word.SURNAME: Told(title_cased(zone.surname), name, cut and not zone.given_names),
        Word.GIVENNAMES: Told(title_cased(zone.given_names), name, cut),
        Word.BIRTH_DATE: Told(birth.isoformat() if birth else "", checked("birth_date")),
        Word.SEX: Told(zone.sex, plain),
        Word.NATIONALITY: Told(zone.nationality, plain),
        Word.NUMBER: Told(zone.number, checked("number")),
        Word.ISSUING_STATE: Told(zone.issuing_state, plain),
        Word.EXPIRY_DATE: Told(expiry.isoformat() if expiry else "", checked("expiry_date")),
    }
    return SourceWords(origin, _said(words), _kind_of(zone))


def _kind_of(zone: Mrz) -> DocumentKind:
    """By the first letter of the lines (Doc 9303-4, -5, -7)."""
    kinds = {"P": DocumentKind.PASSPORT, "V": DocumentKind.VISA}
    return kinds.get(zone.document_code[:1], DocumentKind.ID_CARD)


def title_cased(name: str) -> str:
    """``ANNA-MARIA O CONNOR`` as people write it, as far as that can be guessed; particles are the officer's."""
    return re.sub(r"[^\W\d_]+", lambda found: found[0].capitalize(), name)


# --- chips -------------------------------------------------------------------------------------------------------

_SIGNED = (ChipAuthenticity.GENUINE, ChipAuthenticity.UNCHANGED)
_UNSIGNED_CHIP = 0.975  # no surer than the page that it repeats, but read without a mistake
_CAPITALS_ON_CHIP = 0.9
_FROM_CHIP = {
    "full_surname": Word.SURNAME,
    "full_given_names": Word.GIVENNAMES,
    "birth_place": Word.BIRTH_PLACE,
    "personal_number": Word.PERSONAL_NUMBER,
    "address": Word.ADDRESS,
    "telephone": Word.PHONE,
    "profession": Word.PROFESSION,
    "issue_date": Word.ISSUE_DATE,
}


def of_chip(reading: ChipReading, zone: Mrz | None, today: date) -> SourceWords:
    """DG11 has names in full, in their own letters; what it leaves out is told by DG1. A chip that was found false
    says nothing."""
    if reading.authenticity is ChipAuthenticity.FALSE:
        return SourceWords(Origin.CHIP)
    sure = 0.99 if reading.authenticity in _SIGNED else _UNSIGNED_CHIP
    base = of_zone(zone, today, 1.0, Origin.CHIP) if zone else SourceWords(Origin.CHIP)
    words = {
        word: Told(told.text, min(told.confidence, sure) if word in NAMES else sure, told.cut_off)
        for word, told in base.words.items()
    }
    for name, word in _FROM_CHIP.items():
        if name in reading.fields:
            words[word] = _of_file(reading.fields[name].value, sure)
    if "full_birth_date" in reading.fields:
        words[Word.BIRTH_DATE] = Told(reading.fields["full_birth_date"].value, sure)
    return SourceWords(Origin.CHIP, _said(words), base.kind)


def _of_file(text: str, sure: float) -> Told:
    """Some issuers write DG11 in capitals, too; then small letters are guessed here as well."""
    return Told(title_cased(text), min(sure, _CAPITALS_ON_CHIP)) if text.isupper() else Told(text, sure)


NAMES = frozenset({Word.SURNAME, Word.GIVENNAMES, Word.FULL_NAME})

# --- codes -------------------------------------------------------------------------------------------------------

_BY_ITS_ISSUER = 0.95
_BY_ANYBODY = 0.7  # a card of names, or an object nobody signed: a telephone makes such a code
_IN_CAPITALS = 0.85


def of_barcodes(barcodes: Iterable[Barcode], today: date) -> tuple[SourceWords, ...]:
    """What the codes on one page say, each by itself; those that say nothing about people are left out."""
    found = []
    for each in barcodes:
        zone = zone_in((each,))
        if zone is not None:
            found.append(of_zone(zone, today, 1.0, Origin.BARCODE))
        elif (words := _of_text(each.text)) is not None:
            found.append(words)
    return tuple(found)


def _of_text(text: str) -> SourceWords | None:
    try:
        return _of_licence(aamva.parse(text))
    except MalformedData:
        code = person_code.parse(text)
    if code is None:
        return None
    if code.kind is CodeKind.BOOKING:
        return SourceWords(Origin.BARCODE, booking=code.fields["number"], host=code.fields.get("host", ""))
    if code.kind is CodeKind.AADHAAR:
        return SourceWords(Origin.BARCODE, _named(code.fields, _AADHAAR, _BY_ITS_ISSUER), DocumentKind.ID_CARD)
    if code.kind is CodeKind.CARD:
        return SourceWords(Origin.BARCODE, _named(code.fields, {}, _BY_ANYBODY))
    own = {name: {"": text} for name, text in code.fields.items()} | dict(code.texts)
    return SourceWords(Origin.BARCODE, _named(code.fields, _KEYS, _BY_ANYBODY), fields=own)


def _of_licence(licence: aamva.Licence) -> SourceWords:
    def day(value: date | None) -> Told:
        return Told(value.isoformat() if value else "", _BY_ITS_ISSUER)

    def name(text: str) -> Told:
        capitals = text.isupper()
        sure = _IN_CAPITALS if capitals else _BY_ITS_ISSUER
        return Told(title_cased(text) if capitals else text, sure, licence.is_cut_off)

    words = {
        Word.SURNAME: name(licence.surname),
        Word.GIVENNAMES: name(licence.given_names),
        Word.BIRTH_DATE: day(licence.birth),
        Word.SEX: Told(licence.sex, _BY_ITS_ISSUER),
        Word.NUMBER: Told(licence.number, _BY_ITS_ISSUER),
        Word.EXPIRY_DATE: day(licence.expiry),
        Word.ISSUE_DATE: day(licence.issued),
        Word.ADDRESS: Told(", ".join(licence.address), _BY_ITS_ISSUER),
        Word.CITY: Told(licence.city, _BY_ITS_ISSUER),
        Word.REGION: Told(licence.region, _BY_ITS_ISSUER),
        Word.POSTAL_CODE: Told(licence.postal_code, _BY_ITS_ISSUER),
        Word.COUNTRY: Told(licence.country, _BY_ITS_ISSUER),
    }
    return SourceWords(Origin.BARCODE, _said(words), DocumentKind.DRIVING_LICENCE)


_AADHAAR = {
    "name": Word.FULL_NAME,
    "dob": Word.BIRTH_DATE,
    "gender": Word.SEX,
    "street": Word.ADDRESS,
    "vtc": Word.CITY,
    "state": Word.REGION,
    "pc": Word.POSTAL_CODE,
}
# The names that identity services and issuers of cards give the same things, without their signs.
_KEYS = {
    "surname": Word.SURNAME,
    "familyname": Word.SURNAME,
    "lastname": Word.SURNAME,
    "givenname": Word.GIVENNAMES,
    "givennames": Word.GIVENNAMES,
    "firstname": Word.GIVENNAMES,
    "name": Word.FULL_NAME,
    "fullname": Word.FULL_NAME,
    "birthdate": Word.BIRTH_DATE,
    "dateofbirth": Word.BIRTH_DATE,
    "dob": Word.BIRTH_DATE,
    "gender": Word.SEX,
    "sex": Word.SEX,
    "nationality": Word.NATIONALITY,
    "documentnumber": Word.NUMBER,
    "birthplace": Word.BIRTH_PLACE,
    "placeofbirth": Word.BIRTH_PLACE,
    "streetaddress": Word.ADDRESS,
    "address": Word.ADDRESS,
    "locality": Word.CITY,
    "city": Word.CITY,
    "region": Word.REGION,
    "postalcode": Word.POSTAL_CODE,
    "country": Word.COUNTRY,
    "phone": Word.PHONE,
    "phonenumber": Word.PHONE,
    "mobile": Word.PHONE,
    "email": Word.EMAIL,
    "dateofexpiry": Word.EXPIRY_DATE,
    "dateofissue": Word.ISSUE_DATE,
}


def _named(fields: Mapping[str, str], names: Mapping[str, Word], sure: float) -> Mapping[Word, Told]:
    own = {each.value: each for each in Word}
    found: dict[Word, Told] = {}
    for name, text in fields.items():
        word = names.get(name) or own.get(name)
        if word is not None:
            found.setdefault(word, Told(in_our_form(word, text), sure))
    return _said(found)


# --- proofs ------------------------------------------------------------------------------------------------------


def of_attributes(attributes: Mapping[str, object]) -> SourceWords:
    """What a proof of identity came to know, by the names that its configuration gave."""
    texts = {name: str(value) for name, value in attributes.items() if isinstance(value, str | int)}
    plain = {re.sub(r"[^a-z0-9]", "", name.rpartition(".")[2].lower()): text for name, text in texts.items()}
    own = {name: {"": text} for name, text in texts.items()}
    return SourceWords(Origin.PROOF, _named(plain, _KEYS, _BY_ITS_ISSUER), fields=own)


# --- shapes ------------------------------------------------------------------------------------------------------

_SEXES = {"female": "F", "male": "M", "f": "F", "m": "M", "w": "F", "other": "X", "x": "X", "o": "X", "t": "X"}
_LONGEST = 200


def _said(words: Mapping[Word, Told]) -> Mapping[Word, Told]:
    return MappingProxyType(
        {word: told for word, told in words.items() if told.text and len(told.text) <= _LONGEST}
    )


def in_our_form(word: Word, text: str) -> str:
    if word in DATES:
        day = day_in(text)
        return day.isoformat() if day else ""
    if word is Word.SEX:
        return _SEXES.get(text.strip().lower(), "")
    return " ".join(text.split())


_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %m %Y")


def day_in(text: str) -> date | None:
    """A day as forms and codes write it, day before month; None where it could be meant otherwise."""
    plain = text.strip().partition("T")[0]
    for form in _DAYS:
        try:
            return datetime.strptime(plain, form).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
    return None
