"""Trying a use case out: drawn with its faults, and played."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from muster.domain.proofing import Eidas, ExecutionStatus, NodeStatus
from muster.domain.registration import Process
from muster.errors import MalformedData, NetworkUnavailable, Refused
from muster.workstation.proofing_configuration import demo_content
from muster.workstation.proofing_play import DrawnNode, DrawnUseCase, Play, Played, drawing_of
from unit.proofing.graphs import EMAIL, VOUCH, choice, method, parallel, plan, sequence, threshold

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SAMPLE = Path(__file__).parents[1] / "proofing" / "source_sample.json"
PRIOR = {"source": {"_type": "PriorNodeAttribute", "nodeId": "b", "attributePath": "x"}, "target": "x"}


def drawn(graph: dict[str, Any], *methods: dict[str, Any], **policy: Any) -> DrawnUseCase:
    use_case = {
        "id": "case",
        "tenantId": "default",
        "graph": graph,
        "policy": {"minimumAssurance": "low", **policy},
    }
    content = json.dumps({"methods": [VOUCH, *methods], "useCases": [use_case]}).encode()
    (found,) = drawing_of(content).use_cases
    return found


def faults(use_case: DrawnUseCase) -> list[tuple[str, str]]:
    """Place and code of each."""

    def below(node: DrawnNode) -> Iterator[tuple[str, str]]:
        yield from ((node.place, each.code.name) for each in node.findings)
        for child in node.children:
            yield from below(child)

    return [("", each.code.name) for each in use_case.findings] + list(below(use_case.root))


def played(graph: dict[str, Any], **policy: Any) -> Play:
    return Play(plan(graph, [VOUCH, EMAIL], {"minimumAssurance": "low", **policy}), NOON)


def status(play: Play, node: str) -> NodeStatus:
    return next(each.status for each in play.view().nodes if each.id == node)


# --- drawing ---------------------------------------------------------------------------------------------


def test_what_is_no_configuration_is_refused() -> None:
    with pytest.raises(MalformedData):
        drawing_of(b'{"useCases": [{"id": 7}]}')


def test_the_two_use_cases_of_the_source_are_drawn_as_they_stand_there() -> None:
    onboarding, employee = drawing_of(SAMPLE.read_bytes()).use_cases
    assert (onboarding.id, employee.id) == ("customer-onboarding", "employee-registration")
    assert faults(onboarding) == faults(employee) == []
    email, either = onboarding.root.children
    assert (email.id, email.method_type) == ("step-email", "otp")
    assert (either.kind, either.selection, [each.id for each in either.children]) == (
        "ChoiceNode",
        "UserSelect",
        ["step-passport", "step-wallet"],
    )
    assert employee.root.children == ()
    assert employee.root.gives.eidas is Eidas.SUBSTANTIAL


def test_a_use_case_is_asked_for_in_the_processes_that_its_triggers_name() -> None:
    assert drawing_of(SAMPLE.read_bytes()).processes == frozenset()
    assert drawing_of(demo_content()).processes == {Process.NEW}


@pytest.mark.parametrize(
    ("code", "graph", "places"),
    [
        ("METHOD_UNKNOWN", sequence(method("a"), method("b", "nobody")), ["$.children[1]"]),
        ("CHILDREN_MISSING", sequence(method("a"), choice()), ["$.children[1]"]),
        ("THRESHOLD_OUT_OF_RANGE", threshold(3, method("a"), method("b")), ["$"]),
        ("NODE_ID_TWICE", sequence(method("a"), method("a")), ["$.children[0]", "$.children[1]"]),
        ("NODE_ID_RESERVED", sequence(method("a"), method("$b")), ["$.children[1]"]),
        ("BINDING_NOT_BEFORE", sequence(method("a", inputBindings=[PRIOR]), method("b")), ["$.children[0]"]),
    ],
)
def test_every_fault_stands_at_the_steps_it_is_about(code: str, graph: dict[str, Any], places: list[str]) -> None:
    use_case = drawn(graph)
    assert use_case.plan is None
    assert faults(use_case) == [(place, code) for place in places]


def test_what_is_wrong_with_the_whole_stands_at_no_step() -> None:
    assert faults(drawn(method("a"), minimumAssurance="high")) == [("", "ASSURANCE_OUT_OF_REACH")]


def test_a_graph_that_is_too_large_is_not_drawn() -> None:
    use_case = drawn(sequence(*(method(f"n{number}") for number in range(600))))
    assert faults(use_case) == [("", "GRAPH_TOO_LARGE")]
    assert use_case.root.children == ()


# --- playing ---------------------------------------------------------------------------------------------


def test_playing_all_steps_to_success_proves_what_is_needed() -> None:
    play = played(sequence(method("a"), method("b", "email")))
    assert play.view().next == ("a",)
    play.answer("a", Played.SUCCEEDS)
    assert play.view().next == ("b",)
    play.answer("b", Played.SUCCEEDS)
    view = play.view()
    assert (view.status, view.assurance.eidas) == (ExecutionStatus.COMPLETED, Eidas.LOW)


def test_a_step_that_waits_is_answered_afterwards() -> None:
    play = played(method("b", "email"))
    play.answer("b", Played.WAITS)
    assert play.view().status is ExecutionStatus.AWAITING_ACTION
    play.answer("b", Played.SUCCEEDS)
    assert play.view().status is ExecutionStatus.COMPLETED


def test_what_fails_for_now_can_be_tried_again_and_what_fails_ends_the_sequence() -> None:
    play = played(sequence(method("a"), method("b")))
    play.answer("a", Played.FAILS_FOR_NOW)
    assert play.view().next == ("a",)
    play.answer("a", Played.FAILS)
    assert play.view().status is ExecutionStatus.FAILED
    with pytest.raises(Refused):
        play.answer("b", Played.SUCCEEDS)


def test_one_way_of_a_choice_makes_the_others_superfluous() -> None:
    play = played(choice(method("a"), sequence(method("b"), method("c"), nodeId="both"), nodeId="way"))
    play.choose("way", "both")
    assert status(play, "a") is NodeStatus.SKIPPED
    assert play.view().next == ("b",)


def test_nothing_is_begun_before_the_person_agrees() -> None:
    play = played(method("a"), requiredConsents=["DATA_SHARING"])
    with pytest.raises(Refused, match="CONSENT_MISSING"):
        play.answer("a", Played.SUCCEEDS)
    play.agree()
    play.answer("a", Played.SUCCEEDS)
    assert play.view().may_enroll


def test_without_a_network_only_what_needs_none_goes_on() -> None:
    play = played(parallel(method("a"), method("b", "email")))
    play.online = False
    play.answer("a", Played.SUCCEEDS)
    with pytest.raises(NetworkUnavailable):
        play.answer("b", Played.SUCCEEDS)
    play.online = True
    play.answer("b", Played.SUCCEEDS)
    assert play.view().status is ExecutionStatus.COMPLETED


def test_time_runs_out_and_the_beginning_comes_back() -> None:
    play = played(method("a"))
    play.run_out_of_time()
    assert play.view().status is ExecutionStatus.EXPIRED
    with pytest.raises(Refused):
        play.answer("a", Played.SUCCEEDS)
    play.reset()
    assert play.view().status is ExecutionStatus.CREATED
