"""What stands in the demographic form and what follows from it. No Qt.

A list that hangs on another one offers only what lies in the chosen place. A text typed in the first language is
carried over to the others while nobody has typed there, as names and addresses are usually written the same in
one script; another script is left to the officer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from muster.domain.applicant import Demographics, DemographicValue, LocalizedText
from muster.domain.assessment import Finding
from muster.workstation.forms import FieldKind, FormField
from muster.workstation.reference import Choice, Language


class DemographicsPresenter:
    def __init__(
        self, form: Iterable[FormField], languages: Iterable[Language], values: Demographics | None = None
    ) -> None:
        self.fields: Mapping[str, FormField] = {field.id: field for field in form}
        self.languages = tuple(languages)
        self._texts: dict[tuple[str, str], str] = {}
        self._touched: set[tuple[str, str]] = set()
        self._problems: dict[str, Finding] = {}
        self.take(values or {})

    def take(self, values: Demographics) -> None:
        """Show these; boxes of fields that are not among them stay as they are."""
        for name, value in values.items():
            if name in self.fields:
                self._fill(self.fields[name], value)

    def _fill(self, field: FormField, value: DemographicValue) -> None:
        if field.kind is FieldKind.LOCALIZED and isinstance(value, LocalizedText):
            for language, text in value.values:
                self._texts[field.id, language] = text
                self._touched.add((field.id, language))
        elif isinstance(value, LocalizedText):
            self._texts[field.id, ""] = _code_of(field.choices, value)
        else:
            self._texts[field.id, ""] = value

    def text(self, field_id: str, language: str = "") -> str:
        return self._texts.get((field_id, language), "")

    def type(self, field_id: str, language: str, text: str) -> tuple[tuple[str, str], ...]:
        """Note what was typed; returns the other boxes, as field and language, that now show it too."""
        self._texts[field_id, language] = text
        self._touched.add((field_id, language))
        self._forget_problem(field_id, language)
        if not self.languages or language != self.languages[0].code:
            return ()
        first = self.languages[0]
        followers = tuple(
            (field_id, other.code)
            for other in self.languages[1:]
            if other.script == first.script and (field_id, other.code) not in self._touched
        )
        for follower in followers:
            self._texts[follower] = text
            self._forget_problem(*follower)
        return followers

    def choose(self, field_id: str, code: str) -> tuple[str, ...]:
        """Note a choice (its code); returns the fields whose lists are now others, nearest first."""
        if self._texts.get((field_id, "")) == code:
            return ()
        self._texts[field_id, ""] = code
        self._forget_problem(field_id, "")
        changed = self._below(field_id)
        for each in changed:
            self._texts[each, ""] = ""
        return changed

    def _below(self, field_id: str) -> tuple[str, ...]:
        found: list[str] = []
        for field in self.fields.values():
            if field.parent == field_id:
                found += [field.id, *self._below(field.id)]
        return tuple(found)

    def choices(self, field: FormField) -> tuple[Choice, ...]:
        """What the list offers now."""
        if field.parent is None or field.parent not in self.fields:
            return field.choices
        above = self.text(field.parent)
        return tuple(choice for choice in field.choices if choice.parent == above)

    def values(self) -> Demographics:
        """The form as the workstation takes it: codes for lists, texts by language for localized fields."""
        return {field.id: self._value(field) for field in self.fields.values()}

    def _value(self, field: FormField) -> DemographicValue:
        if field.kind is FieldKind.LOCALIZED:
            return LocalizedText(
                tuple((each.code, self.text(field.id, each.code).strip()) for each in self.languages)
            )
        return self.text(field.id).strip()

    def note_problems(self, findings: Iterable[Finding]) -> None:
        self._problems = {finding.field: finding for finding in findings}

    def problem(self, field_id: str, language: str = "") -> Finding | None:
        """What is wrong with a box; a finding on the whole field shows at its first box."""
        exact = self._problems.get(f"{field_id}.{language}" if language else field_id)
        if exact is not None or not language or language != self.languages[0].code:
            return exact
        return self._problems.get(field_id)

    @property
    def problems(self) -> tuple[Finding, ...]:
        return tuple(self._problems.values())

    def _forget_problem(self, field_id: str, language: str) -> None:
        self._problems.pop(f"{field_id}.{language}" if language else field_id, None)
        self._problems.pop(field_id, None)


def _code_of(choices: Iterable[Choice], value: LocalizedText) -> str:
    texts = dict(value.values)
    for choice in choices:
        if any(choice.labels.get(language) == text for language, text in texts.items()):
            return choice.code
    return ""
