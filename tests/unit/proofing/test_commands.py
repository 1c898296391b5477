"""What may happen next: refusals first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from muster.domain.evidence import Artifact, ArtifactRole
from muster.domain.proofing import (
    Consent,
    ErrorKind,
    InputField,
    NodeStatus,
    PollAction,
    ProofingError,
    RedirectAction,
    UserInputAction,
    WaitForCallbackAction,
)
from muster.errors import BadInput, DeviceUnavailable, MusterError, NetworkUnavailable, Refused
from muster.proofing.availability import Surroundings
from muster.proofing.commands import (
    answered,
    cancelled,
    digest_of,
    dispatched,
    entered,
    expired,
    inputs_of,
    require_awaited,
    require_fields,
    require_open,
    settled,
    started,
)
from muster.proofing.events import (
    ChildChosen,
    ConsentCollected,
    FilesKept,
    NodeAwaits,
    NodeDeferred,
    NodeFailed,
    ProofingCancelled,
    ProofingEvent,
    ProofingExpired,
)
from muster.proofing.method import NotDone, Pending
from muster.proofing.plan import Plan
from muster.proofing.progress import CONSENTS, Progress, fold
from simulators.scripted_method import SCRIPTED_NO
from unit.proofing.graphs import (
    EMAIL,
    NOON,
    OFFLINE,
    ONLINE,
    SERVICE,
    VOUCH,
    begun,
    choice,
    method,
    plan,
    sequence,
    start,
    succeeded,
)

LATER = NOON + timedelta(seconds=30)
FORM = UserInputAction((InputField("code", "Code"), InputField("note", "Note", required=False)))
ONE = plan(method("a"))
TWO = plan(sequence(method("a"), method("b")))
NEEDS_CONSENT = plan(
    method("a"), [{**VOUCH, "compliance": {"requiredConsents": ["DATA_SHARING", "BIOMETRIC_PROCESSING"]}}]
)


def after(plan_: Plan, *events: ProofingEvent) -> Progress:
    return fold(plan_, [start(plan_), *events])


def retry(node: str) -> NodeFailed:
    return NodeFailed(NOON, node, ProofingError(ErrorKind.DRIVER, "X", node, retryable=True))


def answer(progress: Progress, outcome: Any, plan_: Plan = ONE, **more: Any) -> tuple[ProofingEvent, ...]:
    since = more.pop("since", progress.nodes["a"].since)
    return answered(plan_, progress, "a", since, outcome, lambda one: one.value, NOON, **more)


def test_what_expired_or_was_cancelled_goes_no_further() -> None:
    with pytest.raises(Refused, match="PROOFING_EXPIRED"):
        require_open(after(ONE, ProofingExpired(NOON)))
    with pytest.raises(Refused, match="PROOFING_OVER"):
        require_open(after(ONE, *cancelled(after(ONE), "max", " They left. ", NOON)))


def test_whoever_cancels_is_told_with_the_reason() -> None:
    assert cancelled(after(ONE), "max", " They left. ", NOON) == (ProofingCancelled(NOON, "max", "They left."),)


def test_its_time_is_over_once_and_not_before() -> None:
    progress = after(ONE)
    end = progress.started.expires_at
    assert expired(progress, end - timedelta(seconds=1)) == ()
    assert expired(progress, end) == (ProofingExpired(end),)
    assert expired(after(ONE, ProofingExpired(end)), end) == ()


@pytest.mark.parametrize(
    ("node", "events", "code"),
    [
        ("nobody", [], "NODE_UNKNOWN"),
        ("$", [], "NODE_NO_METHOD"),
        ("b", [], "NODE_NOT_READY"),
        ("a", [succeeded("a")], "NODE_OVER"),
    ],
)
def test_a_step_that_is_not_to_be_done_is_not_begun(node: str, events: list[ProofingEvent], code: str) -> None:
    with pytest.raises(MusterError, match=code):
        dispatched(TWO, after(TWO, *events), node, ONLINE, NOON)


def test_a_step_that_was_tried_too_often_fails() -> None:
    plan_ = plan(method("a"), policy={"maxAttemptsPerNode": 2})
    tried = [begun("a"), retry("a")]
    assert dispatched(plan_, after(plan_, *tried), "a", ONLINE, NOON) == (begun("a", 2),)
    tried += [begun("a", 2), retry("a")]
    (failed,) = dispatched(plan_, after(plan_, *tried), "a", ONLINE, NOON)
    assert isinstance(failed, NodeFailed)
    assert failed.error == ProofingError(ErrorKind.DRIVER, "TOO_MANY_ATTEMPTS", "a")


@pytest.mark.parametrize(
    ("definition", "around", "error", "code"),
    [
        ({"enabled": False}, ONLINE, Refused, "METHOD_DISABLED"),
        ({}, Surroundings(online=True, methods=frozenset()), Refused, "METHOD_NOT_HERE"),
        ({"device": "camera"}, ONLINE, DeviceUnavailable, "PROOFING_DEVICE_MISSING"),
        ({"offlineCapable": False}, OFFLINE, NetworkUnavailable, "METHOD_NEEDS_NETWORK"),
    ],
)
def test_what_cannot_be_done_here_and_now_is_refused_with_what_is_missing(
    definition: dict[str, Any], around: Surroundings, error: type[MusterError], code: str
) -> None:
    plan_ = plan(choice(method("a"), method("b", "other")), [{**VOUCH, **definition}, {**VOUCH, "id": "other"}])
    with pytest.raises(error, match=code):
        dispatched(plan_, after(plan_), "a", around, NOON)


def test_without_a_network_a_step_waits_fails_or_is_owed_as_the_policy_says() -> None:
    def tried(policy: str, *events: ProofingEvent) -> tuple[ProofingEvent, ...]:
        plan_ = plan(method("a", "email"), [EMAIL], {"offlinePolicy": policy})
        return dispatched(plan_, after(plan_, *events), "a", OFFLINE, NOON)

    with pytest.raises(NetworkUnavailable):
        tried("WAIT")
    (failed,) = tried("FAIL")
    assert isinstance(failed, NodeFailed)
    assert failed.error.code == "OFFLINE_FAILED"
    assert tried("ENROLL_PROVISIONAL") == (NodeDeferred(NOON, "a"),)
    with pytest.raises(NetworkUnavailable):
        tried("ENROLL_PROVISIONAL", NodeDeferred(NOON, "a"))


def test_a_step_is_given_what_was_said_found_and_entered_as_far_as_there_is_any() -> None:
    sources = {
        "number": {"_type": "ContextAttribute", "attributePath": "number"},
        "type": {"_type": "PriorNodeAttribute", "nodeId": "a", "attributePath": "kind"},
        "country": {"_type": "UserInputAttribute", "fieldId": "country"},
        "day": {"_type": "UserInputAttribute", "fieldId": "day"},
    }
    bound = [{"source": source, "target": target} for target, source in sources.items()]
    plan_ = plan(sequence(method("a"), method("b", "service", inputBindings=bound)), [VOUCH, SERVICE])
    begin = started(plan_, at=NOON, scenario=start(plan_).scenario, online=True, attributes={"number": "1"})
    progress = fold(plan_, [begin, succeeded("a", attributes={"kind": "passport"})])
    assert inputs_of(plan_, progress, "b", {"country": "UTO"}) == {
        "number": "1",
        "type": "passport",
        "country": "UTO",
    }


WAITS_FOR_FORM = (begun("a"), NodeAwaits(NOON, "a", FORM))
ANY = (NodeStatus.AWAITING_INPUT, NodeStatus.AWAITING_CALLBACK, NodeStatus.AWAITING_POLL)


@pytest.mark.parametrize(
    ("node", "events", "at", "code"),
    [
        ("nobody", [], NOON, "NODE_UNKNOWN"),
        ("a", [succeeded("a")], NOON, "NODE_OVER"),
        ("a", [], NOON, "NOT_AWAITED"),
        ("a", [begun("a")], NOON, "NOT_AWAITED"),
        (
            "a",
            [begun("a"), NodeAwaits(NOON, "a", RedirectAction("https://x", "r", LATER))],
            LATER,
            "ACTION_EXPIRED",
        ),
        ("a", [begun("a"), NodeAwaits(NOON, "a", WaitForCallbackAction("r", LATER))], LATER, "ACTION_EXPIRED"),
        ("a", [begun("a"), NodeAwaits(NOON, "a", PollAction(LATER))], NOON, "TOO_EARLY"),
    ],
)
def test_an_answer_that_is_not_waited_for_is_refused(
    node: str, events: list[ProofingEvent], at: Any, code: str
) -> None:
    with pytest.raises(MusterError, match=code):
        require_awaited(after(TWO, *events), node, ANY, at)


def test_an_answer_of_another_kind_than_is_waited_for_is_refused() -> None:
    progress = after(ONE, *WAITS_FOR_FORM)
    require_awaited(progress, "a", [NodeStatus.AWAITING_INPUT], NOON)
    with pytest.raises(Refused, match="NOT_AWAITED"):
        require_awaited(progress, "a", [NodeStatus.AWAITING_POLL], NOON)


def test_an_answer_in_its_time_is_taken() -> None:
    for action, at in ((PollAction(LATER), LATER), (RedirectAction("https://x", "r", LATER), NOON)):
        require_awaited(after(ONE, begun("a"), NodeAwaits(NOON, "a", action)), "a", ANY, at)


@pytest.mark.parametrize("fields", [{}, {"note": "n"}, {"code": "c", "colour": "red"}])
def test_a_form_with_other_fields_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="FIELDS_WRONG"):
        require_fields(after(ONE, *WAITS_FOR_FORM), "a", fields)


@pytest.mark.parametrize("fields", [{"code": "c"}, {"code": "c", "note": "n"}])
def test_a_form_needs_what_is_required_and_no_more(fields: dict[str, str]) -> None:
    require_fields(after(ONE, *WAITS_FOR_FORM), "a", fields)


def test_an_answer_that_comes_after_something_else_is_told_so() -> None:
    asked = after(ONE, begun("a"))
    with pytest.raises(Refused, match="NODE_MOVED_ON"):
        answer(after(ONE, *WAITS_FOR_FORM), Pending(FORM), since=asked.nodes["a"].since)
    with pytest.raises(Refused, match="NODE_MOVED_ON"):
        answer(after(TWO, begun("a"), succeeded("a")), Pending(FORM), TWO)


def test_a_callback_that_comes_once_more_changes_nothing() -> None:
    progress = after(ONE, begun("a"), NodeAwaits(NOON, "a", FORM, {}, "first"))
    assert answer(progress, NotDone(SCRIPTED_NO), delivery="first", since=0) == ()
    assert digest_of({"a": "1", "b": "2"}) == digest_of({"b": "2", "a": "1"}) != digest_of({"a": "1"})


def test_files_are_kept_before_the_answer_they_came_with() -> None:
    file = Artifact(ArtifactRole.FRONT, "image/jpeg", "ab" * 32, 10)
    events = answer(after(ONE, begun("a")), Pending(FORM, {"s": "1"}), artifacts=(file,))
    assert events == (FilesKept(NOON, "a", (file,)), NodeAwaits(NOON, "a", FORM, {"s": "1"}, ""))
    assert after(ONE, begun("a"), *events).nodes["a"].status is NodeStatus.AWAITING_INPUT


@pytest.mark.parametrize(
    "fields", [{}, {"DATA_SHARING": "true", "COLOUR": "true"}, {"DATA_SHARING": "yes"}, {"DATA_SHARING": "false"}]
)
def test_whoever_does_not_say_that_the_person_agrees_has_no_consent(fields: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        entered(NEEDS_CONSENT, after(NEEDS_CONSENT), CONSENTS, fields, NOON)


def test_a_person_agrees_to_one_thing_at_a_time_or_to_all() -> None:
    said = entered(NEEDS_CONSENT, after(NEEDS_CONSENT), CONSENTS, {"DATA_SHARING": "true"}, NOON)
    assert said == (ConsentCollected(NOON, (Consent.DATA_SHARING,)),)
    left = after(NEEDS_CONSENT, *said).consents_missing
    assert left == tuple(
        each for each in after(NEEDS_CONSENT).consents_missing if each is not Consent.DATA_SHARING
    )


def test_a_methods_own_form_is_not_the_engines() -> None:
    assert entered(ONE, after(ONE, *WAITS_FOR_FORM), "a", {"code": "c"}, NOON) is None
    assert entered(ONE, after(ONE), "nobody", {}, NOON) is None


def test_a_choice_that_is_over_is_not_made_again() -> None:
    plan_ = plan(sequence(choice(method("a"), method("b")), method("c")))
    chosen = ChildChosen(NOON, "$.children[0]", "a")
    with pytest.raises(Refused, match="NODE_OVER"):
        entered(plan_, after(plan_, chosen, succeeded("a")), "$.children[0]", {"selection": "b"}, NOON)


def test_a_plan_without_choices_of_its_own_makes_none() -> None:
    assert settled(ONE, [start(ONE)], ONLINE, NOON) == ()
    assert settled(plan(choice(method("a"), method("b"))), [], ONLINE, NOON) == ()
