"""What is captured of whom, and which papers are needed: it follows from the form and from the person's age. Pure.

Rules:

1. Of a person is captured what the form's field names: of its ``conditionalBioAttributes`` the first that is for
   the age and the process, else ``bioAttributes``. Where a ``validationExpr`` goes with it, what makes it true is
   enough, and what cannot be captured counts as captured, as MOSIP counts it.
2. An introducer is asked for where the form requires captures of one; at least one has to be there, and a mark
   that something cannot be captured is none.
3. Ages are those of the day the registration was begun: what is asked for does not change overnight.
4. What was captured and is not asked for any more, because the date of birth was corrected, stays with the draft
   and is left out of the packet. Corrected once more, it counts again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from muster.domain.assessment import Finding, Severity
from muster.domain.biometrics import BiometricAttribute, BiometricException
from muster.domain.lifecycle import Registration, SampleCaptured
from muster.domain.registration import Process, Step
from muster.errors import Code
from muster.formats.expression import Expression, Scope
from muster.formats.ui_spec import Condition, ConditionalBio, UiField
from muster.packet.contents import AUTH_BIOMETRICS_FIELD, BIOMETRICS_FIELD
from muster.workstation.form_conditions import Circumstances, is_wanted, scope_of
from muster.workstation.forms import FormField, build_form, understood
from muster.workstation.policy import Policy
from muster.workstation.reference import ReferenceData

INTRODUCER_NOT_ENOUGH = Code(
    "INTRODUCER_NOT_ENOUGH",
    "What was captured of the person who brings the child is not enough. Go back and capture what is missing.",
)
CAPTURES_LEFT_OUT = Code(
    "CAPTURES_LEFT_OUT",
    "Not everything that was captured is asked for at this age. What is not asked for stays here and is not sent.",
)
DOCUMENT_NOW_NEEDED = Code(
    "DOCUMENT_NOW_NEEDED", "At this age one more document is needed. Go back to the documents and attach it."
)

_ALL = "ALL"
_INFANT = "INFANT"
_INTRODUCER = "introducer"  # MOSIP's subType of an introducer's field, and how the names of such fields begin
_BY_NAME = {each.value: each for each in BiometricAttribute}


@dataclass(frozen=True, slots=True)
class Asked:
    """Of one person, for ``field`` of the schema. ``rule`` says what is enough of it; None: all of it."""

    field: str
    attributes: frozenset[BiometricAttribute]
    rule: Expression | None = None

    def is_enough(self, state: Registration) -> bool:
        """``state`` is seen from that person."""
        there = {*state.samples, *state.exceptions}
        if self.rule is None:
            return self.attributes <= there
        return self.rule.holds({each.value: each in there for each in BiometricAttribute})

    def samples(self, state: Registration) -> Mapping[BiometricAttribute, SampleCaptured]:
        """Those that are sent."""
        return {name: each for name, each in state.samples.items() if name in self.attributes}

    def exceptions(self, state: Registration) -> tuple[BiometricException, ...]:
        return tuple(each for name, each in state.exceptions.items() if name in self.attributes)


class CapturesAsked:
    def __init__(self, reference: ReferenceData, policy: Policy) -> None:
        self._reference = reference
        self._policy = policy
        self._forms: dict[Process, tuple[FormField, ...]] = {}
        self._names: dict[Process, frozenset[str]] = {}

    @cached_property
    def infants_until(self) -> int:
        """The last age in years of those who do not come alone; -1 where everybody does."""
        ranges = self._reference.age_groups.ranges
        return next((each.last for each in ranges if each.name == _INFANT), -1)

    def steps(self, state: Registration) -> tuple[Step, ...]:
        """What the officer does for this registration, in this order."""
        process, person = state.started.process, self.of_person(state)
        usual = self._policy.steps_for(process)
        wanted = {step for step in usual if step.capture_group is None}
        there = {*state.samples, *state.exceptions}
        is_enough = person.rule is not None and person.is_enough(state)
        for step in usual:
            asked = person.attributes.intersection(step.capture_group.attributes if step.capture_group else ())
            if asked and (not is_enough or asked & there):
                wanted.add(step)
        if state.exceptions and not person.exceptions(state):
            wanted.discard(Step.EXCEPTION_PHOTO)
        if self.of_introducer(state) is not None:
            wanted.add(Step.INTRODUCER)
        return tuple(step for step in self._policy.steps if step in wanted)

    def of_person(self, state: Registration) -> Asked:
        scope = self._scope(state)
        name = self._person_field(state, scope)
        field = self._field(name, state) or self._field(BIOMETRICS_FIELD, state)
        return replace(self._asked(field, state, scope), field=name)

    def of_introducer(self, state: Registration) -> Asked | None:
        """Nothing where nobody has to bring the person."""
        field = self._introducer_field(state.started.process)
        if field is None:
            return None
        scope = self._scope(state)
        if not is_wanted(field, scope):
            return None
        asked = self._asked(field, state, scope)
        return asked if asked.rule else replace(asked, rule=_any_of(asked.attributes))

    def left_out(self, state: Registration) -> tuple[BiometricAttribute, ...]:
        """What there is of the person and is not asked for."""
        asked = self.of_person(state).attributes
        return tuple(each for each in (*state.samples, *state.exceptions) if each not in asked)

    def is_document_wanted(self, field: str, state: Registration) -> bool:
        """Whether this registration cannot do without it."""
        found = self._field(field, state)
        return found is not None and is_wanted(found, self._scope(state))

    def is_document_taken(self, field: str, state: Registration) -> bool:
        """Whether there is a place for it."""
        found = self._field(field, state)
        visible = understood(found.visible) if found else None
        return found is not None and (visible is None or visible.holds(self._scope(state)))

    def findings(self, state: Registration) -> tuple[Finding, ...]:
        """What follows from the age and no single step says."""
        found = []
        introducer = self.of_introducer(state)
        if introducer and not (introducer.samples(state.turned) and introducer.is_enough(state.turned)):
            found.append(Finding(INTRODUCER_NOT_ENOUGH))
        if state.documents_complete:
            found += [
                Finding(DOCUMENT_NOW_NEEDED, field=each.id)
                for each in self._documents(state.started.process)
                if each.id not in state.documents and is_wanted(each, self._scope(state))
            ]
        if self.left_out(state) or (state.introducer.samples and introducer is None):
            found.append(Finding(CAPTURES_LEFT_OUT, Severity.WARNS))
        return tuple(found)

    # The form

    def _person_field(self, state: Registration, scope: Scope) -> str:
        """An update proves by captures who asks for it, unless the form takes the captures themselves for new."""
        if state.started.process is not Process.UPDATE:
            return BIOMETRICS_FIELD
        proving = self._field(AUTH_BIOMETRICS_FIELD, state)
        return AUTH_BIOMETRICS_FIELD if proving is None or is_wanted(proving, scope) else BIOMETRICS_FIELD

    def _field(self, name: str, state: Registration) -> UiField | None:
        fields = self._reference.ui_specs[state.started.process].fields
        return next((each for each in fields if each.id == name), None)

    def _introducer_field(self, process: Process) -> UiField | None:
        return next(
            (
                each
                for each in self._reference.ui_specs[process].fields
                if each.control == "biometrics"
                and (each.sub_type == _INTRODUCER or each.id.startswith(_INTRODUCER))
                and each.id in self._reference.schema.fields
            ),
            None,
        )

    def _documents(self, process: Process) -> Iterable[UiField]:
        fields = self._reference.ui_specs[process].fields
        return [
            each for each in fields if each.control == "fileupload" and each.id in self._reference.schema.fields
        ]

    def _asked(self, field: UiField | None, state: Registration, scope: Scope) -> Asked:
        if field is None:
            return Asked(BIOMETRICS_FIELD, frozenset(BiometricAttribute))
        process, group = state.started.process, _age_group(scope)
        for each in field.conditional_bio:
            if each.age_group in (_ALL, group) and each.process in (_ALL, process.value, process.name):
                return Asked(field.id, _attributes(each.attributes), _rule(each))
        return Asked(field.id, _attributes(field.bio_attributes))

    def _scope(self, state: Registration) -> Scope:
        """Of a new registration only what conditions look at: places have lists of thousands."""
        process = state.started.process
        form = self._form(process)
        values = state.demographics
        if process is not Process.UPDATE:
            values = {name: value for name, value in values.items() if name in self._looked_at(process)}
        chosen, ages = state.form_choices.groups, self._reference.age_groups
        return scope_of(form, values, Circumstances(day_of(state), process, chosen, ages))

    def _form(self, process: Process) -> tuple[FormField, ...]:
        if process not in self._forms:
            self._forms[process] = build_form(self._reference, process)
        return self._forms[process]

    def _looked_at(self, process: Process) -> frozenset[str]:
        """The fields of the form that a condition on captures or documents names, and the date of birth."""
        if process not in self._names:
            fields = [*self._documents(process)]
            introducer = self._introducer_field(process)
            fields += [introducer] if introducer else []
            rules = [understood(each) for field in fields for each in (*field.required_on, field.visible)]
            named = {path.names[1] for rule in rules if rule for path in rule.paths() if len(path.names) > 1}
            born = {each.id for each in self._form(process) if each.is_birth_date}
            self._names[process] = frozenset(named | born)
        return self._names[process]


def _attributes(names: Iterable[str]) -> frozenset[BiometricAttribute]:
    """Names that nobody knows are told by whoever looks for mistakes; a field that names none takes all."""
    known = frozenset(_BY_NAME[each] for each in names if each in _BY_NAME)
    return known or frozenset(BiometricAttribute)


def _any_of(attributes: Iterable[BiometricAttribute]) -> Expression:
    return Expression.parse(" || ".join(sorted(each.value for each in attributes)))


def _rule(asked: ConditionalBio) -> Expression | None:
    return understood(Condition(asked.rule)) if asked.rule else None


def _age_group(scope: Scope) -> str | None:
    identity = scope.get("identity")
    group = identity.get("ageGroup") if isinstance(identity, Mapping) else None
    return group if isinstance(group, str) else None


def day_of(state: Registration) -> date:
    """The day on which the person's age counts, in the station's zone: it depends on where one stands."""
    return state.started.at.astimezone().date()
