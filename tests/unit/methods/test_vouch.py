"""Vouching, asked directly."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from muster.domain.proofing import Identifier, UserInputAction
from muster.methods.tools import MethodTools, found_methods
from muster.proofing.definitions import Method
from muster.proofing.method import Done, NotDone, Pending, Work
from unit.proofing.graphs import VOUCH, definitions, method

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KNOWN = Identifier("UIN", "2345678906")


def _tools(supervisor: str | None = None) -> MethodTools:
    return MethodTools(lambda identifier: identifier == KNOWN, lambda: supervisor)


def _work(definition: dict[str, Any], **inputs: str) -> Work:
    read: Method = definitions(method("a"), [definition]).methods[0]
    return Work("e", "a", 1, read, inputs, {}, "ref", NOON, str)


@pytest.mark.parametrize("number", ["", " ", "2345678907"])
def test_an_introducer_whom_nobody_knows_vouches_for_nobody_and_may_be_another_one(number: str) -> None:
    outcome = found_methods(_tools())["vouch"].submit(_work(VOUCH), {"introducer": number})
    assert isinstance(outcome, NotDone)
    assert (outcome.code.name, outcome.retryable) == ("INTRODUCER_UNKNOWN", True)


def test_an_introducer_who_is_known_vouches_and_nothing_of_the_number_is_kept() -> None:
    vouch = found_methods(_tools())["vouch"]
    asked = vouch.dispatch(_work(VOUCH))
    assert isinstance(asked, Pending)
    assert isinstance(asked.action, UserInputAction)
    (field,) = asked.action.fields
    outcome = vouch.submit(_work(VOUCH), {field.id: KNOWN.value})
    assert isinstance(outcome, Done)
    assert KNOWN.value not in str(outcome)


@pytest.mark.parametrize(("supervisor", "answer"), [(None, "yes"), ("max", "no"), ("max", "")])
def test_who_is_no_supervisor_or_does_not_say_yes_does_not_vouch(supervisor: str | None, answer: str) -> None:
    by = {**VOUCH, "by": "supervisor"}
    outcome = found_methods(_tools(supervisor))["vouch"].submit(_work(by), {"vouched": answer})
    assert isinstance(outcome, NotDone)
    assert outcome.code.name == "SUPERVISOR_MUST_VOUCH"


def test_a_supervisor_who_says_yes_is_named_in_the_evidence() -> None:
    by = {**VOUCH, "by": "supervisor"}
    outcome = found_methods(_tools("max"))["vouch"].submit(_work(by), {"vouched": "Yes"})
    assert isinstance(outcome, Done)
    assert outcome.evidence.metadata == {"by": "supervisor", "supervisor": "max"}


@pytest.mark.parametrize(("answer", "vouched"), [("true", True), ("false", False), ("", False)])
def test_an_officer_vouches_by_saying_that_it_is_the_same_person(answer: str, vouched: bool) -> None:
    work = _work({**VOUCH, "by": "officer"})
    asked = found_methods(_tools())["vouch"].dispatch(work)
    assert isinstance(asked, Pending)
    assert isinstance(asked.action, UserInputAction)
    said, unsaid = asked.action.fields
    assert (said.required, unsaid.required) == (True, False)
    outcome = found_methods(_tools())["vouch"].submit(work, {said.id: answer})
    assert isinstance(outcome, Done) is vouched


def test_an_answer_this_method_does_not_wait_for_is_a_failure() -> None:
    vouch = found_methods(_tools())["vouch"]
    assert isinstance(vouch.callback(_work(VOUCH), {}), NotDone)
    assert isinstance(vouch.poll(_work(VOUCH)), NotDone)
