"""What can be said about a form's specification, and what to do about it.

What blocks would make a registration wrong or impossible, or keep a field from ever being seen; what warns will
probably surprise somebody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from muster.domain.assessment import Severity
from muster.errors import Code
from muster.formats.ui_spec import UI_SPEC_UNREADABLE

SPEC_NOT_JSON = Code("SPEC_NOT_JSON", "This is no JSON: it breaks off at line {line}, column {column}.")
SPEC_UNREADABLE = UI_SPEC_UNREADABLE
SPEC_PROCESS_UNKNOWN = Code(
    "SPEC_PROCESS_UNKNOWN", "This station knows no process {process}. Known are {known}; others are left out."
)
SPEC_SAME_ORDER = Code("SPEC_SAME_ORDER", "Two screens have the order {order}: give each its own.")
SPEC_FIELD_WITHOUT_ID = Code("SPEC_FIELD_WITHOUT_ID", "A field has no id: write the name of the schema's field.")
SPEC_FIELD_TWICE = Code("SPEC_FIELD_TWICE", "The field {field} is there twice, first at {first}. Remove one.")
SPEC_FIELD_UNKNOWN = Code(
    "SPEC_FIELD_UNKNOWN",
    "The ID schema has no field {field}: what is typed there is never delivered.",
)
SPEC_NEVER_ASKED = Code(
    "SPEC_NEVER_ASKED", "The ID schema requires {field}, and no screen asks for it. Add the field to a screen."
)
SPEC_REQUIRED_HIDDEN = Code(
    "SPEC_REQUIRED_HIDDEN",
    "The ID schema always requires {field}, and its condition can hide it: a server may refuse who lacks it.",
)
SPEC_HANDLE_UNKNOWN = Code(
    "SPEC_HANDLE_UNKNOWN", "The ID schema has no handle {field}: nobody could sign in by it. Mark the field there."
)
SPEC_TYPE_DIFFERS = Code(
    "SPEC_TYPE_DIFFERS", "The field {field} is {here} here and {there} in the ID schema; the schema decides."
)
SPEC_CONTROL_UNKNOWN = Code(
    "SPEC_CONTROL_UNKNOWN", "Nothing is shown for the control {control}; known are {known}."
)
SPEC_RULE_KIND_UNKNOWN = Code(
    "SPEC_RULE_KIND_UNKNOWN", "Validators of the type {kind} are not checked here; use a regex."
)
SPEC_PATTERN_WRONG = Code(
    "SPEC_PATTERN_WRONG",
    "This pattern does not work at column {column} ({reason}). The field goes unchecked.",
)
SPEC_ENGINE_UNKNOWN = Code(
    "SPEC_ENGINE_UNKNOWN", "Conditions of the engine {engine} are not understood; use MVEL."
)
SPEC_CONDITION_WRONG = Code(
    "SPEC_CONDITION_WRONG",
    "The condition is not understood from column {column} on. The field is always shown and never required.",
)
SPEC_CONDITION_NAMES_NOTHING = Code(
    "SPEC_CONDITION_NAMES_NOTHING", "The condition asks for {name} (column {column}), which no form here has."
)
SPEC_SEVERAL_CONDITIONS = Code(
    "SPEC_SEVERAL_CONDITIONS",
    "There are several requiredOn: here any of them is enough, MOSIP's own client looks at the first alone.",
)
SPEC_NEVER_SHOWN = Code(
    "SPEC_NEVER_SHOWN", "The condition is never true, whatever is typed and however old somebody is."
)
SPEC_PARENT_UNKNOWN = Code("SPEC_PARENT_UNKNOWN", "The list hangs on {parent}, which is no list of this form.")
SPEC_PARENT_CIRCLE = Code("SPEC_PARENT_CIRCLE", "The lists {fields} hang on one another in a circle.")
SPEC_LABEL_MISSING = Code("SPEC_LABEL_MISSING", "There is no label in {languages}; English or the id is shown.")
SPEC_GROUP_MISSING = Code(
    "SPEC_GROUP_MISSING", "The field {field} has no group: nobody could choose to change it. Name one."
)
SPEC_GROUP_UNKNOWN = Code("SPEC_GROUP_UNKNOWN", "No field is of the group {group}, which is always selected.")
SPEC_AGE_GROUP_UNKNOWN = Code("SPEC_AGE_GROUP_UNKNOWN", "There is no age group {group}. Known are {known}.")
SPEC_ATTRIBUTE_UNKNOWN = Code("SPEC_ATTRIBUTE_UNKNOWN", "Nothing is captured by the name {attribute}.")
SPEC_ATTRIBUTES_MISSING = Code(
    "SPEC_ATTRIBUTES_MISSING", "No bioAttributes are named, neither here nor in the ID schema."
)
SPEC_DAYS_CROSSED = Code("SPEC_DAYS_CROSSED", "The earliest day lies behind the latest: no date would do.")
SPEC_LIST_EMPTY = Code("SPEC_LIST_EMPTY", "The list of {field} has no entries: nobody could choose anything.")
SPEC_LEVEL_UNKNOWN = Code(
    "SPEC_LEVEL_UNKNOWN", "The places have no level {level}: the list of {field} would be empty."
)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing about a specification. ``place`` is a path into its JSON."""

    severity: Severity
    place: str
    code: Code
    detail: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return self.code.say(self.detail)


def blocks(place: str, code: Code, **detail: str | int) -> Remark:
    return Remark(Severity.BLOCKS, place, code, detail)


def warns(place: str, code: Code, **detail: str | int) -> Remark:
    return Remark(Severity.WARNS, place, code, detail)


def blocking_remarks(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    return tuple(each for each in remarks if each.severity is Severity.BLOCKS)
