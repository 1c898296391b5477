"""The fold: statuses, what is waited for, what was found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.proofing import (
    Consent,
    ErrorKind,
    ExecutionStatus,
    HashedIdentifier,
    InputField,
    NodeStatus,
    PollAction,
    ProofingError,
    RedirectAction,
    UserInputAction,
    WaitForCallbackAction,
)
from muster.errors import BadInput, Refused
from muster.proofing.commands import answered, cancelled, dispatched, entered, expired, require_version, started
from muster.proofing.events import (
    ChildChosen,
    ConsentCollected,
    NodeAwaits,
    NodeDeferred,
    NodeFailed,
    ProofingCancelled,
    ProofingEvent,
    ProofingExpired,
    RuleMaterialized,
)
from muster.proofing.method import Done, NotDone
from muster.proofing.progress import fold
from simulators.scripted_method import SCRIPTED_NO, done_by
from unit.proofing.graphs import (
    NOON,
    ONLINE,
    VOUCH,
    begun,
    choice,
    method,
    parallel,
    plan,
    sequence,
    start,
    succeeded,
    threshold,
)

ACTIONS = {
    NodeStatus.AWAITING_INPUT: UserInputAction((InputField("code", "Code"),)),
    NodeStatus.AWAITING_POLL: PollAction(NOON),
    NodeStatus.AWAITING_CALLBACK: RedirectAction("https://x.example", "ref"),
}
ONE = plan(method("a"))


def _error(node: str, *, retryable: bool = False) -> NodeFailed:
    return NodeFailed(NOON, node, ProofingError(ErrorKind.DRIVER, "X", node, retryable=retryable))


def test_events_that_begin_with_no_start_or_belong_to_another_plan_are_refused() -> None:
    with pytest.raises(ValueError, match="begins"):
        fold(ONE, [])
    with pytest.raises(ValueError, match="begins"):
        fold(ONE, [begun("a")])
    with pytest.raises(ValueError, match="once"):
        fold(ONE, [start(ONE), start(ONE)])
    with pytest.raises(ValueError, match="another plan"):
        fold(ONE, [start(plan(method("b")))])
    with pytest.raises(ValueError, match="not in the plan"):
        fold(ONE, [start(ONE), begun("b")])


@pytest.mark.parametrize("status", ACTIONS)
def test_a_node_waits_for_what_its_method_said(status: NodeStatus) -> None:
    events = [start(ONE), begun("a"), NodeAwaits(NOON, "a", ACTIONS[status], {"nonce": "n"})]
    progress = fold(ONE, events)
    assert (progress.nodes["a"].status, progress.status) == (status, ExecutionStatus.AWAITING_ACTION)
    assert [(each.node, each.action) for each in progress.awaited] == [("a", ACTIONS[status])]
    assert progress.nodes["a"].state == {"nonce": "n"}


def test_the_statuses_follow_one_another_as_the_source_draws_them() -> None:
    wait = WaitForCallbackAction("ref", NOON)
    events: list[ProofingEvent] = [start(ONE), begun("a"), NodeAwaits(NOON, "a", wait), succeeded("a")]
    seen = [fold(ONE, events[: count + 1]).status.value for count in range(4)]
    assert seen == ["CREATED", "RUNNING", "AWAITING_ACTION", "COMPLETED"]
    ends: list[tuple[ProofingEvent, str]] = [
        (ProofingCancelled(NOON, "max", "left"), "CANCELLED"),
        (ProofingExpired(NOON), "EXPIRED"),
        (_error("a"), "FAILED"),
    ]
    for event, status in ends:
        for count in range(1, 4):
            progress = fold(ONE, [*events[:count], event])
            assert (progress.status.value, progress.awaited) == (status, ())
            if event != _error("a"):
                expected = NodeStatus.SKIPPED if count == 1 else NodeStatus.CANCELLED
                assert progress.nodes["a"].status is expected


def test_an_execution_whose_time_is_over_is_seen_as_expired_unless_it_had_ended() -> None:
    end = NOON + timedelta(seconds=3600)
    assert fold(ONE, [start(ONE)], now=end - timedelta(seconds=1)).status is ExecutionStatus.CREATED
    assert fold(ONE, [start(ONE)], now=end).status is ExecutionStatus.EXPIRED
    assert fold(ONE, [start(ONE), succeeded("a")], now=end).status is ExecutionStatus.COMPLETED
    assert expired(fold(ONE, [start(ONE)]), end) == (ProofingExpired(end),)
    assert expired(fold(ONE, [start(ONE), succeeded("a")]), end) == ()


def test_a_failure_that_may_be_retried_leaves_the_step_to_be_begun_again() -> None:
    progress = fold(ONE, [start(ONE), begun("a"), _error("a", retryable=True)])
    assert (progress.nodes["a"].status, progress.status) == (NodeStatus.READY, ExecutionStatus.RUNNING)
    assert len(progress.errors) == 1
    (event,) = dispatched(ONE, progress, "a", ONLINE, NOON)
    assert event == begun("a", 2)


def test_a_step_that_waits_again_has_no_error_of_before() -> None:
    form = NodeAwaits(NOON, "a", ACTIONS[NodeStatus.AWAITING_INPUT])
    failed = [start(ONE), begun("a"), form, _error("a", retryable=True)]
    assert fold(ONE, failed).nodes["a"].error is not None
    progress = fold(ONE, [*failed, begun("a", 2), form])
    assert (progress.nodes["a"].error, len(progress.errors)) == (None, 1)


def test_an_attempt_counts_once_however_often_it_asked_for_something() -> None:
    plan_ = plan(method("a"), policy={"maxAttemptsPerNode": 2})
    form = NodeAwaits(NOON, "a", ACTIONS[NodeStatus.AWAITING_INPUT])
    events: list[ProofingEvent] = [start(plan_), begun("a"), form, form]
    for retryable in (True, False):
        progress = fold(plan_, events)
        assert progress.nodes["a"].answers == len([each for each in events if each == form]) - 1
        again = NotDone(SCRIPTED_NO, retryable=True)
        (event,) = answered(plan_, progress, "a", progress.nodes["a"].since, again, str, NOON)
        assert isinstance(event, NodeFailed)
        assert event.error.retryable is retryable
        events += [event, begun("a", 2), form]


def test_an_answer_to_a_question_of_before_comes_too_late() -> None:
    form = NodeAwaits(NOON, "a", ACTIONS[NodeStatus.AWAITING_INPUT])
    asked = fold(ONE, [start(ONE), begun("a"), form])
    meanwhile = fold(ONE, [start(ONE), begun("a"), form, form])
    with pytest.raises(Refused, match="NODE_MOVED_ON"):
        answered(ONE, meanwhile, "a", asked.nodes["a"].since, _done(ONE), str, NOON)
    assert answered(ONE, meanwhile, "a", meanwhile.nodes["a"].since, _done(ONE), lambda one: one.value, NOON)


def test_all_errors_are_kept() -> None:
    plan_ = plan(parallel(method("a"), method("b"), failurePolicy="WaitForAll"))
    progress = fold(plan_, [start(plan_), _error("a"), _error("b")])
    assert [(each.kind, each.node) for each in progress.errors] == [
        (ErrorKind.DRIVER, "a"),
        (ErrorKind.DRIVER, "b"),
        (ErrorKind.GRAPH, "$"),
    ]


def test_what_had_begun_is_cancelled_and_the_rest_skipped() -> None:
    plan_ = plan(sequence(parallel(method("a"), method("b"), sequence(method("c"))), method("d")))
    progress = fold(plan_, [start(plan_), begun("b"), _error("a")])
    statuses = {node: each.status.value for node, each in progress.nodes.items()}
    assert statuses == {
        "$": "FAILED", "$.children[0]": "FAILED", "a": "FAILED", "b": "CANCELLED",
        "$.children[0].children[2]": "SKIPPED", "c": "SKIPPED", "d": "SKIPPED",
    }  # fmt: skip


def test_beginning_a_step_makes_every_choice_above_it() -> None:
    plan_ = plan(choice(sequence(choice(method("a"), method("b"))), method("c")))
    events = dispatched(plan_, fold(plan_, [start(plan_)]), "b", ONLINE, NOON)
    progress = fold(plan_, [start(plan_), *events])
    assert progress.nodes["$"].chosen == "$.children[0]"
    assert progress.nodes["$.children[0].children[0]"].chosen == "b"
    assert {progress.nodes[each].status for each in "ac"} == {NodeStatus.SKIPPED}


def test_choosing_is_no_beginning() -> None:
    plan_ = plan(choice(method("a"), method("b")))
    with pytest.raises(BadInput, match="OPTION_UNKNOWN"):
        entered(plan_, fold(plan_, [start(plan_)]), "$", {"selection": "c"}, NOON)
    with pytest.raises(BadInput, match="FIELDS_WRONG"):
        entered(plan_, fold(plan_, [start(plan_)]), "$", {"choice": "a"}, NOON)
    chosen = entered(plan_, fold(plan_, [start(plan_)]), "$", {"selection": "a"}, NOON)
    assert chosen is not None
    progress = fold(plan_, [start(plan_), *chosen])
    assert [progress.nodes[each].status for each in "ab"] == [NodeStatus.READY, NodeStatus.SKIPPED]
    with pytest.raises(Refused, match="NOT_AWAITED"):
        entered(plan_, progress, "$", {"selection": "a"}, NOON)


def test_a_person_may_choose_anew_until_something_of_the_chosen_way_is_done() -> None:
    plan_ = plan(choice(sequence(method("a"), method("b")), method("c")))
    form = NodeAwaits(NOON, "a", ACTIONS[NodeStatus.AWAITING_INPUT])
    waits = [start(plan_), ChildChosen(NOON, "$", "$.children[0]"), begun("a"), form]
    anew = entered(plan_, fold(plan_, waits), "$", {"selection": "c"}, NOON)
    assert anew is not None
    left = fold(plan_, [*waits, *anew])
    assert [left.nodes[each].status.value for each in "abc"] == ["CANCELLED", "SKIPPED", "READY"]
    back = entered(plan_, left, "$", {"selection": "$.children[0]"}, NOON)
    assert back is not None
    there = fold(plan_, [*waits, *anew, *back]).nodes["a"]
    assert (there.status, there.attempts, there.action, dict(there.state)) == (NodeStatus.READY, 1, None, {})
    with pytest.raises(Refused, match="NOT_AWAITED"):
        entered(plan_, fold(plan_, [*waits, succeeded("a")]), "$", {"selection": "c"}, NOON)


def test_an_answer_to_what_was_begun_before_another_way_was_chosen_comes_too_late() -> None:
    plan_ = plan(choice(method("a"), method("b")))
    form = NodeAwaits(NOON, "a", ACTIONS[NodeStatus.AWAITING_INPUT])
    waits = [start(plan_), ChildChosen(NOON, "$", "a"), begun("a"), form]
    asked = fold(plan_, waits).nodes["a"].since
    back = fold(plan_, [*waits, ChildChosen(NOON, "$", "b"), ChildChosen(NOON, "$", "a")])
    with pytest.raises(Refused, match="NODE_MOVED_ON"):
        answered(plan_, back, "a", asked, _done(plan_), str, NOON)


def test_what_the_plan_chose_by_itself_nobody_chooses_anew() -> None:
    plan_ = plan(choice(method("a"), method("c"), selectionPolicy="FirstAvailable"))
    progress = fold(plan_, [start(plan_), ChildChosen(NOON, "$", "a")])
    with pytest.raises(Refused, match="NOT_AWAITED"):
        entered(plan_, progress, "$", {"selection": "c"}, NOON)


def test_of_one_attribute_the_last_counts_and_each_node_keeps_its_own() -> None:
    plan_ = plan(sequence(method("a"), method("b")))
    begin = started(plan_, at=NOON, scenario=start(plan_).scenario, online=True, attributes={"x": 0, "y": "c"})
    progress = fold(plan_, [begin, succeeded("a", attributes={"x": 1}), succeeded("b", attributes={"x": 2})])
    assert (progress.attributes, progress.sources) == ({"x": 2, "y": "c"}, {"x": "b"})
    assert progress.by_node == {"a": {"x": 1}, "b": {"x": 2}}


def test_identifiers_and_references_are_joined_without_repeating_any() -> None:
    plan_ = plan(sequence(method("a"), method("b")))
    same = (HashedIdentifier("EMAIL", "d"),)
    other = (*same, HashedIdentifier("DID", "d"))
    progress = fold(plan_, [start(plan_), succeeded("a", identifiers=same), succeeded("b", identifiers=other)])
    assert progress.identifiers == other


def test_consents_are_asked_for_as_long_as_something_could_need_them() -> None:
    needs = {**VOUCH, "id": "needs", "compliance": {"requiredConsents": ["DATA_SHARING"]}}
    plan_ = plan(choice(method("a"), method("b", "needs")), [VOUCH, needs])
    assert fold(plan_, [start(plan_)]).consents_missing == (Consent.DATA_SHARING,)
    assert fold(plan_, [start(plan_), ConsentCollected(NOON, (Consent.DATA_SHARING,))]).consents_missing == ()
    chosen = dispatched(plan_, fold(plan_, [start(plan_)]), "a", ONLINE, NOON)
    assert fold(plan_, [start(plan_), *chosen]).consents_missing == ()


def test_a_person_may_be_enrolled_provisionally_only_while_the_rest_is_owed() -> None:
    policy = {"offlinePolicy": "ENROLL_PROVISIONAL"}
    plan_ = plan(method("a"), policy=policy)
    deferred = [start(plan_), NodeDeferred(NOON, "a")]
    assert fold(plan_, deferred).may_enroll
    assert fold(plan_, deferred).nodes["a"].status is NodeStatus.READY
    assert not fold(plan_, [start(plan_)]).may_enroll
    assert not fold(plan_, [*deferred, ProofingExpired(NOON)]).may_enroll
    assert not fold(ONE, [start(ONE), NodeDeferred(NOON, "a")]).may_enroll


def test_an_identifier_without_its_legal_basis_fails_the_step_and_is_not_kept() -> None:
    restricted = {"territoryRestrictions": {"NLD": {"requiresLegalBasis": ["SUBJECT_ID"]}}}
    methods = [{**VOUCH, "compliance": restricted}]
    for bases, expected in (([], ExecutionStatus.FAILED), (["SUBJECT_ID"], ExecutionStatus.COMPLETED)):
        plan_ = plan(method("a"), methods, {"territoryId": "NLD", "legalBases": bases})
        events: list[ProofingEvent] = [start(plan_), begun("a")]
        progress = fold(plan_, events)
        outcome = _done(plan_)
        events += answered(plan_, progress, "a", progress.nodes["a"].since, outcome, lambda one: one.value, NOON)
        after = fold(plan_, events)
        assert after.status is expected
        assert bool(after.identifiers) is (expected is ExecutionStatus.COMPLETED)
        assert (ErrorKind.COMPLIANCE in {each.kind for each in after.errors}) is (
            expected is ExecutionStatus.FAILED
        )


def _done(plan_: object) -> Done:
    from muster.proofing.method import Work

    definition = plan_.methods["vouch"]  # type: ignore[attr-defined]
    return done_by(Work("e", "a", 1, definition, {}, {}, "ref", NOON, str))


def test_writing_down_changes_no_status() -> None:
    progress = fold(ONE, [start(ONE), succeeded("a"), RuleMaterialized(NOON, 0, 3)])
    assert (progress.status, dict(progress.materialized)) == (
        ExecutionStatus.COMPLETED,
        {0: RuleMaterialized(NOON, 0, 3)},
    )


def test_a_command_that_knows_an_older_version_is_refused() -> None:
    progress = fold(ONE, [start(ONE), begun("a")])
    require_version(progress, None)
    require_version(progress, 2)
    with pytest.raises(Refused, match="VERSION_CONFLICT"):
        require_version(progress, 1)


def test_cancelling_asks_for_a_reason_and_for_something_open() -> None:
    with pytest.raises(BadInput, match="CANCEL_REASON_MISSING"):
        cancelled(fold(ONE, [start(ONE)]), "max", " ", NOON)
    with pytest.raises(Refused, match="PROOFING_OVER"):
        cancelled(fold(ONE, [start(ONE), succeeded("a")]), "max", "why", NOON)


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=3, unique=True), st.integers(1, 3), st.booleans())
def test_a_threshold_counts_successes_in_any_order(order: list[str], minimum: int, patient: bool) -> None:
    policy = "ContinueOnFailure" if patient else "WaitForAll"
    plan_ = plan(threshold(minimum, method("a"), method("b"), method("c"), failurePolicy=policy))
    progress = fold(plan_, [start(plan_), *map(succeeded, order)])
    assert (progress.status is ExecutionStatus.COMPLETED) is (len(order) >= minimum)
