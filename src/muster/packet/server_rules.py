"""What a server asks of the contents of a packet, once for who reads packets and for who writes them.

Pure rules over parsed JSON and file names; a problem is a :class:`Code` and what it is about. ``packet.judging``
tells them of a packet that was opened, ``packet.assemble`` raises the first one before anything is sealed.
Sections 3 and 5 ("Who checks what") of the packet notes.

Here is what can be said without the ID schema, which a packet does not carry: of the kinds of fields their shapes
only. ``kind_problems`` is for who has it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from muster.clock import parse_rfc3339
from muster.domain.age_groups import age_in_years
from muster.domain.biometrics import SampleFacts
from muster.errors import Code
from muster.formats import mosip_packet as mosip
from muster.formats.id_schema import FieldType, SchemaField
from muster.formats.packet_meta import PacketMeta
from muster.packet.cbeff_payload import CBEFF_TIMESTAMP_WRONG, SIGNED_TIMES, claims_of, signed_times

SCHEMA_VERSION_WRONG = Code(
    "SCHEMA_VERSION_WRONG", "A part of the packet does not tell the version of its ID schema as a number."
)
VALUE_SHAPE_WRONG = Code("VALUE_SHAPE_WRONG", "The field {field} has a form that no ID schema knows.")
FIELD_KIND_WRONG = Code(
    "FIELD_KIND_WRONG", "The field {field} holds another kind of value than its ID schema says."
)
VALUE_EMPTY = Code("VALUE_EMPTY", "The field {field} has no text. Fill it in or leave it out.")
VALUE_FORMAT_WRONG = Code(
    "VALUE_FORMAT_WRONG", "The field {field} is not written the way the ID schema asks for. Correct it."
)
FILE_OF_FIELD_MISSING = Code("FILE_OF_FIELD_MISSING", "The packet lacks the file that the field {field} names.")
FILE_WITHOUT_FIELD = Code("FILE_WITHOUT_FIELD", "The packet holds a file that no field names: {field}.")
AUDIT_EMPTY = Code("AUDIT_EMPTY", "The registration has no audit record. Call your supervisor.")
AUDIT_WRONG = Code("AUDIT_WRONG", "The audit records in the packet are not a list of names with texts.")
CREATION_DATE_WRONG = Code("CREATION_DATE_WRONG", "The packet's description does not tell when it was made.")
LABEL_MISSING = Code("LABEL_MISSING", "The packet's description lacks {field}.")
STATION_DIFFERS = Code("STATION_DIFFERS", "The packet's description names another station than the packet.")
OFFICER_UNCONFIRMED = Code(
    "OFFICER_UNCONFIRMED", "Nothing in the packet confirms the officer: no password and no capture."
)
CAPTURE_TOO_OLD = Code(
    "CAPTURE_TOO_OLD", "A capture lies longer before the packet than a server allows. Take it again."
)
CAPTURE_AFTER_PACKET = Code(
    "CAPTURE_AFTER_PACKET",
    "A capture is dated later than the packet. Set the clock of the device or the computer, and take it again.",
)
INTRODUCER_UNNAMED = Code(
    "INTRODUCER_UNNAMED",
    "A small child needs somebody who brings it: that person's identity number or registration number is missing.",
)
INTRODUCER_NOT_CAPTURED = Code(
    "INTRODUCER_NOT_CAPTURED",
    "A small child needs somebody who brings it: of that person no face, finger or eye was captured.",
)

VERSION_FIELD = "IDSchemaVersion"
# ``DeviceValidator``'s minutes in MOSIP's default configuration (trap 12).
CAPTURE_WINDOW = timedelta(minutes=30)
# The last year of life in which somebody does not come alone, in MOSIP's default ranges of age.
INFANTS_UNTIL = 5
# The latter half is what clients of 1.1.5 call them.
INTRODUCER_NUMBERS = ("introducerUIN", "introducerRID", "parentOrGuardianUIN", "parentOrGuardianRID")
INTRODUCER_BIOMETRICS = ("introducerBiometrics", "parentOrGuardianBiometrics")
_INTRODUCED = ("NEW", "UPDATE")  # whoever lost a number is found by it
# Servers do not ask these for signatures of devices, nor for the ``others`` that hold them (section 5, trap 16).
VERSIONS_WITHOUT_SIGNATURES = frozenset({"1.1.3", "1.1.4", "1.1.5", "1.1.5.5"})
_LABELS = ("registrationId", "centerId", "machineId", "registrationType", "Registration Client Version Number")
_JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Problem:
    """``about`` is a field, a file or a label, in the words of the packet."""

    code: Code
    about: str = ""

    def __str__(self) -> str:
        return f"{self.code.name}:{self.about}" if self.about else self.code.name


# ID.json (3.1)


def identity_problems(identity: Mapping[str, Any], files: Collection[str]) -> Iterator[Problem]:
    """Of one part; ``files`` are the names of all files in it."""
    version = identity.get(VERSION_FIELD)
    if isinstance(version, bool) or not isinstance(version, int | float) or not math.isfinite(version):
        yield Problem(SCHEMA_VERSION_WRONG, mosip.ID_FILE)
    stems = {mosip.stem(each).lower() for each in files}
    referred = set()
    for name, value in identity.items():
        if name == VERSION_FIELD:
            continue
        if not _is_known_shape(value):
            yield Problem(VALUE_SHAPE_WRONG, name)
        elif isinstance(value, dict):
            referred.add(value["value"].lower())
            if value["value"].lower() not in stems:
                yield Problem(FILE_OF_FIELD_MISSING, name)
    known = referred | mosip.RESERVED_NAMES
    for file in files:
        if mosip.stem(file).lower() not in known:
            yield Problem(FILE_WITHOUT_FIELD, file)


def documents_in(identity: Mapping[str, Any], files: Collection[str]) -> set[str]:
    """The fields of ID.json that name a document which is among the ``files``."""
    stems = {mosip.stem(each).lower() for each in files}
    return {
        name
        for name, value in identity.items()
        if _is_known_shape(value)
        and isinstance(value, dict)
        and not is_biometrics(value)
        and value["value"].lower() in stems
    }


def is_biometrics(value: object) -> bool:
    """Whether a field's value names a biometric file."""
    return isinstance(value, dict) and isinstance(value.get("format"), str) and value["format"].lower() == "cbeff"


def _is_known_shape(value: object) -> bool:
    """Text, number, yes or no, texts by language, or a reference to a file.

    Lists are read leniently: MOSIP's 1.2.1 keeps handles and tags in some.
    """
    if isinstance(value, list):
        return bool(value) and all(isinstance(each, str) or _is_entry(each) for each in value)
    if isinstance(value, dict):
        return _is_text(value.get("value")) and _is_text(value.get("format"))
    return isinstance(value, str | int | float)


def _is_entry(value: object) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("value"), str)
        and ("language" not in value or _is_text(value["language"]))
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


# Who brings a child: the server's introducer validation


def introducer_problems(
    identity: Mapping[str, Any], captured: Collection[str], process: str, on: date, infants_until: int
) -> Iterator[Problem]:
    """``identity`` is that of all parts together, ``captured`` the fields with a biometric file that shows
    something. Nobody is asked for an introducer whose age the packet does not tell."""
    born = identity.get("dateOfBirth")
    age = age_in_years(born, on) if isinstance(born, str) else None
    if process not in _INTRODUCED or age is None or age > infants_until:
        return
    if not any(_is_text(identity.get(each)) for each in INTRODUCER_NUMBERS):
        yield Problem(INTRODUCER_UNNAMED, INTRODUCER_NUMBERS[0])
    if not any(each in captured for each in INTRODUCER_BIOMETRICS):
        yield Problem(INTRODUCER_NOT_CAPTURED, INTRODUCER_BIOMETRICS[0])


# The ID schema: the first thing a server's validation stage looks at


def kind_problems(field: SchemaField, value: object) -> Iterator[Problem]:
    """A value as it stands in ID.json against what the schema says of its field."""
    texts = _texts_of(field.type, value)
    if texts is None:
        yield Problem(FIELD_KIND_WRONG, field.id)
    elif not all(text.strip() for _, text in texts):
        yield Problem(VALUE_EMPTY, field.id)
    elif not all(field.accepts(text, language) for language, text in texts):
        yield Problem(VALUE_FORMAT_WRONG, field.id)


def _texts_of(kind: FieldType, value: object) -> list[tuple[str, str]] | None:
    """The texts in a value, by language where they have one; nothing for a value of another kind."""
    match kind:
        case FieldType.LOCALIZED:
            if value == []:
                return [("", "")]
            if not isinstance(value, list) or not all(map(_is_entry, value)):
                return None
            texts = [(each.get("language", ""), each["value"]) for each in value]
            languages = {language for language, _ in texts}
            return texts if "" not in languages and len(languages) == len(texts) else None
        case FieldType.STRING:
            return [("", value)] if isinstance(value, str) else None
        case FieldType.DOCUMENT | FieldType.BIOMETRICS:
            is_right = isinstance(value, dict) and is_biometrics(value) is (kind is FieldType.BIOMETRICS)
        case FieldType.LIST:
            is_right = isinstance(value, list) and bool(value) and all(map(_is_text, value))
        case FieldType.BOOLEAN:
            is_right = isinstance(value, bool)
        case FieldType.INTEGER:
            is_right = isinstance(value, int) and not isinstance(value, bool)
        case FieldType.NUMBER:
            is_right = isinstance(value, int | float) and not isinstance(value, bool)
    return [] if is_right else None


def as_kind(kind: FieldType, text: str) -> object:
    """What a form's text is in ID.json: numbers, flags and lists (with commas between) are no texts there. Left
    alone when it is none."""
    if kind is FieldType.LIST:
        return text.split(",")
    if kind is FieldType.BOOLEAN and text in ("true", "false"):
        return text == "true"
    if kind in (FieldType.NUMBER, FieldType.INTEGER) and _JSON_NUMBER.fullmatch(text):
        number = json.loads(text)
        return number if math.isfinite(number) else text
    return text


# audit.json (3.5)


def audit_problems(entries: object) -> Iterator[Problem]:
    """At least one record (KER-KPM-008), each a flat map of texts, as Java reads it."""
    if not isinstance(entries, list) or not all(_is_flat(each) for each in entries):
        yield Problem(AUDIT_WRONG, mosip.AUDIT_FILE)
    elif not entries:
        yield Problem(AUDIT_EMPTY, mosip.AUDIT_FILE)


def _is_flat(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and bool(entry)
        and all(value is None or isinstance(value, str) for value in entry.values())
    )


# packet_meta_info.json (3.4)


def description_problems(meta: PacketMeta, ref_id: str) -> Iterator[Problem]:
    """What the validators of centre, machine, device and operator ask for; of all three parts together."""
    if created_at(meta) is None:
        yield Problem(CREATION_DATE_WRONG, "creationDate")
    for label in _LABELS:
        if not meta.about.get(label):
            yield Problem(LABEL_MISSING, f"metaData/{label}")
    center, machine = meta.about.get("centerId"), meta.about.get("machineId")
    if center and machine and f"{center}_{machine}" != ref_id:
        yield Problem(STATION_DIFFERS, "metaData")
    if not meta.operations.get("officerId"):
        yield Problem(LABEL_MISSING, "operationsData/officerId")
    flags = ("officerPassword", "officerOTPAuthentication")
    confirmed = any(meta.operations.get(each, "").lower() == "true" for each in flags)
    if not confirmed and not meta.operations.get("officerBiometricFileName"):
        yield Problem(OFFICER_UNCONFIRMED, "operationsData")


def created_at(meta: PacketMeta) -> datetime | None:
    """The top-level date, with which servers compare every capture."""
    try:
        return parse_rfc3339(meta.created)
    except ValueError:
        return None


def capture_problem(facts: SampleFacts, created: datetime, window: timedelta = CAPTURE_WINDOW) -> Code | None:
    """When a capture was made, by this computer's clock and by what its device signed (trap 12)."""
    signed = signed_times(claims_of(facts.attestation.payload.encode("utf-8", "surrogatepass")))
    if len(signed) < len(SIGNED_TIMES):
        return CBEFF_TIMESTAMP_WRONG
    found = (time_problem(at, created, window) for at in (facts.captured_at, *signed.values()))
    return next((code for code in found if code), None)


def time_problem(at: datetime, created: datetime, window: timedelta = CAPTURE_WINDOW) -> Code | None:
    """A time that a device signed, without its milliseconds, against the packet's, which has them (trap 12)."""
    if at > created:
        return CAPTURE_AFTER_PACKET
    return CAPTURE_TOO_OLD if at < created - window else None
