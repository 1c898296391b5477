"""MOSIP's UI specification of one process: screens and their fields, in its own words.

``{"id", "flow", "label": {lang: text}, "screens": [{"name", "order", "label", "fields": [...]}]}``; see
section 1.6 of the registration-client notes. Only what the form is built from is read; keys that are
not understood are left alone.
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
class UiField:
    """One field on a screen. ``control`` is MOSIP's ``controlType``; ``parent`` the field a dependent
    list hangs on; ``level`` its place in the location hierarchy."""

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


@dataclass(frozen=True, slots=True)
class UiScreen:
    name: str
    labels: Mapping[str, str]
    fields: tuple[UiField, ...]


@dataclass(frozen=True, slots=True)
class UiSpec:
    """``order`` is the process's place among the others, ``active`` whether it is offered at all."""

    id: str
    flow: str
    labels: Mapping[str, str]
    screens: tuple[UiScreen, ...]
    order: int = 0
    active: bool = True

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
            )
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise MalformedData(UI_SPEC_UNREADABLE) from error


def _screen(content: Mapping[str, Any]) -> UiScreen:
    fields = tuple(_field(each) for each in content["fields"])
    parents: dict[int | None, str] = {each.level: each.id for each in fields if each.level is not None}
    linked = tuple(_linked(each, parents) for each in fields)
    return UiScreen(as_text(content["name"]), _labels(content["label"]), linked)


def _field(content: Mapping[str, Any]) -> UiField:
    level, parent = content.get("locationHierarchy"), content.get("parent")
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
    )


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
