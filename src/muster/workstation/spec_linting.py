"""What is wrong with a form before an officer meets it: UI specifications held against their ID schema. Pure.

The JSON is looked at as it is written, so that each remark can say where: ``$.screens[1].fields[3].visible.expr``.
Nothing is raised, and one mistake hides no other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from muster.domain.age_groups import AGE_GROUPS, AgeGroups
from muster.domain.assessment import Severity
from muster.domain.registration import Process
from muster.errors import MalformedData
from muster.formats.bio_attributes import SUBTYPES
from muster.formats.expression import Expression, Not
from muster.formats.id_schema import FieldType, IdSchema
from muster.formats.java_regex import java_regex
from muster.formats.ui_spec import UiSpec
from muster.workstation.form_conditions import ALWAYS_THERE, DERIVED
from muster.workstation.form_reach import can_hold
from muster.workstation.spec_remarks import (
    SPEC_AGE_GROUP_UNKNOWN,
    SPEC_ATTRIBUTE_UNKNOWN,
    SPEC_ATTRIBUTES_MISSING,
    SPEC_CONDITION_NAMES_NOTHING,
    SPEC_CONDITION_WRONG,
    SPEC_CONTROL_UNKNOWN,
    SPEC_DAYS_CROSSED,
    SPEC_ENGINE_UNKNOWN,
    SPEC_FIELD_TWICE,
    SPEC_FIELD_UNKNOWN,
    SPEC_FIELD_WITHOUT_ID,
    SPEC_GROUP_MISSING,
    SPEC_GROUP_UNKNOWN,
    SPEC_LABEL_MISSING,
    SPEC_LEVEL_UNKNOWN,
    SPEC_LIST_EMPTY,
    SPEC_NEVER_ASKED,
    SPEC_NEVER_SHOWN,
    SPEC_NOT_JSON,
    SPEC_PARENT_CIRCLE,
    SPEC_PARENT_UNKNOWN,
    SPEC_PATTERN_WRONG,
    SPEC_PROCESS_UNKNOWN,
    SPEC_REQUIRED_HIDDEN,
    SPEC_RULE_KIND_UNKNOWN,
    SPEC_SAME_ORDER,
    SPEC_SEVERAL_CONDITIONS,
    SPEC_TYPE_DIFFERS,
    SPEC_UNREADABLE,
    Remark,
    blocks,
    warns,
)

CONTROLS = ("textbox", "fileupload", "dropdown", "checkbox", "button", "date", "ageDate", "html", "biometrics")
_CONSENT = ("consent", "consentText", "preferredLang", "IdSchemaVersion")  # the program's own business
_FILLED_BY_THE_PROGRAM = frozenset({"IDSchemaVersion", "UIN", "selectedHandles"})
_TYPES = {
    "simpleType": FieldType.LOCALIZED, "documentType": FieldType.DOCUMENT, "biometricsType": FieldType.BIOMETRICS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a form is held against. What is not known is not held against it: None for a ``schema``, for the fields
    that have ``lists``, for the names of ``levels``."""

    schema: IdSchema | None = None
    ages: AgeGroups = AGE_GROUPS
    languages: tuple[str, ...] = ("eng",)
    lists: frozenset[str] | None = None
    levels: frozenset[str] | None = None


def lint_form(text: str, around: Surroundings) -> tuple[Remark, ...]:
    """Everything about one process's specification, in the order it is written."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno}
        return (Remark(Severity.BLOCKS, "$", SPEC_NOT_JSON, where),)
    except RecursionError:
        return (Remark(Severity.BLOCKS, "$", SPEC_UNREADABLE),)
    remarks = tuple(_Form(content, around).remarks()) if isinstance(content, dict) else ()
    try:
        UiSpec.parse(text)
    except MalformedData:
        return (*remarks, Remark(Severity.BLOCKS, "$", SPEC_UNREADABLE))
    return remarks


class _Form:
    def __init__(self, content: Mapping[str, Any], around: Surroundings) -> None:
        self._content = content
        self._around = around
        self._fields = [
            (f"$.screens[{s}].fields[{f}]", each)
            for s, screen in enumerate(_list(content.get("screens")))
            if isinstance(screen, dict)
            for f, each in enumerate(_list(screen.get("fields")))
            if isinstance(each, dict)
        ]
        self._by_id = {str(each["id"]): each for _, each in self._fields if isinstance(each.get("id"), str)}
        self._is_update = content.get("id") == Process.UPDATE.value

    def remarks(self) -> Iterator[Remark]:
        yield from self._whole()
        first: dict[str, str] = {}
        for place, each in self._fields:
            name = each.get("id")
            if not isinstance(name, str) or not name:
                yield blocks(place, SPEC_FIELD_WITHOUT_ID)
                continue
            if name in first:
                yield blocks(place, SPEC_FIELD_TWICE, field=name, first=first[name])
            first.setdefault(name, place)
            yield from self._field(place, name, each)
        yield from self._circles()
        yield from self._never_asked()

    def _whole(self) -> Iterator[Remark]:
        process = self._content.get("id")
        known = [each.value for each in Process]
        if isinstance(process, str) and process not in known:
            yield warns("$.id", SPEC_PROCESS_UNKNOWN, process=process, known=", ".join(known))
        orders: set[str] = set()
        for number, screen in enumerate(_list(self._content.get("screens"))):
            order = str(screen.get("order")) if isinstance(screen, dict) else ""
            if order in orders:
                yield warns(f"$.screens[{number}].order", SPEC_SAME_ORDER, order=order)
            orders.add(order)
        groups = {str(each.get("group")) for _, each in self._fields}
        for number, group in enumerate(_list(self._content.get("autoSelectedGroups"))):
            if str(group) not in groups:
                yield warns(f"$.autoSelectedGroups[{number}]", SPEC_GROUP_UNKNOWN, group=str(group))

    def _field(self, place: str, name: str, content: Mapping[str, Any]) -> Iterator[Remark]:
        yield from self._kind(place, name, content)
        yield from self._labels(place, name, content)
        yield from _patterns(place, content)
        yield from self._conditions(place, content)
        yield from self._list_of(place, name, content)
        if content.get("controlType") == "biometrics":
            yield from self._biometrics(place, name, content)
        earliest, latest = content.get("minimum"), content.get("maximum")
        if isinstance(earliest, int) and isinstance(latest, int) and latest and earliest > latest:
            yield blocks(place, SPEC_DAYS_CROSSED)

    def _kind(self, place: str, name: str, content: Mapping[str, Any]) -> Iterator[Remark]:
        control = content.get("controlType")
        is_own = content.get("subType") in _CONSENT
        if control not in CONTROLS and not (control is None and is_own):
            known_ones = ", ".join(CONTROLS)
            yield blocks(f"{place}.controlType", SPEC_CONTROL_UNKNOWN, control=str(control), known=known_ones)
        if self._around.schema is None:
            return
        known = self._around.schema.fields.get(name)
        if known is None:
            if not is_own:
                yield blocks(f"{place}.id", SPEC_FIELD_UNKNOWN, field=name)
            return
        here = _TYPES.get(str(content.get("type")))
        if (here or known.type) is not known.type or (here is None and known.type in _TYPES.values()):
            said = str(content.get("type"))
            there = known.type.name.lower()
            yield warns(f"{place}.type", SPEC_TYPE_DIFFERS, field=name, here=said, there=there)

    def _labels(self, place: str, name: str, content: Mapping[str, Any]) -> Iterator[Remark]:
        labels = content.get("label")
        is_shown = content.get("controlType") not in (None, "html")
        if is_shown and isinstance(labels, dict | None):
            missing = [each for each in self._around.languages if not (labels or {}).get(each)]
            if missing:
                yield warns(f"{place}.label", SPEC_LABEL_MISSING, languages=", ".join(missing))
        if self._is_update and is_shown and not content.get("group"):
            yield blocks(f"{place}.group", SPEC_GROUP_MISSING, field=name)

    def _conditions(self, place: str, content: Mapping[str, Any]) -> Iterator[Remark]:
        visible, several = content.get("visible"), _list(content.get("requiredOn"))
        if isinstance(visible, dict):
            yield from self._condition(f"{place}.visible", visible, is_visible=True)
        for number, each in enumerate(several):
            if isinstance(each, dict):
                yield from self._condition(f"{place}.requiredOn[{number}]", each, is_visible=False)
        if len(several) > 1:
            yield warns(f"{place}.requiredOn", SPEC_SEVERAL_CONDITIONS)

    def _condition(self, place: str, content: Mapping[str, Any], *, is_visible: bool) -> Iterator[Remark]:
        engine, text = content.get("engine") or "MVEL", content.get("expr")
        if str(engine).upper() != "MVEL":
            yield blocks(f"{place}.engine", SPEC_ENGINE_UNKNOWN, engine=str(engine))
            return
        if not isinstance(text, str):
            return  # the whole is unreadable then, which is said
        try:
            expression = Expression.parse(text)
        except MalformedData as error:
            yield blocks(f"{place}.expr", SPEC_CONDITION_WRONG, column=error.offset + 1)
            return
        for path in expression.paths():
            if not path.is_of_identity or not self._is_there(path.asked_for):
                where = f"{place}.expr"
                yield blocks(where, SPEC_CONDITION_NAMES_NOTHING, name=path.asked_for, column=path.column)
        if is_visible and not can_hold(expression, self._around.ages):
            yield blocks(f"{place}.expr", SPEC_NEVER_SHOWN)

    def _is_there(self, name: str) -> bool:
        known = {*self._by_id, *(self._around.schema.fields if self._around.schema else ())}
        derived = (name.removesuffix(each) for each in DERIVED if name.endswith(each))
        return name in known or name in ALWAYS_THERE or any(each in known for each in derived)

    def _list_of(self, place: str, name: str, content: Mapping[str, Any]) -> Iterator[Remark]:
        parent = content.get("parent")
        if parent is not None and str(parent) not in self._by_id:
            yield blocks(f"{place}.parent", SPEC_PARENT_UNKNOWN, parent=str(parent))
        if content.get("controlType") not in ("dropdown", "button"):
            return
        level, lists, levels = content.get("locationHierarchy"), self._around.lists, self._around.levels
        if content.get("fieldType") == "dynamic":
            is_own = content.get("subType") in _CONSENT
            if lists is not None and not is_own and not {name, str(content.get("subType"))} & lists:
                yield warns(place, SPEC_LIST_EMPTY, field=name)
        elif levels is not None:
            said = str(level or content.get("subType") or "").casefold()
            if said not in levels:
                yield blocks(place, SPEC_LEVEL_UNKNOWN, field=name, level=said)

    def _biometrics(self, place: str, name: str, content: Mapping[str, Any]) -> Iterator[Remark]:
        known = self._around.schema.fields.get(name) if self._around.schema else None
        if not _list(content.get("bioAttributes")) and not (known and known.bio_attributes):
            yield blocks(f"{place}.bioAttributes", SPEC_ATTRIBUTES_MISSING)
        yield from _attributes(f"{place}.bioAttributes", content)
        for number, each in enumerate(_list(content.get("conditionalBioAttributes"))):
            if isinstance(each, dict):
                yield from self._conditional(f"{place}.conditionalBioAttributes[{number}]", each)

    def _conditional(self, place: str, content: Mapping[str, Any]) -> Iterator[Remark]:
        group, process, text = content.get("ageGroup"), content.get("process"), content.get("validationExpr")
        groups = ("ALL", *self._around.ages.names)
        if group is not None and group not in groups:
            yield blocks(f"{place}.ageGroup", SPEC_AGE_GROUP_UNKNOWN, group=str(group), known=", ".join(groups))
        processes = ("ALL", *(each.value for each in Process))
        if process is not None and process not in processes:
            known = ", ".join(processes)
            yield warns(f"{place}.process", SPEC_PROCESS_UNKNOWN, process=str(process), known=known)
        yield from _attributes(f"{place}.bioAttributes", content)
        if not isinstance(text, str) or not text:
            return
        try:
            expression = Expression.parse(text)
        except MalformedData as error:
            yield blocks(f"{place}.validationExpr", SPEC_CONDITION_WRONG, column=error.offset + 1)
            return
        named = _list(content.get("bioAttributes")) or list(SUBTYPES)
        for path in expression.paths():
            if path.asked_for not in named:
                where = f"{place}.validationExpr"
                yield blocks(where, SPEC_CONDITION_NAMES_NOTHING, name=path.asked_for, column=path.column)

    def _circles(self) -> Iterator[Remark]:
        told: set[str] = set()
        for place, each in self._fields:
            seen: list[str] = []
            name = each.get("id")
            while isinstance(name, str) and name in self._by_id and name not in seen:
                seen.append(name)
                name = self._by_id[name].get("parent")
            if isinstance(name, str) and seen and name == seen[0] and not told & set(seen):
                told |= set(seen)
                yield blocks(f"{place}.parent", SPEC_PARENT_CIRCLE, fields=", ".join(seen))

    def _never_asked(self) -> Iterator[Remark]:
        """Only who is new brings everything."""
        if self._around.schema is None or self._content.get("id") != Process.NEW.value:
            return
        for name, known in self._around.schema.fields.items():
            if not known.required or name in _FILLED_BY_THE_PROGRAM:
                continue
            if name not in self._by_id:
                yield blocks("$.screens", SPEC_NEVER_ASKED, field=name)
            elif self._can_be_hidden(self._by_id[name].get("visible")):
                place = next(place for place, each in self._fields if each.get("id") == name)
                yield warns(f"{place}.visible", SPEC_REQUIRED_HIDDEN, field=name)

    def _can_be_hidden(self, condition: object) -> bool:
        """One that is not understood hides nothing."""
        text = condition.get("expr") if isinstance(condition, dict) else None
        try:
            shown = Expression.parse(text) if isinstance(text, str) else None
        except MalformedData:
            return False
        return shown is not None and can_hold(Expression(shown.text, Not(shown.root)), self._around.ages)


def _patterns(place: str, content: Mapping[str, Any]) -> Iterator[Remark]:
    for number, each in enumerate(_list(content.get("validators"))):
        if not isinstance(each, dict):
            continue
        if each.get("type") != "regex":
            yield warns(f"{place}.validators[{number}].type", SPEC_RULE_KIND_UNKNOWN, kind=str(each.get("type")))
            continue
        pattern = each.get("validator")
        try:
            java_regex(pattern if isinstance(pattern, str) else "(")
        except (re.error, RecursionError, OverflowError) as error:
            where, reason = (getattr(error, "pos", None) or 0) + 1, getattr(error, "msg", "too large")
            yield blocks(
                f"{place}.validators[{number}].validator", SPEC_PATTERN_WRONG, column=where, reason=reason
            )


def _attributes(place: str, content: Mapping[str, Any]) -> Iterator[Remark]:
    for number, each in enumerate(_list(content.get("bioAttributes"))):
        if str(each) not in SUBTYPES:
            yield blocks(f"{place}[{number}]", SPEC_ATTRIBUTE_UNKNOWN, attribute=str(each))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
