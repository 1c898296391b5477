"""The page of details as a use case: what is shown, checked, kept and delivered of a form.

What stands behind a field that is hidden is kept, so that it is there when the field shows again, and never
delivered. Blocklisted words stay where the officer says why: the reason is kept with the values, the trail says
which fields.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from muster.audit.catalogue import AuditEvent
from muster.domain.applicant import Demographics, DemographicValue, FormChoices
from muster.domain.assessment import Finding, blocking
from muster.domain.lifecycle import DemographicsDrafted, DemographicsEntered, Registration
from muster.domain.registration import Process, RegistrationId
from muster.workstation.blocklist import kept_words
from muster.workstation.form_checking import check_form, own_sentence, with_labels
from muster.workstation.form_conditions import (
    Circumstances,
    FieldGroup,
    ShownField,
    groups_offered,
    shown_fields,
    shown_values,
)
from muster.workstation.forms import (
    PREFERRED_LANGUAGE,
    FormField,
    build_form,
    handles_chosen,
    is_blank,
    spell_out,
)
from muster.workstation.journal import Entry, Journal
from muster.workstation.places import FoundPlace, PlaceIndex
from muster.workstation.reference import ReferenceData
from muster.workstation.transliteration import Transliterators

HANDLES_FIELD = "selectedHandles"


class Details:
    def __init__(self, journal: Journal, reference: ReferenceData) -> None:
        self._journal = journal
        self._reference = reference
        self._forms = {process: build_form(reference, process) for process in reference.ui_specs}
        self._places: PlaceIndex | None = None
        self._transliterators: Transliterators | None = None

    def form(self, process: Process) -> tuple[FormField, ...]:
        return self._forms[process]

    def groups(self, process: Process) -> tuple[FieldGroup, ...]:
        """What an officer may choose to change."""
        return groups_offered(self._forms[process])

    def circumstances(self, process: Process, choices: FormChoices | None = None) -> Circumstances:
        groups = choices.groups if choices else ()
        return Circumstances(self._today(), process, groups, self._reference.age_groups)

    def standing(self, state: Registration) -> Demographics:
        """What stands in the form, behind hidden fields too."""
        stands = {**state.set_aside, **state.demographics}
        stands.pop(HANDLES_FIELD, None)
        return stands

    def shown(
        self, process: Process, values: Demographics, choices: FormChoices | None = None
    ) -> tuple[ShownField, ...]:
        """What the page shows while ``values`` stand in it. Pure and quick."""
        return shown_fields(self._forms[process], values, self.circumstances(process, choices))

    def check(
        self,
        values: Demographics,
        languages: tuple[str, ...],
        process: Process,
        choices: FormChoices | None = None,
    ) -> tuple[Finding, ...]:
        """Everything that speaks against ``values``, warnings too. Pure and quick."""
        now = self._journal.now().astimezone()
        complete = self.completed(values, languages, process, choices)
        return check_form(
            complete, self._forms[process], self._reference, languages, now, process=process, choices=choices
        )

    @property
    def usual_handles(self) -> tuple[str, ...]:
        """The fields people sign in by elsewhere where nobody says otherwise."""
        return self._reference.handles

    def named(self, finding: Finding, process: Process, language: str) -> Finding:
        """The finding with the labels of the fields its sentence speaks of."""
        return with_labels(finding, self._forms[process], language)

    def own_sentence(self, finding: Finding, language: str) -> str | None:
        """What the deployment says itself about a broken rule."""
        return own_sentence(finding, self._reference, language)

    def enter(
        self, registration_id: RegistrationId, values: Demographics, choices: FormChoices | None = None
    ) -> tuple[Finding, ...]:
        """Keep the form's values; returns what keeps them from being taken (nothing: committed)."""
        started = self._journal.open_draft(registration_id).started
        findings = blocking(self.check(values, started.languages, started.process, choices))
        if not findings:
            self._journal.commit(registration_id, self._entry(values, started.languages, started.process, choices))
        return findings

    def _entry(
        self, values: Demographics, languages: tuple[str, ...], process: Process, choices: FormChoices | None
    ) -> Entry:
        form, choices = self._forms[process], choices or FormChoices()
        filled = _filled(self.completed(values, languages, process, choices))
        delivered = dict(shown_values(form, filled, self.circumstances(process, choices)))
        aside = {name: value for name, value in filled.items() if name not in delivered}
        handles = handles_chosen(delivered, form, self._reference, choices.handles)
        if handles and HANDLES_FIELD in self._reference.schema.fields:
            delivered[HANDLES_FIELD] = ",".join(handles)
        words = kept_words(delivered, choices.words_kept, self._reference.blocklisted)
        reasons = {name: choices.words_kept[name] for name in words}
        event = DemographicsEntered(
            self._journal.now(), delivered, replace(choices, words_kept=reasons, suggested=()), aside, words
        )
        detail = {"fields": str(len(delivered))}
        if not words:
            return Entry(event, AuditEvent.DEMOGRAPHICS_ENTERED, detail)
        return Entry(event, AuditEvent.WORDS_KEPT, {**detail, "words_in": ",".join(sorted(words))})

    def keep(
        self, registration_id: RegistrationId, values: Demographics, choices: FormChoices | None = None
    ) -> Registration:
        """Keep what stands in the form, unfinished and unchecked. Changes nothing that was finished."""
        filled = _filled(values)

        def changed(state: Registration) -> tuple[Entry, ...]:
            said = state.form_choices if choices is None else choices
            if filled == self.standing(state) and said == state.form_choices:
                return ()
            event = DemographicsDrafted(self._journal.now(), filled, said)
            return (Entry(event, AuditEvent.DEMOGRAPHICS_DRAFTED, {"fields": str(len(filled))}),)

        return self._journal.decide(registration_id, changed)

    def prepare(self) -> None:
        """Make what is asked at every key, on a lane: seconds where there are a hundred thousand places."""
        for form in self._forms.values():
            for field in form:
                field.choices.meant("")
        self._places = PlaceIndex.of(self._reference)
        self._transliterators = Transliterators()

    def find_places(self, text: str, limit: int = 8) -> tuple[FoundPlace, ...]:
        """The index is made at the first question, if it was not prepared."""
        if self._places is None:
            self._places = PlaceIndex.of(self._reference)
        return self._places.find(text, limit)

    def suggest(self, text: str, source: str, target: str) -> str:
        """``text`` of one language as another would write it; empty where nobody knows. Quick, never raises."""
        if self._transliterators is None:
            self._transliterators = Transliterators()
        return self._transliterators.suggest(text, source, target)

    def completed(
        self,
        values: Demographics,
        languages: tuple[str, ...],
        process: Process,
        choices: FormChoices | None = None,
    ) -> Demographics:
        """Codes spelled out; the language people want to be written to in is the registration's first, unless
        somebody says otherwise."""
        form = self._forms[process]
        complete = dict(values)
        for each in shown_fields(form, values, self.circumstances(process, choices)):
            if each.field.sub_type == PREFERRED_LANGUAGE and each.required and is_blank(values.get(each.field.id)):
                complete[each.field.id] = languages[0]
        return spell_out(complete, form, languages)

    def _today(self) -> date:
        """In the station's zone: what is the future depends on where one stands."""
        return self._journal.now().astimezone().date()


def _filled(values: Demographics) -> dict[str, DemographicValue]:
    # The reference writer drops empty strings (trap 26); here they never get that far.
    return {name: value for name, value in values.items() if not is_blank(value)}
