"""The demographic form: which fields there are, and whether what stands in them will do.

Built from the ID schema (what a field is) and the UI specification (how it is shown). Pure; the window
draws it, the command line feeds it, both get the same findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum

from muster.domain.applicant import Demographics, DemographicValue, LocalizedText
from muster.domain.assessment import Finding
from muster.domain.registration import Process
from muster.errors import Code
from muster.formats.id_schema import SchemaField
from muster.formats.ui_spec import UiField
from muster.packet.assemble import UIN_FIELD
from muster.workstation.reference import Choice, Labels, ReferenceData

FIELD_REQUIRED = Code("FIELD_REQUIRED", "This field is needed.")
FIELD_UNKNOWN = Code("FIELD_UNKNOWN", "The form has no field of this name.")
FIELD_WRONG_KIND = Code("FIELD_WRONG_KIND", "This field needs its text in each language of the registration.")
FIELD_LANGUAGE_UNKNOWN = Code("FIELD_LANGUAGE_UNKNOWN", "This is not a language of the registration.")
FIELD_FORMAT = Code("FIELD_FORMAT", "This is not written the way the field needs it.")
DATE_UNREADABLE = Code("DATE_UNREADABLE", "Write the date as year/month/day, for example 1990/05/31.")
DATE_IN_FUTURE = Code("DATE_IN_FUTURE", "This date lies in the future.")
DATE_TOO_EARLY = Code("DATE_TOO_EARLY", "This date is too long ago to be a date of birth.")
CHOICE_UNKNOWN = Code("CHOICE_UNKNOWN", "Choose one of the entries of the list.")
CHOICES_DIFFER = Code("CHOICES_DIFFER", "Choose the same entry of the list in every language.")
CHOICE_ELSEWHERE = Code("CHOICE_ELSEWHERE", "This entry does not belong to the place chosen above it.")

UIN_WRONG = Code("UIN_WRONG", "This is no identity number: a digit is wrong or missing. Compare it with the card.")

_UIN_SHAPE = re.compile(r"[2-9][0-9]{9}")  # mosip.kernel.uin.length; none begins with 0 or 1
MAXIMUM_AGE_YEARS = 200  # MOSIP's max_age
_DATE = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}")  # strptime would also take 1990/5/31 and Arabic digits


class FieldKind(Enum):
    TEXT = "text"
    LOCALIZED = "localized"
    DATE = "date"
    CHOICE = "choice"
    LOCALIZED_CHOICE = "localized_choice"


@dataclass(frozen=True, slots=True)
class FormField:
    """One field as it is shown. ``parent`` names the field whose choice narrows this one's list."""

    id: str
    kind: FieldKind
    labels: Labels
    required: bool
    choices: tuple[Choice, ...]
    parent: str | None
    group: str
    group_labels: Labels


def build_form(reference: ReferenceData, process: Process = Process.NEW) -> tuple[FormField, ...]:
    """The demographic fields in the order they are shown; documents and biometrics have own pages.

    Only a new registration must be complete. MOSIP's specification of an update marks as required what its
    officer chose to change; here what is filled in is what changes. The person's number is no field of it.
    """
    fields = tuple(
        _form_field(field, reference, required=field.required and process is Process.NEW)
        for screen in reference.ui_specs[process].screens
        for field in screen.fields
        if field.control in _CONTROLS and field.id in reference.schema.fields and field.id != UIN_FIELD
    )
    return (_UIN, *fields) if process is Process.UPDATE else fields


_UIN = FormField(
    id=UIN_FIELD,
    kind=FieldKind.TEXT,
    labels={
        "eng": "Identity number (UIN)",
        "fra": "Numéro d'identité (UIN)",
        "ara": "رقم الهوية (UIN)",
        "hin": "पहचान संख्या (UIN)",
    },
    required=True,
    choices=(),
    parent=None,
    group="Number",
    group_labels={"eng": "Whose data", "fra": "Personne concernée", "ara": "صاحب البيانات", "hin": "किसका विवरण"},
)
_CONTROLS = ("textbox", "ageDate", "date", "button", "dropdown")


def _form_field(field: UiField, reference: ReferenceData, *, required: bool) -> FormField:
    choices = reference.dynamic.get(field.id, ())
    if field.level is not None:
        choices = reference.locations.get(field.level, ())
    return FormField(
        id=field.id,
        kind=_kind(field, bool(choices)),
        labels=field.labels,
        required=required,
        choices=choices,
        parent=field.parent,
        group=field.group,
        group_labels=field.group_labels,
    )


def _kind(field: UiField, has_choices: bool) -> FieldKind:
    if field.control in ("ageDate", "date"):
        return FieldKind.DATE
    localized = field.type == "simpleType"
    if has_choices:
        return FieldKind.LOCALIZED_CHOICE if localized else FieldKind.CHOICE
    return FieldKind.LOCALIZED if localized else FieldKind.TEXT


def check_form(
    values: Demographics,
    form: Iterable[FormField],
    reference: ReferenceData,
    languages: tuple[str, ...],
    now: datetime,
) -> tuple[Finding, ...]:
    """Everything that keeps ``values`` from being accepted.

    ``now`` is the time in the station's zone: what is the future depends on where one stands. A finding's
    ``field`` is the field's id, with ``.<language>`` behind it when one language is meant.
    """
    fields = {field.id: field for field in form}
    findings = [Finding(FIELD_UNKNOWN, field=name) for name in values if name not in fields]
    for field in fields.values():
        schema_field = reference.schema.fields[field.id]
        findings += _check_field(field, schema_field, values.get(field.id), languages, now)
    findings += _check_places(values, fields)
    return tuple(findings)


def _check_field(
    field: FormField,
    schema_field: SchemaField,
    value: DemographicValue | None,
    languages: tuple[str, ...],
    now: datetime,
) -> list[Finding]:
    localized = field.kind in (FieldKind.LOCALIZED, FieldKind.LOCALIZED_CHOICE)
    if value is None or _is_blank(value):
        return [Finding(FIELD_REQUIRED, field=field.id)] if field.required else []
    if field.kind is FieldKind.LOCALIZED_CHOICE and isinstance(value, str):
        return [Finding(CHOICE_UNKNOWN, field=field.id)]  # a code that names no entry: see spell_out
    if localized != isinstance(value, LocalizedText):
        return [Finding(FIELD_WRONG_KIND, field=field.id)]
    if isinstance(value, LocalizedText):
        return _check_texts(field, schema_field, value, languages)
    if field.kind is FieldKind.DATE:
        return _check_date(field.id, value, now)
    return _check_text(field, schema_field, field.id, value, None)


def _check_texts(
    field: FormField, schema_field: SchemaField, value: LocalizedText, languages: tuple[str, ...]
) -> list[Finding]:
    texts = dict(value.values)
    strange = [language for language in texts if language not in languages]
    findings = [Finding(FIELD_LANGUAGE_UNKNOWN, field=f"{field.id}.{language}") for language in strange]
    for language in languages:
        name, text = f"{field.id}.{language}", texts.get(language, "")
        if text.strip():
            findings += _check_text(field, schema_field, name, text, language)
        else:
            findings.append(Finding(FIELD_REQUIRED, field=name))
    if field.choices and not findings:
        meant = [{each.code for each in _entries(field, texts[language], language)} for language in languages]
        if not set.intersection(*meant):
            findings.append(Finding(CHOICES_DIFFER, field=field.id))
    return findings


def _check_text(
    field: FormField, schema_field: SchemaField, name: str, text: str, language: str | None
) -> list[Finding]:
    if field.choices and not _entries(field, text, language):
        return [Finding(CHOICE_UNKNOWN, field=name)]
    if not _is_writable(text):
        return [Finding(FIELD_FORMAT, field=name)]
    if field.id == UIN_FIELD and not is_uin(text):
        return [Finding(UIN_WRONG, field=name)]
    return [] if schema_field.accepts(text, language) else [Finding(FIELD_FORMAT, field=name)]


def is_uin(text: str) -> bool:
    """Whether ``text`` has the shape of MOSIP's number, its last digit the Verhoeff check digit of the others."""
    if not _UIN_SHAPE.fullmatch(text):
        return False
    check = 0
    for place, digit in enumerate(reversed(text)):
        turned = int(digit)
        for _ in range(place % 8):
            turned = _VERHOEFF_TURN[turned]
        check = _dihedral(check, turned)
    return check == 0


# J. Verhoeff, "Error Detecting Decimal Codes" (1969): ten symmetries of a pentagon, 0-4 turns, 5-9 reflections.
_VERHOEFF_TURN = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _dihedral(a: int, b: int) -> int:
    turned = (a - b if a >= 5 else a + b) % 5
    return turned if (a >= 5) == (b >= 5) else turned + 5


def _is_writable(text: str) -> bool:
    """Half a character (a lone surrogate) can stand in a text, but in no file."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_date(name: str, text: str, now: datetime) -> list[Finding]:
    if not _DATE.fullmatch(text):
        return [Finding(DATE_UNREADABLE, field=name)]
    try:
        born = datetime.strptime(text, "%Y/%m/%d").replace(tzinfo=UTC).date()
    except ValueError:
        return [Finding(DATE_UNREADABLE, field=name)]
    today = now.date()
    if born > today:
        return [Finding(DATE_IN_FUTURE, field=name)]
    if born < date(today.year - MAXIMUM_AGE_YEARS, 1, 1):
        return [Finding(DATE_TOO_EARLY, field=name)]
    return []


def _check_places(values: Demographics, fields: Mapping[str, FormField]) -> list[Finding]:
    """A city must lie in the province that was chosen."""
    findings = []
    for field in fields.values():
        if field.parent is None or field.parent not in fields:
            continue
        here = _chosen_entries(field, values.get(field.id))
        above = {choice.code for choice in _chosen_entries(fields[field.parent], values.get(field.parent))}
        # Two places may bear one name: it is enough that one of them lies where it should.
        if here and above and not any(choice.parent in above for choice in here):
            findings.append(Finding(CHOICE_ELSEWHERE, field=field.id))
    return findings


def _chosen_entries(field: FormField, value: DemographicValue | None) -> list[Choice]:
    if isinstance(value, LocalizedText):
        return [entry for language, text in value.values for entry in _entries(field, text, language)]
    return _entries(field, value, None) if value else []


def _entries(field: FormField, text: str, language: str | None) -> list[Choice]:
    """The list entries meant by ``text``: by code, or by name (in ``language`` where one is given)."""
    return [
        choice
        for choice in field.choices
        if text == choice.code or text in ([choice.labels.get(language)] if language else choice.labels.values())
    ]


def spell_out(values: Demographics, form: Iterable[FormField], languages: tuple[str, ...]) -> Demographics:
    """Replace a bare code in a localized list by the entry's names: ``FLE`` -> Female, Féminin.

    Whoever writes ``registration.json`` by hand need not translate what the station knows.
    """
    fields = {field.id: field for field in form}

    def spelled(name: str, value: DemographicValue) -> DemographicValue:
        field = fields.get(name)
        if field is None or field.kind is not FieldKind.LOCALIZED_CHOICE or isinstance(value, LocalizedText):
            return value
        meant = _entries(field, value, None)
        if not meant:
            return value
        return LocalizedText(tuple((each, meant[0].labels.get(each, value)) for each in languages))

    return {name: spelled(name, value) for name, value in values.items()}


def _is_blank(value: DemographicValue) -> bool:
    texts = (text for _, text in value.values) if isinstance(value, LocalizedText) else (value,)
    return not any(text.strip() for text in texts)
