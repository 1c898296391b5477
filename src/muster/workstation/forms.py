"""The fields of a form: built from the ID schema (what a field is) and the UI specification (how it is shown).

Pure. What is shown and needed while somebody types is ``form_conditions``, whether what stands there will do is
``form_checking``; the window draws it, the command line feeds it, both get the same findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from muster.domain.applicant import Demographics, DemographicValue, LocalizedText
from muster.domain.registration import Process
from muster.errors import MalformedData
from muster.formats.expression import Expression
from muster.formats.id_schema import FieldType, IdSchema, SchemaField
from muster.formats.ui_spec import Condition, UiField
from muster.formats.validator import Validator
from muster.packet.assemble import UIN_FIELD
from muster.workstation.reference import LANGUAGES, Choice, Choices, Labels, ReferenceData


class FieldKind(Enum):
    """``CHECKED`` is a tick box: its value is ``Y`` or nothing."""

    TEXT = "text"
    LOCALIZED = "localized"
    DATE = "date"
    CHOICE = "choice"
    LOCALIZED_CHOICE = "localized_choice"
    CHECKED = "checked"


@dataclass(frozen=True, slots=True)
class FormField:
    """One field as it is shown. ``parent`` names the field whose choice narrows this one's list.

    ``required`` is what counts where ``required_on`` says nothing; whether it is needed and shown just now says
    ``form_conditions.shown_fields``. ``level`` is its place in the hierarchy of locations. ``is_always_asked`` are
    the fields of an update that no choice of groups hides. ``case`` is ``upper`` or ``lower``, ``earliest_days``
    and ``latest_days`` how far a date may lie from today.
    """

    id: str
    kind: FieldKind
    labels: Labels
    required: bool
    choices: Choices
    parent: str | None
    group: str
    group_labels: Labels
    sub_type: str = ""
    visible: Expression | None = None
    required_on: tuple[Expression, ...] = ()
    validators: tuple[Validator, ...] = ()
    case: str = ""
    earliest_days: int | None = None
    latest_days: int | None = None
    level: int | None = None
    is_birth_date: bool = False
    is_transliterated: bool = False
    is_handle: bool = False
    is_always_asked: bool = False


def build_form(reference: ReferenceData, process: Process = Process.NEW) -> tuple[FormField, ...]:
    """The demographic fields in the order they are shown; documents and biometrics have own pages.

    The person's number is no field of an update's specification; its officer needs it first.
    """
    spec = reference.ui_specs[process]
    fields = [
        replace(_form_field(field, reference), is_always_asked=field.group in spec.auto_groups)
        for field in spec.fields
        if is_on_form(field, reference.schema) and field.id != UIN_FIELD
    ]
    linked = _linked(fields)
    if process is not Process.UPDATE:
        return linked
    number = reference.schema.fields.get(UIN_FIELD)
    return (replace(_UIN, validators=number.validators if number else ()), *linked)


def is_on_form(field: UiField, schema: IdSchema) -> bool:
    """Whether it is asked on the page of details. Consent has a page of its own."""
    return field.control in _CONTROLS and field.id in schema.fields and field.sub_type not in _CONSENT


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
    choices=Choices(),
    parent=None,
    group="Number",
    group_labels={"eng": "Whose data", "fra": "Personne concernée", "ara": "صاحب البيانات", "hin": "किसका विवरण"},
    is_always_asked=True,
)
_CONTROLS = ("textbox", "ageDate", "date", "button", "dropdown", "checkbox")
_CONSENT = ("consent", "consentText")
PREFERRED_LANGUAGE = "preferredLang"


def _form_field(field: UiField, reference: ReferenceData) -> FormField:
    level = level_of(field, reference.levels)
    choices = Choices.of(_choices(field, level, reference))
    required_on = tuple(each for each in map(understood, field.required_on) if each is not None)
    schema_field = reference.schema.fields[field.id]
    kind = _kind(field, schema_field, bool(choices))
    return FormField(
        id=field.id,
        kind=kind,
        labels=field.labels,
        required=field.required and len(required_on) == len(field.required_on),
        choices=choices,
        parent=field.parent,
        group=field.group,
        group_labels=field.group_labels,
        sub_type=field.sub_type,
        visible=understood(field.visible),
        required_on=required_on,
        validators=_validators(field, schema_field),
        case=field.case,
        earliest_days=field.earliest_days,
        latest_days=field.latest_days,
        level=level,
        is_birth_date=field.control == "ageDate" or field.sub_type == "dateOfBirth",
        is_transliterated=field.is_transliterated or kind is FieldKind.LOCALIZED,
        is_handle=schema_field.is_handle,
    )


def understood(condition: Condition | None) -> Expression | None:
    """The condition, or nothing where it cannot be understood.

    Who asks then shows the field and does not ask for it: a question too many costs seconds, one that nobody can
    answer would end the registration. ``muster spec lint`` tells of it before.
    """
    if condition is None or condition.engine.upper() != "MVEL":
        return None
    try:
        return Expression.parse(condition.text)
    except MalformedData:
        return None


def level_of(field: UiField, levels: Mapping[str, int]) -> int | None:
    """Its level in the hierarchy of locations, said by number or, as MOSIP's files do, by its name."""
    if field.level is not None or field.control not in ("dropdown", "button"):
        return field.level
    return levels.get(field.sub_type.casefold())


def _choices(field: UiField, level: int | None, reference: ReferenceData) -> tuple[Choice, ...]:
    if level is not None:
        return reference.locations.get(level, ())
    listed = reference.dynamic.get(field.id) or reference.dynamic.get(field.sub_type) or ()
    if not listed and field.sub_type == PREFERRED_LANGUAGE:
        return tuple(Choice(each.code, dict.fromkeys(_CODES, each.name)) for each in LANGUAGES)
    return listed


_CODES = tuple(each.code for each in LANGUAGES)


def _kind(field: UiField, schema_field: SchemaField, has_choices: bool) -> FieldKind:
    if field.control in ("ageDate", "date"):
        return FieldKind.DATE
    if field.control == "checkbox":
        return FieldKind.CHECKED
    localized = schema_field.type is FieldType.LOCALIZED
    if has_choices:
        return FieldKind.LOCALIZED_CHOICE if localized else FieldKind.CHOICE
    return FieldKind.LOCALIZED if localized else FieldKind.TEXT


def _validators(field: UiField, schema_field: SchemaField) -> tuple[Validator, ...]:
    """The form's first, which may bring a sentence of its own; then those the schema has beside them."""
    own = [each for each in map(_validator, field.rules) if each is not None]
    known = {(each.pattern, each.language) for each in own}
    return (*own, *(each for each in schema_field.validators if (each.pattern, each.language) not in known))


def _validator(content: Mapping[str, object]) -> Validator | None:
    """One that works, or nothing: told as a condition that is not understood."""
    try:
        return Validator.parse(content) if content.get("type") == "regex" else None
    except (re.error, KeyError, TypeError, RecursionError, OverflowError):
        return None


def _linked(fields: Iterable[FormField]) -> tuple[FormField, ...]:
    """A location hangs on the next higher level that is asked, where the specification names no parent."""
    fields = tuple(fields)
    by_level = {each.level: each.id for each in fields if each.level is not None}

    def linked(field: FormField) -> FormField:
        above = [level for level in by_level if field.level is not None and level < field.level]
        return replace(field, parent=by_level[max(above)]) if field.parent is None and above else field

    return tuple(linked(each) for each in fields)


def entries_chosen(field: FormField, value: DemographicValue | None) -> list[Choice]:
    if isinstance(value, LocalizedText):
        return [entry for language, text in value.values for entry in field.choices.meant(text, language)]
    return field.choices.meant(value) if value else []


def spell_out(values: Demographics, form: Iterable[FormField], languages: tuple[str, ...]) -> Demographics:
    """Replace a bare code in a localized list by the entry's names: ``FLE`` -> Female, Féminin; and write capital
    or small letters where the form wants them.

    Whoever writes ``registration.json`` by hand need not translate what the station knows.
    """
    fields = {field.id: field for field in form}

    def spelled(name: str, value: DemographicValue) -> DemographicValue:
        field = fields.get(name)
        if field is None:
            return value
        if field.kind is not FieldKind.LOCALIZED_CHOICE or isinstance(value, LocalizedText):
            return in_case(value, field.case)
        meant = field.choices.meant(value)
        if not meant:
            return value
        return LocalizedText(tuple((each, meant[0].labels.get(each, value)) for each in languages))

    return {name: spelled(name, value) for name, value in values.items()}


def in_case(value: DemographicValue, case: str) -> DemographicValue:
    if isinstance(value, LocalizedText):
        return LocalizedText(tuple((code, str(in_case(text, case))) for code, text in value.values))
    return value.upper() if case == "upper" else value.lower() if case == "lower" else value


def is_blank(value: DemographicValue | None) -> bool:
    if isinstance(value, LocalizedText):
        return not any(text.strip() for _, text in value.values)
    return value is None or not value.strip()


def handles_chosen(
    values: Demographics, form: Iterable[FormField], reference: ReferenceData, chosen: tuple[str, ...] | None
) -> tuple[str, ...]:
    """The filled fields the person signs in by elsewhere: what was ``chosen``, else the deployment's."""
    wanted = reference.handles if chosen is None else chosen
    return tuple(
        each.id for each in form if each.is_handle and each.id in wanted and not is_blank(values.get(each.id))
    )
