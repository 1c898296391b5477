"""Everything recorded in one registration, as lines for the person to check. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from muster.domain.applicant import DemographicValue, LocalizedText
from muster.domain.biometrics import BiometricAttribute, BiometricException
from muster.domain.lifecycle import Registration
from muster.domain.registration import Step
from muster.workstation.dates_for_people import date_in_words, day_in, has_month_names
from muster.workstation.documents import DocumentSlot
from muster.workstation.forms import FormField
from muster.workstation.policy import Policy
from muster.workstation.reference import Labels


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One fact: which step recorded it, its labels, and its text by language (the empty language
    stands for a text without one). ``values`` are as the packet has them; ``day`` is a date that was entered."""

    step: Step
    field: str
    labels: Labels
    values: tuple[tuple[str, str], ...]
    day: date | None = None

    def read_in(self, language: str) -> tuple[tuple[str, str], ...]:
        """``values`` for people who read that language: a date with the month's name."""
        if self.day is None or not has_month_names(language):
            return self.values
        return ((language, date_in_words(self.day, language)),)


@dataclass(frozen=True, slots=True)
class Summary:
    """What the preview shows; pictures are asked for one by one (``sample_picture``).

    ``captured`` holds attribute, the quality that counts and whether it was forced, ``introducer`` the same of
    whoever brings the person; ``unjudged`` and ``introducer_unjudged`` those of them the station has not looked at
    yet, as after a crash. ``left_out`` is what is there and not sent.
    """

    languages: tuple[str, ...]
    lines: tuple[SummaryLine, ...]
    documents: tuple[SummaryLine, ...]
    captured: tuple[tuple[BiometricAttribute, float, bool], ...]
    exceptions: tuple[BiometricException, ...]
    has_exception_photo: bool
    introducer: tuple[tuple[BiometricAttribute, float, bool], ...] = ()
    introducer_exceptions: tuple[BiometricException, ...] = ()
    left_out: tuple[BiometricAttribute, ...] = ()
    unjudged: tuple[BiometricAttribute, ...] = ()
    introducer_unjudged: tuple[BiometricAttribute, ...] = ()


def summarize(
    state: Registration,
    form: Iterable[FormField],
    slots: Iterable[DocumentSlot],
    policy: Policy,
    left_out: Iterable[BiometricAttribute] = (),
) -> Summary:
    return Summary(
        languages=state.started.languages,
        lines=tuple(
            SummaryLine(Step.DEMOGRAPHICS, field.id, field.labels, texts_of(value), day_in(field, value))
            for field in form
            if (value := state.demographics.get(field.id)) is not None
        ),
        documents=tuple(
            SummaryLine(Step.DOCUMENTS, slot.field, slot.labels, _document_type(slot, state))
            for slot in slots
            if slot.field in state.documents
        ),
        captured=_captured(state, policy),
        exceptions=tuple(state.exceptions.values()),
        has_exception_photo=state.exception_photo is not None,
        introducer=_captured(state.turned, policy),
        introducer_exceptions=tuple(state.introducer.exceptions.values()),
        left_out=tuple(left_out),
        unjudged=_unjudged(state, policy),
        introducer_unjudged=_unjudged(state.turned, policy),
    )


def _captured(state: Registration, policy: Policy) -> tuple[tuple[BiometricAttribute, float, bool], ...]:
    return tuple(
        (attribute, policy.quality_of(state, attribute), event.facts.forced)
        for attribute, event in state.samples.items()
    )


def _unjudged(state: Registration, policy: Policy) -> tuple[BiometricAttribute, ...]:
    return tuple(each for each in state.samples if policy.awaits_judgement(state, each))


def texts_of(value: DemographicValue) -> tuple[tuple[str, str], ...]:
    return value.values if isinstance(value, LocalizedText) else (("", value),)


def _document_type(slot: DocumentSlot, state: Registration) -> tuple[tuple[str, str], ...]:
    facts = state.documents[slot.field].facts
    chosen = next((each for each in slot.types if each.code == facts.type_code), None)
    if chosen is None:
        return (("", facts.type_code),)
    return tuple((language, chosen.labels.get(language, facts.type_code)) for language in state.started.languages)
