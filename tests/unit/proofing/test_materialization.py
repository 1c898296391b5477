"""Records that a finished proof of identity leaves, as the use case's rules say."""

from __future__ import annotations

from typing import Any

import pytest

from muster.domain.proofing import HashedIdentifier
from muster.errors import Refused
from muster.proofing.events import ChildChosen, ProofingEvent
from muster.proofing.materialization import Record, records_of
from muster.proofing.plan import Plan
from muster.proofing.progress import fold
from unit.proofing.graphs import NOON, choice, method, plan, sequence, start, succeeded

EMAIL, SUBJECT = HashedIdentifier("EMAIL", "e"), HashedIdentifier("SUBJECT_ID", "s")
FOUND = [succeeded("a", identifiers=(EMAIL,)), succeeded("b", identifiers=(SUBJECT, EMAIL))]


def _plan(*rules: dict[str, Any]) -> Plan:
    named = [{"_type": f"{rule.pop('kind')}Materialization", **rule} for rule in map(dict, rules)]
    return plan(sequence(method("a"), method("b")), materializations=named)


def _records(*rules: dict[str, Any], found: list[ProofingEvent] | None = None) -> tuple[Record, ...]:
    plan_ = _plan(*rules)
    events = FOUND if found is None else found
    return records_of(plan_, fold(plan_, [start(plan_, subject="person"), *events]))


def test_nothing_is_written_before_the_proof_is_complete() -> None:
    plan_ = _plan({"kind": "MarkVerified"})
    with pytest.raises(Refused, match="NOT_COMPLETED"):
        records_of(plan_, fold(plan_, [start(plan_), FOUND[0]]))


def test_each_identifier_is_written_once_whichever_steps_found_it() -> None:
    records = _records({"kind": "CreateIdentifiers"})
    assert [(each.number, each.body["identifierType"], each.digest) for each in records] == [
        (0, "EMAIL", "e"),
        (1, "SUBJECT_ID", "s"),
    ]
    assert {each.kind for each in records} == {"CorrelationIdentifier"}
    assert {each.body["subject"] for each in records} == {"person"}


def test_a_rule_may_be_about_some_steps_and_some_identifiers_only() -> None:
    filtered = {"kind": "CreateIdentifiers", "identifierFilter": ["SUBJECT_ID"]}
    assert [each.digest for each in _records(filtered)] == ["s"]
    assert [each.body["node"] for each in _records({"kind": "CreateIdentifiers", "fromNodes": ["a"]})] == ["a"]


def test_a_match_says_by_which_hash_it_is_found_again() -> None:
    first, _ = _records({"kind": "CreateIdentityMatch"})
    assert (first.kind, first.body["hashAlgorithm"], first.digest) == ("IdentityMatch", "HS256", "e")


def test_a_relationship_and_a_registration_are_about_what_their_step_found_first() -> None:
    related = {"kind": "CreateRelationship", "relationshipType": "GUARDIAN", "sourceNodeId": "b"}
    registered = {
        "kind": "CreateRegistration", "registrationType": "TAX", "sourceNodeId": "a", "jurisdictionCountry": "UTO",
    }  # fmt: skip
    one, other = _records(related, registered)
    assert (one.rule, one.kind, one.digest) == (0, "Relationship", "s")
    assert one.body == {"node": "b", "subject": "person", "relationshipType": "GUARDIAN"}
    assert (other.rule, other.kind, other.digest) == (1, "Registration", "e")
    assert (other.body["registrationType"], other.body["jurisdictionCountry"]) == ("TAX", "UTO")


def test_a_step_that_found_no_identifier_is_still_written_about_and_one_that_was_not_needed_is_not() -> None:
    rules = [
        {"_type": "CreateRegistrationMaterialization", "registrationType": "TAX", "sourceNodeId": each}
        for each in "ab"
    ]
    plan_ = plan(choice(method("a"), method("b")), materializations=rules)
    (record,) = records_of(plan_, fold(plan_, [start(plan_), ChildChosen(NOON, "$", "a"), succeeded("a")]))
    assert (record.rule, record.digest, record.body["jurisdictionCountry"]) == (0, "", "")


def test_evidence_says_who_was_asked_how_and_when() -> None:
    records = _records({"kind": "AttachEvidence", "fromNodes": ["b"]})
    assert records == (
        Record(
            0,
            0,
            "Evidence",
            {
                "node": "b",
                "methodId": "vouch",
                "provider": "test",
                "methodType": "test",
                "at": "2026-03-01T12:00:00.000Z",
            },
        ),
    )
    assert len(_records({"kind": "AttachEvidence"})) == 2


def test_who_is_verified_is_so_to_the_levels_that_were_reached() -> None:
    (record,) = _records({"kind": "MarkVerified", "role": "applicant"})
    assert (record.kind, record.body["eidas"], record.body["role"]) == ("Verified", "low", "applicant")
    assert "aal" not in record.body
    (record,) = _records({"kind": "MarkVerified"})
    assert record.body["role"] == ""
