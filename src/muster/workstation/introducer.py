"""Whoever brings somebody who is too young to come alone: captured by the same rules, kept apart.

Rules:

1. What is captured of the introducer is never the person's: it is written down as such (``OfIntroducer``), judged
   against no sample of the person's, searched for among nobody, and sent in a field of its own.
2. Which capture it is, the officer chooses among those the form takes; one is enough unless the form says more.
3. Whether it is the officer at the desk who introduces is found out where templates of the officer exist, when the
   person confirms and again when the officer signs, who may be another one by then. It stops nobody: a
   supervisor is told and decides.

Every state that is taken and given here is seen from the introducer (``Registration.turned``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from muster.audit.catalogue import AuditEvent
from muster.devices.records import picture_of
from muster.domain.biometrics import CaptureGroup, Modality
from muster.domain.lifecycle import CaptureEvent, IntroducerCompared, OfIntroducer, Registration, SampleCaptured
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, NotAuthentic, Unavailable
from muster.workstation.capture import Capture
from muster.workstation.captures_asked import CapturesAsked
from muster.workstation.journal import Entry, Journal
from muster.workstation.operator_templates import OperatorTemplates
from muster.workstation.person_capture import PersonCapture
from muster.workstation.placements import Placements, sample_of
from muster.workstation.policy import Policy

_WHOSE = {"of": "introducer"}


class IntroducerJournal(Journal):
    """The officer's pen where it writes about the introducer."""

    def load(self, registration_id: RegistrationId) -> Registration:
        return super().load(registration_id).turned

    def decide(
        self, registration_id: RegistrationId, decision: Callable[[Registration], Sequence[Entry]]
    ) -> Registration:
        def of_introducer(state: Registration) -> Sequence[Entry]:
            return [_of_introducer(entry) for entry in decision(state.turned)]

        return super().decide(registration_id, of_introducer).turned

    def note(self, registration_id: RegistrationId, audit: AuditEvent, **detail: str) -> None:
        super().note(registration_id, audit, **detail, **_WHOSE)


def _of_introducer(entry: Entry) -> Entry:
    assert isinstance(entry.event, CaptureEvent)  # nothing else happens to an introducer
    return replace(entry, event=OfIntroducer(entry.event), detail={**entry.detail, **_WHOSE})


class Introducer(PersonCapture):
    def __init__(
        self,
        journal: IntroducerJournal,
        capture: Capture,
        placements: Placements,
        policy: Policy,
        asked: CapturesAsked,
        templates: OperatorTemplates,
    ) -> None:
        super().__init__(journal, capture, placements, policy)
        self._asked = asked
        self._templates = templates

    def groups(self, state: Registration) -> tuple[CaptureGroup, ...]:
        """What the officer may choose to capture, in the order to be offered. Pure."""
        asked = self._asked.of_introducer(state.turned)
        wanted = asked.attributes if asked else frozenset()
        return tuple(group for group in CaptureGroup if wanted.intersection(group.attributes))

    def is_enough(self, state: Registration) -> bool:
        """Whether the officer may go on. Pure."""
        asked = self._asked.of_introducer(state.turned)
        return asked is None or bool(asked.samples(state) and asked.is_enough(state))

    def judge_the_rest(self, registration_id: RegistrationId) -> Registration:
        return self._placements.judge_the_rest(registration_id)

    def comparison(self, registration_id: RegistrationId) -> tuple[Entry, ...]:
        """With the templates of the officer at the desk, unless that was done or another officer was recognized:
        as long as judging a face and each finger takes. Nothing where there is nothing to compare, or nothing to
        compare it by."""
        state, officer = self._journal.load(registration_id), self._journal.operator.user_id
        before = state.compared
        if before is not None and (before.is_operator or before.operator == officer):
            return ()
        found = [self._is_of(officer, state, each) for each in state.samples.values()]
        known = [each for each in found if each is not None]
        if not known:
            return ()
        event = IntroducerCompared(self._journal.now(), officer, any(known))
        detail = {"operator": officer, "is_operator": str(any(known)).lower()}
        return (Entry(event, AuditEvent.INTRODUCER_COMPARED, detail),)

    def _is_of(self, officer: str, state: Registration, event: SampleCaptured) -> bool | None:
        """None where nobody can say: nothing was enrolled, or the picture is too poor to tell."""
        modality, record = event.facts.attribute.modality, self._journal.read(state.id, event.record)
        enrolled = {factor.value for factor in self._templates.factors(officer)}
        if modality.value not in enrolled:
            return None
        with suppress(BadInput, Unavailable, NotAuthentic):
            if modality is Modality.FACE:
                return self._templates.is_face_of(officer, picture_of(record))
            return self._templates.is_finger_of(officer, sample_of(event, record))
        return None
