"""The proof of identity of one registration: which use case is meant, where it stands, and what it came to.

Rules:

1. Only what the use case's methods ask for by name is handed to it, and nothing else of what the person said.
2. A proof rests on those answers: when one of them is changed it is given anew, and what was given for the very
   same answers before counts again.
3. What is open goes on as it began, also when the configuration was changed meanwhile.
4. What it came to is an event of the registration, covered by the officer's signature.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from muster.audit.catalogue import AuditEvent
from muster.domain.applicant import DemographicValue, LocalizedText
from muster.domain.lifecycle import ProofSettled, Registration
from muster.domain.operators import Permission
from muster.domain.proofing import AttributeValue, ExecutionStatus, ProofOutcome
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Code, Refused
from muster.proofing.definitions import ContextAttribute, UseCase
from muster.proofing.plan import Plan
from muster.workstation.evidence import EvidenceLedger
from muster.workstation.journal import Entry, Journal
from muster.workstation.proofing import USE_CASE_NONE, Proofing, Situation
from muster.workstation.proofing_configuration import TENANT, TRIGGER_TYPE, ProofingConfiguration, asks_age
from muster.workstation.proofing_view import ExecutionView

PROOF_NOT_GIVEN = Code("PROOF_NOT_GIVEN", "The person has yet to prove who they are.")

_BIRTH = "dateOfBirth"

Tell = Callable[[RegistrationId, str, Mapping[str, AttributeValue]], object]


@dataclass(frozen=True, slots=True)
class ProofStanding:
    """``view`` is nothing where nobody has to prove anything: then that is settled."""

    registration: Registration
    view: ExecutionView | None


class ProofingStep:
    def __init__(
        self, journal: Journal, proofing: Proofing, configuration: ProofingConfiguration, tell: Tell
    ) -> None:
        """``tell`` is called with what a proof came to know, once it is settled: it may fill in the form."""
        self._journal = journal
        self.proofing = proofing
        self._configuration = configuration
        self._tell = tell
        self.evidence = EvidenceLedger(journal)

    def prepare(self) -> None:
        """Find the methods before the first person proves something: some bring heavy libraries."""
        _ = self.proofing.methods

    def now(self) -> datetime:
        return self._journal.now()

    @property
    def may_see_all(self) -> bool:
        """Whether to offer what providers said to whoever is signed in."""
        return self._journal.access.offers(Permission.SEE_INDICATORS)

    @property
    def may_cancel(self) -> bool:
        return self._journal.access.offers(Permission.REVIEW)

    def open(self, registration_id: RegistrationId) -> ProofStanding:
        """Where it stands; begun when it was not. Raises ``Refused`` for a registration that is finished, or a use
        case that has faults."""
        state = self._journal.open_draft(registration_id)
        use_case = self._use_case(state)
        if use_case is None:
            if state.proof is None:
                state = self._settle(state, ProofOutcome.NOT_ASKED, "", "", self._about(None))
            return ProofStanding(state, None)
        earlier = self._earlier(state, use_case)
        if earlier is not None:
            return ProofStanding(state, self.proofing.look(earlier))
        return ProofStanding(state, self._begin(state, use_case))

    def begin_again(self, registration_id: RegistrationId) -> ProofStanding:
        """A new one, the earlier being over without a proof. Raises as :meth:`open`."""
        standing = self.open(registration_id)
        view = standing.view
        if view is None or not view.status.is_over or view.may_enroll:
            return standing
        use_case = self._use_case(standing.registration)
        assert use_case is not None
        return ProofStanding(standing.registration, self._begin(standing.registration, use_case))

    def settle(self, registration_id: RegistrationId) -> Registration:
        """Note what it came to. Raises ``Refused(PROOF_NOT_GIVEN)``."""
        standing = self.open(registration_id)
        state, view = standing.registration, standing.view
        if view is None or (state.proof is not None and state.proof.execution == view.execution_id):
            return state
        if not view.may_enroll:
            raise Refused(PROOF_NOT_GIVEN)
        proven = view.status is ExecutionStatus.COMPLETED
        outcome = ProofOutcome.PROVEN if proven else ProofOutcome.OWED
        plan = self.proofing.stored(view.execution_id).plan
        settled = self._settle(state, outcome, view.execution_id, view.use_case_id, self._about(plan))
        learnt = {name: view.attributes[name] for name in view.attribute_sources if name in view.attributes}
        if not (proven and learnt):
            return settled
        self._tell(settled.id, view.execution_id, learnt)
        return self._journal.load(settled.id)

    def materialize(self, state: Registration) -> None:
        """Write what the use case's rules ask for, once the registration is sealed. Again is safe."""
        if state.proof is not None and state.proof.outcome is ProofOutcome.PROVEN:
            self.proofing.materialize(state.proof.execution)

    def _settle(
        self, state: Registration, outcome: ProofOutcome, execution: str, use_case: str, about: tuple[str, ...]
    ) -> Registration:
        event = ProofSettled(self._journal.now(), outcome, execution, use_case, about)
        detail = {"outcome": outcome.value, "execution": execution, "use_case": use_case}
        return self._journal.commit(state.id, Entry(event, AuditEvent.PROOF_SETTLED, detail))

    def _use_case(self, state: Registration) -> UseCase | None:
        definitions = self._configuration.definitions()
        age = _age(state.demographics.get(_BIRTH), self._journal.now())
        process = state.started.process.value
        try:
            return Proofing.resolve(
                definitions, Situation(TENANT, process=process, age=age, trigger_type=TRIGGER_TYPE)
            )
        except BadInput as error:
            if error.code is not USE_CASE_NONE:
                raise
            return None

    def _begin(self, state: Registration, use_case: UseCase) -> ExecutionView:
        plan = Proofing.compile(self._configuration.definitions(), use_case).required()
        given = _given(state, plan)
        return self.proofing.start(plan, subject=state.id.text, attributes=given)

    def _earlier(self, state: Registration, use_case: UseCase) -> str | None:
        """The last one that was about the same, by the same use case."""
        for each in reversed(self.proofing.about(state.id.text)):
            execution = self.proofing.stored(each)
            started = execution.progress.started
            same = dict(started.attributes) == _given(state, execution.plan)
            if same and (started.use_case_id, started.tenant_id) == (use_case.id, use_case.tenant_id):
                return each
        return None

    def _about(self, plan: Plan | None) -> tuple[str, ...]:
        by_age = asks_age(self._configuration.definitions().use_cases)
        asked = _asked_for(plan) if plan is not None else ()
        return tuple(dict.fromkeys((*asked, *((_BIRTH,) if by_age else ()))))


def _asked_for(plan: Plan) -> tuple[str, ...]:
    """The answers of the registration that some step of the plan is given."""
    sources = (binding.source for leaf in plan.leaves() for binding in leaf.bindings)
    names = (each.attribute_path for each in sources if isinstance(each, ContextAttribute))
    return tuple(dict.fromkeys(names))


def _given(state: Registration, plan: Plan) -> dict[str, AttributeValue]:
    said = {
        name: _plain(state, state.demographics[name]) for name in _asked_for(plan) if name in state.demographics
    }
    return {name: text for name, text in said.items() if text}


def _plain(state: Registration, value: DemographicValue) -> str:
    return value.in_language(state.started.languages[0]) if isinstance(value, LocalizedText) else value


def _age(born: DemographicValue | None, now: datetime) -> int | None:
    """Full years, of a date as the form writes it."""
    if not isinstance(born, str):
        return None
    try:
        year, month, day = (int(each) for each in born.split("/"))
        birth = date(year, month, day)
    except ValueError:
        return None
    today = now.astimezone().date()
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
