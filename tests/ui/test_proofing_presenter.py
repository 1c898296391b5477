"""What the officer is shown of an execution, decided without a window."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from muster.domain.proofing import Consent, UserInputAction
from muster.ui.wizard.proofing_presenter import ProofingPresenter, Stage
from muster.workstation.proofing_play import Play, Played
from muster.workstation.proofing_view import ExecutionView
from unit.proofing.graphs import EMAIL, VOUCH, choice, method, parallel, plan, sequence, threshold

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def played(graph: dict[str, Any], *moves: tuple[str, Played], **policy: Any) -> ExecutionView:
    play = Play(plan(graph, [VOUCH, EMAIL], {"minimumAssurance": "low", **policy}), NOON)
    for node, move in moves:
        play.answer(node, move)
    return play.view()


def asked(view: ExecutionView) -> list[tuple[str | None, list[str]]]:
    questions = ProofingPresenter(view).questions
    return [(each.choice.id if each.choice else None, [offer.id for offer in each.offers]) for each in questions]


def rows(view: ExecutionView) -> list[tuple[str, int]]:
    return [(each.node.id, each.depth) for each in ProofingPresenter(view).rows()]


def test_nothing_is_offered_before_the_person_agrees() -> None:
    presenter = ProofingPresenter(played(method("a"), requiredConsents=[Consent.DATA_SHARING.value]))
    assert presenter.stage is Stage.CONSENTS
    assert presenter.questions == () == presenter.waiting


def test_a_choice_is_one_question_and_its_ways_are_the_offers() -> None:
    view = played(choice(method("a"), sequence(method("b"), method("c"), nodeId="both"), nodeId="way"))
    assert asked(view) == [("way", ["a", "both"])]


def test_of_choices_inside_choices_the_outer_one_is_asked_first() -> None:
    view = played(choice(method("a"), choice(method("b"), method("c"), nodeId="inner"), nodeId="outer"))
    assert asked(view) == [("outer", ["a", "inner"])]


def test_steps_side_by_side_are_offered_together_beside_the_choice_among_them() -> None:
    view = played(parallel(method("a"), method("b"), choice(method("c"), method("d"), nodeId="way")))
    assert asked(view) == [(None, ["a", "b"]), ("way", ["c", "d"])]


def test_a_step_that_waits_is_no_question_any_more() -> None:
    view = played(threshold(1, method("a"), method("b", "email")), ("b", Played.WAITS))
    assert [each.id for each in ProofingPresenter(view).waiting] == ["b"]
    assert asked(view) == [(None, ["a"])]


def test_a_form_waits_for_nobody_outside() -> None:
    view = played(method("b", "email"), ("b", Played.WAITS))
    assert isinstance(view.nodes[0].action, UserInputAction)
    assert not ProofingPresenter(view).waits_outside


def test_the_outermost_sequence_goes_without_saying() -> None:
    graph = sequence(method("a"), parallel(method("b"), nodeId="all"))
    assert rows(played(graph)) == [("a", 0), ("all", 0), ("b", 1)]
    assert rows(played(parallel(method("a"), nodeId="all"))) == [("all", 0), ("a", 1)]


def test_what_became_superfluous_is_told_in_one_line() -> None:
    graph = choice(method("a"), sequence(method("b"), method("c"), nodeId="both"), nodeId="way")
    assert rows(played(graph, ("a", Played.SUCCEEDS))) == [("way", 0), ("a", 1), ("both", 1)]


def test_only_what_is_asked_for_and_need_not_succeed_is_called_an_extra() -> None:
    extras = parallel(method("b"), joinPolicy="BestEffort", failurePolicy="ContinueOnFailure")
    view = played(sequence(method("a"), extras, threshold(1, method("c"), method("d"))))
    assert [each.node.id for each in ProofingPresenter(view).rows() if each.is_extra] == ["b"]


def test_what_is_over_without_a_proof_is_a_failure_whatever_became_of_it() -> None:
    assert ProofingPresenter(played(method("a"), ("a", Played.FAILS))).stage is Stage.FAILED
    assert ProofingPresenter(played(method("a"), ("a", Played.SUCCEEDS))).stage is Stage.PROVEN


def test_the_time_left_is_the_steps_own_and_never_more_than_that_of_the_whole() -> None:
    view = played(method("b", "email"), ("b", Played.WAITS), sessionTtlSeconds=60)
    presenter = ProofingPresenter(view)
    assert presenter.time_left(view.nodes[0], NOON) == timedelta(seconds=60)
    assert presenter.time_left(view.nodes[0], NOON + timedelta(hours=1)) == timedelta(0)


def test_it_is_looked_at_again_only_where_something_may_have_changed() -> None:
    form = ProofingPresenter(played(method("b", "email"), ("b", Played.WAITS), sessionTtlSeconds=60))
    assert not form.may_change(NOON)
    assert form.may_change(NOON + timedelta(seconds=60))
    play = Play(plan(parallel(method("b", "email")), [EMAIL], {"minimumAssurance": "low"}), NOON)
    assert not ProofingPresenter(play.view()).may_change(NOON)
    play.online = False
    assert ProofingPresenter(play.view()).may_change(NOON)
