"""What of a form is shown and needed just now, by what stands in it. Pure.

Rules, as MOSIP's client has them:

1. ``requiredOn`` decides wherever it is there, and ``required`` where it is not; any one of its conditions is
   enough.
2. A condition sees the values by name, ages by the dates, and what an update changes. What stands in a field that
   is hidden is nothing to it.
3. Of an update only the chosen groups are shown, and those the specification always selects. Before any is chosen
   everything is shown and nothing but the number needed: what is filled in is what changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from muster.domain.age_groups import AGE_GROUPS, AgeGroups, age_in_years
from muster.domain.applicant import Demographics, DemographicValue, LocalizedText
from muster.domain.registration import Process
from muster.formats.expression import Expression, Scope, Value
from muster.formats.ui_spec import UiField
from muster.packet.assemble import UIN_FIELD
from muster.workstation.forms import FieldKind, FormField, entries_chosen, is_blank, understood

_ROUNDS = 5  # fields that hide one another settle after two


@dataclass(frozen=True, slots=True)
class ShownField:
    field: FormField
    required: bool


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """A group of an update as it is offered: its first label of a field stands for one it has none for."""

    name: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What conditions look at beside the values: ``groups`` are those chosen for an update."""

    today: date
    process: Process = Process.NEW
    groups: tuple[str, ...] = ()
    ages: AgeGroups = AGE_GROUPS

    @property
    def is_free_update(self) -> bool:
        """An update of which nobody said what it changes."""
        return self.process is Process.UPDATE and not self.groups


def shown_fields(form: Iterable[FormField], values: Demographics, around: Circumstances) -> tuple[ShownField, ...]:
    """What the page shows now, in the form's order."""
    form = tuple(form)
    hidden = _hidden(form, values, around)
    scope = scope_of(form, {name: each for name, each in values.items() if name not in hidden}, around)
    return tuple(ShownField(field, _is_required(field, scope, around)) for field in form if field.id not in hidden)


def shown_values(form: Iterable[FormField], values: Demographics, around: Circumstances) -> Demographics:
    """``values`` without those that stand behind hidden fields; what the form does not know stays."""
    form = tuple(form)
    hidden = _hidden(form, values, around)
    return {name: value for name, value in values.items() if name not in hidden}


def either_will_do(shown: Iterable[ShownField]) -> Mapping[str, str]:
    """Of needed fields that hide one another: the first of two, and the second."""
    fields = {each.field.id: each.field for each in shown if each.required}
    partners: dict[str, str] = {}
    for name, field in fields.items():
        for other in _asked_about(field):
            if other in fields and name in _asked_about(fields[other]) and name not in partners.values():
                partners.setdefault(name, other)
    return partners


def _asked_about(field: FormField) -> frozenset[str]:
    """Other fields by which it is decided whether this one is shown."""
    return frozenset(path.asked_for for path in field.visible.paths()) if field.visible else frozenset()


def groups_offered(form: Iterable[FormField]) -> tuple[FieldGroup, ...]:
    """What an officer may choose to change, in the form's order."""
    found: dict[str, FieldGroup] = {}
    for field in form:
        if not field.is_always_asked and field.group:
            labels = found[field.group].labels if field.group in found else {}
            found[field.group] = FieldGroup(field.group, labels or field.group_labels or {})
    return tuple(FieldGroup(each.name, each.labels or _first_labels(each.name, form)) for each in found.values())


def _first_labels(group: str, form: Iterable[FormField]) -> Mapping[str, str]:
    return next((field.labels for field in form if field.group == group), {})


def is_wanted(field: UiField, scope: Scope) -> bool:
    """Whether a document or capture is needed: rule 1, for what stands on no form."""
    return _holds_any(field.required, tuple(understood(each) for each in field.required_on), scope)


def scope_of(form: Iterable[FormField], values: Demographics, around: Circumstances) -> Scope:
    """What conditions see. ``updatableFieldGroups`` of an update that names none are those that hold something."""
    fields = {field.id: field for field in form}
    return _scope(fields, _all_seen(fields, values), around)


_Fields = Mapping[str, FormField]


def _scope(fields: _Fields, seen: Mapping[str, Value], around: Circumstances) -> Scope:
    """The names are those of MOSIP's ``RegistrationDTO.getMVELDataContext``."""
    identity = dict(seen)
    for name, field in fields.items():
        value = seen.get(name)
        if field.kind is FieldKind.DATE and isinstance(value, str):
            age = age_in_years(value, around.today)
            years, group = None if age is None else float(age), around.ages.of_birth(value, around.today)
            identity |= {f"{name}_age": years, f"{name}_ageGroup": group}
            if field.is_birth_date:
                identity |= {"age": years, "ageGroup": group}
        elif field.choices and isinstance(value, tuple):
            identity[f"{name}Code"] = value[0]
    groups = around.groups
    if around.is_free_update:
        groups = tuple(dict.fromkeys(fields[name].group for name in seen if name in fields))
    process = around.process
    return {
        "identity": {
            **identity,
            "updatableFieldGroups": groups,
            "updatableFields": tuple(name for name, field in fields.items() if field.group in groups),
            "_process": process.value,
            "_flow": _FLOWS[process],
            "isNew": process is Process.NEW,
            "isUpdate": process is Process.UPDATE,
            "isLost": process is Process.LOST,
        }
    }


# Its desktop client writes them one way, its Android client another.
_FLOWS = {
    Process.NEW: ("NEW", "New"),
    Process.UPDATE: ("UPDATE", "Update"),
    Process.LOST: ("LOST", "Lost"),
    Process.BIOMETRIC_CORRECTION: ("CORRECTION", "Correction"),
}
ALWAYS_THERE = frozenset(
    {
        "ageGroup", "age", "updatableFieldGroups", "updatableFields", "_process", "_flow", "isNew", "isUpdate",
        "isLost", "UIN",
    }
)  # fmt: skip
DERIVED = ("Code", "_age", "_ageGroup")  # behind a field's name: of a list's entry, of a date


def _all_seen(fields: _Fields, values: Demographics) -> dict[str, Value]:
    return {name: _seen(fields.get(name), value) for name, value in values.items() if not is_blank(value)}


def _seen(field: FormField | None, value: DemographicValue) -> Value:
    """A list's entry by its code and by all its names; a text in several languages as all of them."""
    entries = entries_chosen(field, value) if field is not None else []
    if entries:
        return tuple(dict.fromkeys(text for each in entries for text in (each.code, *each.labels.values())))
    return tuple(text for _, text in value.values) if isinstance(value, LocalizedText) else value


def _hidden(form: tuple[FormField, ...], values: Demographics, around: Circumstances) -> frozenset[str]:
    """Decided one after the other, so that of two fields which hide one another one stays."""
    fields = {field.id: field for field in form}
    seen = _all_seen(fields, values)
    hidden = {field.id for field in form if not _is_chosen(field, around)}
    conditional = [field for field in form if field.visible is not None and field.id not in hidden]
    for _ in range(_ROUNDS):
        before = frozenset(hidden)
        for field in conditional:
            scope = _scope(fields, {name: value for name, value in seen.items() if name not in hidden}, around)
            if field.visible is None or field.visible.holds(scope):
                hidden.discard(field.id)
            else:
                hidden.add(field.id)
        if hidden == before:
            break
    return frozenset(hidden)


def _is_chosen(field: FormField, around: Circumstances) -> bool:
    is_narrowed = around.process is Process.UPDATE and bool(around.groups)
    return not is_narrowed or field.is_always_asked or field.group in around.groups


def _is_required(field: FormField, scope: Scope, around: Circumstances) -> bool:
    if around.is_free_update:
        return field.id == UIN_FIELD
    return _holds_any(field.required, field.required_on, scope)


def _holds_any(required: bool, conditions: Iterable[Expression | None], scope: Scope) -> bool:
    conditions = tuple(conditions)
    if not conditions:
        return required
    return any(each is not None and each.holds(scope) for each in conditions)
