"""MOSIP's UI specification of one process: screens and their fields, in its own words.

``{"id", "flow", "label": {lang: text}, "screens": [{"name", "order", "label", "fields": [...]}]}``; see
section 1.6 of the registration-client notes. Keys that are not understood are left alone; a condition or a pattern
that cannot be understood is kept as it is written, and told by whoever looks for mistakes (``muster spec lint``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from muster.errors import Code, MalformedData
from muster.formats.json_part import as_text

UI_SPEC_UNREADABLE = Code("UI_SPEC_UNREADABLE", "The form description cannot be read. Ask your administrator.")


@dataclass(frozen=True, slots=True)
class Condition:
    """``engine`` is always MVEL in MOSIP's files; ``text`` as it is written."""

    text: str
    engine: str = "MVEL"


@dataclass(frozen=True, slots=True)
class ConditionalBio:
    """What is captured of people of an age group in a process (``ALL``: any); ``rule`` says what is enough of it:
    ``face || (leftEye && rightEye)``."""

    age_group: str
    process: str
    rule: str
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UiField:
    """One field on a screen. ``control`` is MOSIP's ``controlType``; ``parent`` the field a dependent
    list hangs on; ``level`` its place in the location hierarchy.

    ``rules`` are its validators, read by ``validator.validators_of``; ``required_on`` asks for the field where any
    of the conditions holds. ``earliest_days`` and ``latest_days`` say how far a date may lie from today, the past
    being negative. ``case`` is ``upper`` or ``lower`` for what is written so.
    """

    id: str
    control: str
    type: str
    labels: Mapping[str, str]
    required: bool
    group: str
    group_labels: Mapping[str, str]
    dynamic: bool
    sub_type: str
    level: int | None
    parent: str | None
    visible: Condition | None = None
    required_on: tuple[Condition, ...] = ()
    rules: tuple[Mapping[str, Any], ...] = ()
    case: str = ""
    earliest_days: int | None = None
    latest_days: int | None = None
    is_transliterated: bool = False
    alignment: str = ""
    bio_attributes: tuple[str, ...] = ()
    conditional_bio: tuple[ConditionalBio, ...] = ()
    exception_photo: bool = False


@dataclass(frozen=True, slots=True)
class UiScreen:
    """``asks_for_request`` is where a correction's additionalInfoRequestId is typed."""

    name: str
    labels: Mapping[str, str]
    fields: tuple[UiField, ...]
    takes_pre_registration: bool = False
    asks_for_request: bool = False


@dataclass(frozen=True, slots=True)
class UiSpec:
    """``order`` is the process's place among the others, ``active`` whether it is offered at all; ``auto_groups``
    are the groups of fields that an update always shows."""

    id: str
    flow: str
    labels: Mapping[str, str]
    screens: tuple[UiScreen, ...]
    order: int = 0
    active: bool = True
    auto_groups: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[UiField, ...]:
        """Those of all screens, in their order."""
        return tuple(field for screen in self.screens for field in screen.fields)

    @classmethod
    def parse(cls, text: str) -> UiSpec:
        """Raises ``MalformedData``."""
        try:
            content = json.loads(text)
            screens = sorted(content["screens"], key=lambda screen: int(screen["order"]))
            return cls(
                as_text(content["id"]),
                as_text(content["flow"]),
                _labels(content["label"]),
                tuple(_screen(each) for each in screens),
                int(content.get("order") or 0),
                content.get("isActive") is not False,
                _texts(content.get("autoSelectedGroups")),
            )
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise MalformedData(UI_SPEC_UNREADABLE) from error


def _screen(content: Mapping[str, Any]) -> UiScreen:
    fields = tuple(_field(each) for each in content["fields"])
    parents: dict[int | None, str] = {each.level: each.id for each in fields if each.level is not None}
    return UiScreen(
        as_text(content["name"]),
        _labels(content["label"]),
        tuple(_linked(each, parents) for each in fields),
        content.get("preRegFetchRequired") is True,
        content.get("additionalInfoRequestIdRequired") is True,
    )


def _field(content: Mapping[str, Any]) -> UiField:
    level, parent, visible = content.get("locationHierarchy"), content.get("parent"), content.get("visible")
    style = as_text(content.get("format") or "").lower()
    return UiField(
        id=as_text(content["id"]),
        control=as_text(content.get("controlType") or ""),
        type=as_text(content.get("type") or "string"),
        labels=_labels(content.get("label") or {}),
        required=bool(content.get("required")),
        group=as_text(content.get("group") or ""),
        group_labels=_labels(content.get("groupLabel") or {}),
        dynamic=content.get("fieldType") == "dynamic",
        sub_type=as_text(content.get("subType") or ""),
        level=int(level) if isinstance(level, str) and level.isdigit() else None,
        parent=None if parent is None else as_text(parent),
        visible=_condition(visible) if visible else None,
        required_on=tuple(_condition(each) for each in content.get("requiredOn") or ()),
        rules=tuple(dict(each) for each in content.get("validators") or ()),
        case=style if style in ("upper", "lower") else "",
        earliest_days=_days(content.get("minimum")),
        latest_days=_days(content.get("maximum")),
        is_transliterated=content.get("transliterate") is True,
        alignment=as_text(content.get("alignmentGroup") or ""),
        bio_attributes=_texts(content.get("bioAttributes")),
        conditional_bio=tuple(_conditional_bio(each) for each in content.get("conditionalBioAttributes") or ()),
        exception_photo=content.get("exceptionPhotoRequired") is True,
    )


def _condition(content: Mapping[str, Any]) -> Condition:
    return Condition(as_text(content["expr"]), as_text(content.get("engine") or "MVEL"))


def _conditional_bio(content: Mapping[str, Any]) -> ConditionalBio:
    return ConditionalBio(
        as_text(content.get("ageGroup") or "ALL"),
        as_text(content.get("process") or "ALL"),
        as_text(content.get("validationExpr") or ""),
        _texts(content.get("bioAttributes")),
    )


def _days(value: object) -> int | None:
    """A number of days, also as text; 0 and what is no number are MOSIP's ways to say that there is no limit."""
    if isinstance(value, str) and value.strip().lstrip("+-").isdigit():
        value = int(value)
    return int(value) or None if isinstance(value, int | float) and not isinstance(value, bool) else None


def _texts(content: object) -> tuple[str, ...]:
    if content is None:
        return ()
    if not isinstance(content, list | tuple):
        raise TypeError("a list")
    return tuple(as_text(each) for each in content)


def _labels(content: Mapping[str, Any]) -> dict[str, str]:
    return {language: as_text(label) for language, label in content.items()}


def _linked(field: UiField, ids_by_level: Mapping[int | None, str]) -> UiField:
    """MOSIP's own files name no parent: a location hangs on the next higher level present."""
    if field.level is None or field.parent is not None:
        return field
    above = [level for level in ids_by_level if level is not None and level < field.level]
    if not above:
        return field
    return replace(field, parent=ids_by_level[max(above)])
