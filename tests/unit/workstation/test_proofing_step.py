"""The proof of identity of a registration, at a station whose configuration asks for one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from muster.domain.applicant import LocalizedText
from muster.domain.lifecycle import Registration
from muster.domain.operators import Permission, Role
from muster.domain.prefill import Origin
from muster.domain.proofing import ExecutionStatus, ProofOutcome
from muster.domain.registration import USUAL_STEPS, Process, RegistrationId, Step
from muster.errors import MalformedData, Refused
from muster.proofing.method import Outcome, Work
from muster.workstation.demo import demo_script
from muster.workstation.desk import Desk
from muster.workstation.proofing_configuration import demo_content
from muster.workstation.proving import Proof
from muster.workstation.station import Station
from simulators.scripted_method import ScriptedMethod, done_by
from unit.proofing.graphs import EMAIL, VOUCH, choice, method, sequence
from unit.workstation.desks import OFFICER, QUICK, SetClock, audited, desk_at, play

Asking = Callable[[bytes], Desk]

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BY_OFFICER: dict[str, Any] = {**VOUCH, "by": "officer"}
SETS_IT = replace(QUICK, permissions={**QUICK.permissions, Role.OFFICER: frozenset(Permission)})
MAILED = {"source": {"_type": "ContextAttribute", "attributePath": "email"}, "target": "email"}
MAILS = choice(method("a"), method("mail", "email", inputBindings=[MAILED]))


def configuration(*graphs: dict[str, Any], policy: dict[str, Any] | None = None, **more: Any) -> bytes:
    use_cases = [
        {
            "id": f"case{number}",
            "tenantId": "default",
            "triggers": [{"processes": ["NEW"], **more}],
            "graph": graph,
            "policy": {"minimumAssurance": "low", **(policy or {})},
        }
        for number, graph in enumerate(graphs)
    ]
    return json.dumps({"methods": [BY_OFFICER, EMAIL], "useCases": use_cases}).encode()


@pytest.fixture(scope="module")
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, new_station: Station, clock: SetClock) -> Iterator[Desk]:
    """An officer who sets the configuration as well: for what does not depend on the plan made at sign-in."""
    root = tmp_path_factory.mktemp("proof") / "station"
    shutil.copytree(new_station.folder.root, root)
    with desk_at(root, clock=clock, policy=SETS_IT) as desk:
        yield desk


@pytest.fixture
def asking(shared: Desk, clock: SetClock) -> Asking:
    clock.moment = NOON
    shared.proofing.is_online = True

    def with_content(content: bytes) -> Desk:
        shared.proofing_configuration.set(content)
        return shared

    return with_content


@pytest.fixture
def station(tmp_path: Path, new_station: Station, clock: SetClock) -> Path:
    clock.moment = NOON
    shutil.copytree(new_station.folder.root, tmp_path / "station")
    return tmp_path / "station"


@contextmanager
def desk_asking(root: Path, content: bytes, clock: SetClock) -> Iterator[Desk]:
    """The officer at a station whose administrator set ``content``."""
    with desk_at(root, clock=clock, policy=SETS_IT) as desk:
        desk.proofing_configuration.set(content)
    with desk_at(root, clock=clock) as desk:
        yield desk


def entered(desk: Desk, **other: str) -> RegistrationId:
    """A registration that has its details."""
    registration = desk.enrollment.start()
    values = {**demo_script().demographics, **other}
    assert desk.enrollment.enter_demographics(registration.id, values) == ()
    return registration.id


def vouched(desk: Desk, registration_id: RegistrationId, node: str = "a") -> Registration:
    view = desk.enrollment.proof.open(registration_id).view
    assert view is not None
    desk.proofing.dispatch(view.execution_id, node)
    desk.proofing.submit(view.execution_id, node, {"vouched": "true"})
    return desk.enrollment.proof.settle(registration_id)


def test_with_no_configuration_nothing_changes(desk: Desk) -> None:
    assert desk.enrollment.plan(Process.NEW) == USUAL_STEPS


def test_the_step_stands_before_the_captures_of_the_process_it_is_for(station: Path, clock: SetClock) -> None:
    with desk_asking(station, configuration(method("a")), clock) as desk:
        plan = desk.enrollment.plan(Process.NEW)
        assert plan[plan.index(Step.PROOFING) + 1] is Step.FACE
        assert Step.PROOFING not in desk.enrollment.plan(Process.UPDATE)


def test_a_configuration_with_faults_is_not_used(station: Path, clock: SetClock) -> None:
    for content, error in (
        (b"{", MalformedData),
        (configuration(method("a", "nobody")), Refused),
    ):
        with pytest.raises(error), desk_asking(station, content, clock):
            pass


def test_only_who_changes_settings_sets_it(desk: Desk) -> None:
    with pytest.raises(Refused, match="SUPERVISOR_ONLY"):
        desk.proofing_configuration.set(demo_content())


def test_nothing_is_signed_without_a_proof_that_is_asked_for(station: Path, clock: SetClock) -> None:
    with desk_at(station, clock=clock) as desk:
        registration_id = play(desk, stop_after=Step.PREVIEW)
    with desk_asking(station, configuration(method("a")), clock) as desk:
        with pytest.raises(Refused, match="STEPS_OPEN"):
            desk.enrollment.sign(registration_id, Proof(OFFICER.password))
        vouched(desk, registration_id)
        desk.enrollment.confirm_preview(registration_id)
        assert desk.enrollment.sign(registration_id, Proof(OFFICER.password)).signed is not None


def test_a_proof_that_was_not_given_is_not_settled(asking: Asking) -> None:
    desk = asking(configuration(method("a")))
    registration_id = entered(desk)
    with pytest.raises(Refused, match="PROOF_NOT_GIVEN"):
        desk.enrollment.proof.settle(registration_id)
    assert desk.enrollment.registration(registration_id).proof is None


def test_what_it_came_to_is_kept_and_on_record(asking: Asking) -> None:
    desk = asking(configuration(method("a")))
    registration_id = entered(desk)
    state = vouched(desk, registration_id)
    assert state.proof is not None
    assert (state.proof.outcome, state.proof.use_case) == (ProofOutcome.PROVEN, "case0")
    assert audited(desk, registration_id)[-1] == "MUS-IDV-009"
    assert desk.enrollment.proof.settle(registration_id) == state


def test_it_goes_on_where_it_stood_when_the_program_was_begun_anew(station: Path, clock: SetClock) -> None:
    with desk_asking(station, configuration(sequence(method("a"), method("b"))), clock) as desk:
        registration_id = entered(desk)
        view = desk.enrollment.proof.open(registration_id).view
        assert view is not None
        desk.proofing.dispatch(view.execution_id, "a")
    with desk_at(station, clock=clock) as desk:
        again = desk.enrollment.proof.open(registration_id).view
        assert again is not None
        assert (again.execution_id, [each.node for each in again.awaited]) == (view.execution_id, ["a"])


def test_a_method_gets_the_answers_it_asks_for_and_no_others(asking: Asking) -> None:
    desk = asking(configuration(MAILS))
    view = desk.enrollment.proof.open(entered(desk)).view
    assert view is not None
    assert dict(view.attributes) == {"email": "erika@mustermann.example"}


def test_another_address_needs_another_proof_and_the_old_one_again_does_not(asking: Asking) -> None:
    desk = asking(configuration(MAILS))
    registration_id = entered(desk)
    proof = vouched(desk, registration_id).proof
    desk.enrollment.enter_demographics(registration_id, {**demo_script().demographics, "email": "e@x.example"})
    state = desk.enrollment.registration(registration_id)
    assert state.next_step([Step.DEMOGRAPHICS, Step.PROOFING]) is Step.PROOFING
    other = desk.enrollment.proof.open(registration_id).view
    assert other is not None
    assert other.status is ExecutionStatus.CREATED
    desk.enrollment.enter_demographics(registration_id, demo_script().demographics)
    back = desk.enrollment.proof.settle(registration_id).proof
    assert proof is not None
    assert back is not None
    assert back.execution == proof.execution


def test_what_is_over_without_a_proof_is_begun_again_and_what_is_not_over_is_not(
    asking: Asking, clock: SetClock
) -> None:
    desk = asking(configuration(method("a"), policy={"sessionTtlSeconds": 60}))
    registration_id = entered(desk)
    first = desk.enrollment.proof.open(registration_id).view
    same = desk.enrollment.proof.begin_again(registration_id).view
    assert first is not None
    assert same is not None
    assert same.execution_id == first.execution_id
    clock.moment = NOON + timedelta(hours=3)
    late = desk.enrollment.proof.open(registration_id).view
    assert late is not None
    assert late.status is ExecutionStatus.EXPIRED
    again = desk.enrollment.proof.begin_again(registration_id).view
    assert again is not None
    assert again.status is ExecutionStatus.CREATED


def test_somebody_whom_no_use_case_is_for_is_not_asked_until_the_birth_date_changes(asking: Asking) -> None:
    desk = asking(configuration(method("a"), maximumAge=17))
    registration_id = entered(desk)
    standing = desk.enrollment.proof.open(registration_id)
    assert standing.view is None
    assert standing.registration.proof is not None
    assert standing.registration.proof.outcome is ProofOutcome.NOT_ASKED
    child = {**demo_script().demographics, "dateOfBirth": "2012/08/12"}
    desk.enrollment.enter_demographics(registration_id, child)
    view = desk.enrollment.proof.open(registration_id).view
    assert view is not None
    assert view.next == ("a",)


def test_a_person_is_enrolled_with_the_proof_owed_where_the_policy_says_so(asking: Asking) -> None:
    content = json.loads(configuration(method("a"), policy={"offlinePolicy": "ENROLL_PROVISIONAL"}))
    content["methods"][0]["offlineCapable"] = False
    desk = asking(json.dumps(content).encode())
    desk.proofing.is_online = False
    registration_id = entered(desk)
    view = desk.enrollment.proof.open(registration_id).view
    assert view is not None
    desk.proofing.dispatch(view.execution_id, "a")
    proof = desk.enrollment.proof.settle(registration_id).proof
    assert proof is not None
    assert proof.outcome is ProofOutcome.OWED


def test_an_officer_sees_what_an_officer_sees_and_a_supervisors_look_here_is_the_same(asking: Asking) -> None:
    desk = asking(configuration(method("a")))
    registration_id = entered(desk)
    vouched(desk, registration_id)
    view = desk.enrollment.proof.open(registration_id).view
    assert view is not None
    assert [dict(each.metadata) for each in view.results] == [{}]


def test_a_script_says_how_the_person_proved_who_they_are(station: Path, clock: SetClock) -> None:
    with desk_asking(station, demo_content(), clock) as desk:
        state = desk.enrollment.registration(play(desk, stop_after=Step.PROOFING))
        assert state.is_done(Step.PROOFING)
        silent = replace(demo_script(), proof=())
        with pytest.raises(AssertionError):
            play(desk, stop_after=Step.PROOFING, script=silent)


def test_only_a_choice_that_is_offered_is_made(asking: Asking) -> None:
    graph = choice(method("a"), method("b"))
    desk = asking(configuration(graph))
    assert vouched(desk, entered(desk), "b").is_done(Step.PROOFING)


def test_what_was_found_out_is_destroyed_with_the_registration(asking: Asking) -> None:
    desk = asking(configuration(MAILS))
    registration_id = entered(desk, email="otto@mustermann.example")
    proof = vouched(desk, registration_id).proof
    assert proof is not None
    desk.enrollment.discard(registration_id, "begun for somebody else")
    view = desk.proofing.look(proof.execution)
    assert (dict(view.attributes), view.results) == ({}, ())
    assert (view.status, view.cancel_reason) == (ExecutionStatus.CANCELLED, "content destroyed")
    with desk._journal.database.read() as work:
        bodies = work._connection.exec_driver_sql("SELECT body FROM proofing_event").scalars().all()
    assert "otto@mustermann.example" not in "".join(bodies)


class _Register(ScriptedMethod):
    """Knows the person, by the names of the configuration and with a value of its own."""

    def _answer(self, verb: str, work: Work) -> Outcome:
        found = done_by(work)
        return replace(found, attributes={"addressLine3": "Upper end", "residence.city": "Fieldton", "score": 7})


def test_what_a_proof_came_to_know_fills_in_what_is_empty_and_says_so(asking: Asking) -> None:
    desk = asking(configuration(method("a")))
    was = desk.proofing.methods
    desk.proofing.methods = {"vouch": _Register("vouch")}
    registration_id = desk.enrollment.start().id
    known = {name: value for name, value in demo_script().demographics.items() if name != "addressLine3"}
    desk.enrollment.keep_draft(registration_id, known)
    view = desk.enrollment.proof.open(registration_id).view
    assert view is not None
    desk.proofing.dispatch(view.execution_id, "a")
    state = desk.enrollment.proof.settle(registration_id)
    desk.proofing.methods = was
    assert state.filled["addressLine3"].origin is Origin.PROOF
    assert state.demographics["addressLine3"] == LocalizedText.of(eng="Upper end", fra="Upper end")
    assert "city" in {each.field for each in desk.enrollment.prefill.conflicts(state)}
    assert state.proof is not None
