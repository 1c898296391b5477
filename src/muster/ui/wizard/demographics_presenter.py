"""What stands in the demographic form and what follows from it. No Qt.

A place is a field and a language, the language empty for what is written in one only. What was typed stays what
was typed: only a place nobody touched follows another one, word for word in the same script, by transliteration in
another, and it is a suggestion until somebody leaves it as it is.

What is shown and needed, what documents say otherwise and which lists offer what is computed anew from what stands
here; nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

from muster.domain.applicant import Demographics, DemographicValue, FormChoices, LocalizedText
from muster.domain.assessment import Finding, Severity
from muster.domain.prefill import Conflict, FieldMark, Filled, PrefilledField, marks
from muster.domain.registration import Process
from muster.workstation.form_checking import FIELD_REQUIRED
from muster.workstation.form_conditions import (
    Circumstances,
    FieldGroup,
    either_will_do,
    groups_offered,
    shown_fields,
)
from muster.workstation.forms import FieldKind, FormField
from muster.workstation.reference import Choice, Language

Place = tuple[str, str]

Suggest = Callable[[str, str, str], str]
"""A text, the language it is in and the one it is wanted in; the answer is empty where nothing can be said."""

CHECKED = "Y"
CONTRADICTS_FROM = 0.7  # less sure readings are not worth a question about what somebody typed


class Need(IntEnum):
    """Whether a field has to be filled in."""

    NONE = 0
    ALWAYS = 1
    ONE_OF_TWO = 2


def no_suggestion(text: str, source: str, target: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class SaidElsewhere:
    """What documents, chips and codes said, what of it was filled in, and what somebody decided already."""

    said: tuple[PrefilledField, ...] = ()
    filled: Filled | None = None
    decided: tuple[Conflict, ...] = ()


class DemographicsPresenter:
    def __init__(
        self,
        form: Iterable[FormField],
        languages: Iterable[Language],
        around: Circumstances,
        values: Demographics | None = None,
        *,
        choices: FormChoices | None = None,
        suggest: Suggest = no_suggestion,
        usual_handles: Collection[str] = (),
    ) -> None:
        self.fields: Mapping[str, FormField] = {field.id: field for field in form}
        self.languages = tuple(languages)
        self.words_kept: dict[str, str] = dict(choices.words_kept) if choices else {}
        self._choices = choices or FormChoices()
        self._around = replace(around, groups=self._choices.groups)
        self._suggest = suggest
        self._usual_handles = usual_handles
        self._elsewhere = SaidElsewhere()
        self._texts: dict[Place, str] = {}
        self._touched: set[Place] = set()
        self._suggested: set[Place] = set()
        self._problems: dict[str, Finding] = {}
        self._by_parent: dict[str, dict[str | None, tuple[Choice, ...]]] = {}
        self.take(values or {})
        self._suggest_again(self._choices.suggested)

    def take(self, values: Demographics) -> None:
        """Show these; boxes of fields that are not among them stay as they are."""
        for name, value in values.items():
            if name in self.fields:
                self._fill(self.fields[name], value)

    def _fill(self, field: FormField, value: DemographicValue) -> None:
        if field.kind is FieldKind.LOCALIZED and isinstance(value, LocalizedText):
            for language, text in value.values:
                if text or not self.text(field.id, language):
                    self._set((field.id, language), text)
        elif isinstance(value, LocalizedText):
            self._set((field.id, ""), _code_of(field.choices, value))
        else:
            self._set((field.id, ""), value)

    def _set(self, place: Place, text: str) -> None:
        """As typed by somebody, here or before."""
        self._texts[place] = text
        self._suggested.discard(place)
        if text:
            self._touched.add(place)
        else:
            self._touched.discard(place)

    def _suggest_again(self, names: Collection[str]) -> None:
        """What was a suggestion when the draft was left is one still."""
        for place, text in self._texts.items():
            if text and ".".join(place) in names:
                self._suggested.add(place)
                self._touched.discard(place)

    # What stands there

    def text(self, field_id: str, language: str = "") -> str:
        return self._texts.get((field_id, language), "")

    def is_suggested(self, field_id: str, language: str = "") -> bool:
        return (field_id, language) in self._suggested

    def values(self) -> Demographics:
        """The form as the workstation takes it: codes for lists, texts by language for localized fields."""
        return {field.id: self._value(field) for field in self.fields.values()}

    def _value(self, field: FormField) -> DemographicValue:
        if field.kind is FieldKind.LOCALIZED:
            return LocalizedText(
                tuple((each.code, self.text(field.id, each.code).strip()) for each in self.languages)
            )
        return self.text(field.id).strip()

    @property
    def choices_made(self) -> FormChoices:
        """What was said beside the values."""
        return replace(
            self._choices,
            groups=self._around.groups,
            words_kept=dict(self.words_kept),
            suggested=tuple(sorted(".".join(place) for place in self._suggested)),
        )

    # Typing and choosing

    def type(self, field_id: str, language: str, text: str) -> tuple[Place, ...]:
        """Note what was typed; returns the other places that now show something else."""
        place = (field_id, language)
        self._texts[place] = text
        self._suggested.discard(place)
        self._touched.add(place)
        self._forget_problem(*place)
        self.words_kept.pop(f"{field_id}.{language}" if language else field_id, None)
        return self._let_follow(place) if language else ()

    def _let_follow(self, place: Place) -> tuple[Place, ...]:
        field_id, language = place
        source = next(each for each in self.languages if each.code == language)
        followers = []
        for other in self.languages:
            there = (field_id, other.code)
            if there in self._touched or other is source:
                continue
            text = self._following(field_id, source, other)
            if text is None or text == self.text(*there):
                continue
            self._texts[there] = text
            self._suggested.discard(there)
            if text and other.script != source.script:
                self._suggested.add(there)
            self._forget_problem(*there)
            followers.append(there)
        return tuple(followers)

    def _following(self, field_id: str, source: Language, other: Language) -> str | None:
        text = self.text(field_id, source.code)
        if other.script == source.script:
            return text
        if not self.fields[field_id].is_transliterated:
            return None
        suggestion = self._suggest(text, source.code, other.code) if text.strip() else ""
        return suggestion or ("" if self.is_suggested(field_id, other.code) else None)

    def confirm(self, field_id: str, language: str) -> bool:
        """The place was left as it was suggested: from now on it counts as typed. Whether it was a suggestion."""
        place = (field_id, language)
        if place not in self._suggested:
            return False
        self._suggested.discard(place)
        self._touched.add(place)
        return True

    def choose(self, field_id: str, code: str) -> tuple[str, ...]:
        """Note a choice (its code); returns the fields whose lists are now others, nearest first."""
        if self.text(field_id) == code:
            return ()
        self._set((field_id, ""), code)
        self._forget_problem(field_id, "")
        changed = self._below(field_id)
        for each in changed:
            self._set((each, ""), "")
        return changed

    def _below(self, field_id: str) -> tuple[str, ...]:
        found: list[str] = []
        for field in self.fields.values():
            if field.parent == field_id:
                found += [field.id, *self._below(field.id)]
        return tuple(found)

    def choose_chain(self, codes: Mapping[str, str]) -> tuple[str, ...]:
        """Fill the lists of a place's chain (codes by field), the highest first, as each empties those below;
        returns the fields that may show something else."""
        changed: dict[str, None] = {}
        for field_id in sorted(codes, key=lambda each: self.fields[each].level or 0):
            changed.update(dict.fromkeys((field_id, *self.choose(field_id, codes[field_id]))))
        return tuple(changed)

    def choices(self, field: FormField) -> tuple[Choice, ...]:
        """What the list offers now."""
        if field.parent is None or field.parent not in self.fields:
            return field.choices
        if field.id not in self._by_parent:
            found: dict[str | None, list[Choice]] = {}
            for choice in field.choices:
                found.setdefault(choice.parent, []).append(choice)
            self._by_parent[field.id] = {parent: tuple(those) for parent, those in found.items()}
        return self._by_parent[field.id].get(self.text(field.parent), ())

    @property
    def has_places(self) -> bool:
        """Whether there are lists of places that a search could fill."""
        return any(field.level is not None for field in self.fields.values())

    # What is shown

    @property
    def groups(self) -> tuple[FieldGroup, ...]:
        """What an update may change; nothing for the other processes."""
        return groups_offered(self.fields.values()) if self._around.process is Process.UPDATE else ()

    @property
    def groups_chosen(self) -> tuple[str, ...]:
        return self._around.groups

    def is_handle(self, field_id: str) -> bool:
        """Whether the person shall sign in elsewhere by what stands in the field."""
        chosen = self._choices.handles
        return field_id in (self._usual_handles if chosen is None else chosen)

    def choose_handle(self, field_id: str, *, chosen: bool) -> None:
        """From now on it is no longer left to the deployment."""
        offered = (each.id for each in self.fields.values() if each.is_handle)
        handles = tuple(each for each in offered if (chosen if each == field_id else self.is_handle(each)))
        self._choices = replace(self._choices, handles=handles)

    def choose_groups(self, groups: tuple[str, ...]) -> None:
        self._around = replace(self._around, groups=groups)

    def shown(self) -> dict[str, Need]:
        """The fields to be seen now, in the form's order."""
        now = shown_fields(self.fields.values(), self.values(), self._around)
        pairs = either_will_do(now)
        either = {*pairs, *pairs.values()}
        return {each.field.id: Need.ONE_OF_TWO if each.field.id in either else Need(each.required) for each in now}

    def places(self, field_id: str) -> tuple[Place, ...]:
        if self.fields[field_id].kind is FieldKind.LOCALIZED:
            return tuple((field_id, each.code) for each in self.languages)
        return ((field_id, ""),)

    def next_empty(self, order: Iterable[Place], after: Place | None) -> Place | None:
        """The next place of ``order`` behind ``after`` in which nothing stands and something can. From the first
        on again only those that are needed: who passed over another one meant to. Nothing when there is none."""
        order, needed = tuple(order), self.shown()
        at = order.index(after) + 1 if after in order else 0
        behind = (each for each in order[at:] if self._is_to_be_filled(each))
        before = (each for each in order[:at] if needed[each[0]] and self._is_to_be_filled(each))
        return next(behind, None) or next(before, None)

    def _is_to_be_filled(self, place: Place) -> bool:
        field = self.fields[place[0]]
        if self.text(*place).strip() or field.kind is FieldKind.CHECKED:
            return False
        return field.kind not in LIST_KINDS or bool(self.choices(field))

    # What others say

    def hear(self, elsewhere: SaidElsewhere) -> None:
        self._elsewhere = elsewhere

    def marks(self) -> dict[str, FieldMark]:
        """By field, what is to be seen beside it."""
        here = self._elsewhere
        return marks(self.values(), here.said, here.filled or {}, here.decided)

    def open_conflicts(self, field_id: str, marks: Mapping[str, FieldMark] | None = None) -> tuple[Conflict, ...]:
        """What is to be decided about the field, the surest first."""
        mark = (self.marks() if marks is None else marks).get(field_id, FieldMark())
        return tuple(
            each for each in mark.conflicts if each.resolution is None and each.said.sureness >= CONTRADICTS_FROM
        )

    def take_over(self, said: PrefilledField) -> tuple[str, ...]:
        """What a source says takes the place of what stands there; returns the fields that show something else."""
        field = self.fields[said.field]
        self._problems = {name: each for name, each in self._problems.items() if name.split(".")[0] != said.field}
        if field.kind in LIST_KINDS and isinstance(said.value, str):
            return (field.id, *self.choose(field.id, said.value))
        if field.kind is FieldKind.LOCALIZED and isinstance(said.value, LocalizedText):
            known = {each.code for each in self.languages}
            for language, text in said.value.values:
                if language in known:
                    self.type(field.id, language, text)
        else:
            self._fill(field, said.value)
        return (field.id,)

    # What is wrong

    def note_problems(self, findings: Iterable[Finding]) -> None:
        self._problems = _weightiest(findings)

    def note_looked(self, findings: Iterable[Finding], fields: Collection[str]) -> None:
        """What was found while the rest is still typed: only fields that were left count, and what is merely
        missing is no fault before somebody says that all is there."""
        kept = {
            name: each
            for name, each in self._problems.items()
            if name.partition(".")[0] not in fields or each.code is FIELD_REQUIRED
        }
        found = (each for each in findings if each.field.partition(".")[0] in fields)
        self._problems = kept | _weightiest(each for each in found if each.code is not FIELD_REQUIRED)

    def problem(self, field_id: str, language: str = "") -> Finding | None:
        """What is wrong with a box; a finding on the whole field shows at its first box."""
        exact = self._problems.get(f"{field_id}.{language}" if language else field_id)
        if exact is not None or not language or language != self.languages[0].code:
            return exact
        return self._problems.get(field_id)

    def keep_word(self, name: str, reason: str) -> None:
        """The word that a finding on ``name`` is about stays, for this reason."""
        self.words_kept[name] = reason
        self._problems.pop(name, None)

    @property
    def problems(self) -> tuple[Finding, ...]:
        return tuple(self._problems.values())

    def _forget_problem(self, field_id: str, language: str) -> None:
        self._problems.pop(f"{field_id}.{language}" if language else field_id, None)
        self._problems.pop(field_id, None)


def _weightiest(findings: Iterable[Finding]) -> dict[str, Finding]:
    """One for each place; what keeps the form from being taken before what only warns."""
    found: dict[str, Finding] = {}
    for finding in findings:
        if finding.field not in found or found[finding.field].severity is not Severity.BLOCKS:
            found[finding.field] = finding
    return found


LIST_KINDS = (FieldKind.CHOICE, FieldKind.LOCALIZED_CHOICE)


def _code_of(choices: Iterable[Choice], value: LocalizedText) -> str:
    texts = dict(value.values)
    for choice in choices:
        if any(choice.labels.get(language) == text for language, text in texts.items()):
            return choice.code
    return ""
