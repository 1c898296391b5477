"""Matching claims with who is known, asked directly; and finding methods."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from muster.domain.proofing import Identifier
from muster.methods.tools import MethodTools, found_methods
from muster.proofing.definitions import Method
from muster.proofing.method import Done, NotDone, Work
from unit.proofing.graphs import definitions, method

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KNOWN = Identifier("UIN", "2345678906")
CLAIM = {"_type": "ClaimMatchMethodDefinition", "id": "known", "identifierType": "UIN", "attribute": "uin"}


def _tools() -> MethodTools:
    return MethodTools(lambda identifier: identifier == KNOWN, lambda: None)


def _work(definition: dict[str, Any], **inputs: str) -> Work:
    read: Method = definitions(method("a"), [definition]).methods[0]
    return Work("e", "a", 1, read, inputs, {}, "ref", NOON, str)


@pytest.mark.parametrize(
    ("inputs", "code", "retryable"),
    [({}, "CLAIM_ABSENT", True), ({"uin": " "}, "CLAIM_ABSENT", True), ({"uin": "1"}, "CLAIM_UNMATCHED", False)],
)
def test_a_claim_that_is_absent_or_matches_nobody_is_told_apart(
    inputs: dict[str, str], code: str, retryable: bool
) -> None:
    outcome = found_methods(_tools())["claim_match"].dispatch(_work(CLAIM, **inputs))
    assert isinstance(outcome, NotDone)
    assert (outcome.code.name, outcome.retryable) == (code, retryable)


def test_a_claim_that_matches_gives_its_identifier() -> None:
    outcome = found_methods(_tools())["claim_match"].dispatch(_work(CLAIM, uin=KNOWN.value))
    assert isinstance(outcome, Done)
    assert outcome.identifiers == (KNOWN,)


def test_methods_are_found_by_being_there() -> None:
    assert {"claim_match", "vouch"} <= set(found_methods(_tools()))
    for name, each in found_methods(_tools()).items():
        assert each.type == name


def test_an_answer_this_method_does_not_wait_for_is_a_failure() -> None:
    match = found_methods(_tools())["claim_match"]
    for outcome in (match.submit(_work(CLAIM), {}), match.callback(_work(CLAIM), {}), match.poll(_work(CLAIM))):
        assert isinstance(outcome, NotDone)
