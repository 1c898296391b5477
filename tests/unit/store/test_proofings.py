"""Executions as rows: what an earlier version wrote, every later version reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from muster.audit.catalogue import AuditEvent
from muster.domain.evidence import Artifact, ArtifactRole
from muster.domain.proofing import (
    Aal,
    Assurance,
    Consent,
    Eidas,
    ErrorKind,
    ExecutionStatus,
    FieldType,
    HashedIdentifier,
    Ial,
    InputField,
    MethodEvidence,
    PollAction,
    ProofingError,
    RedirectAction,
    Scenario,
    Strength,
    UserInputAction,
    WaitForCallbackAction,
)
from muster.errors import BadInput, NotAuthentic
from muster.proofing import events as proofing_events
from muster.proofing.events import (
    ChildChosen,
    ConsentCollected,
    FilesKept,
    NodeAwaits,
    NodeCompleted,
    NodeDeferred,
    NodeDispatched,
    NodeFailed,
    ProofingCancelled,
    ProofingEvent,
    ProofingExpired,
    ProofingStarted,
    RuleMaterialized,
)
from muster.proofing.materialization import Record
from muster.store.database import Database, Work
from muster.store.proofings import _CODEC
from unit.proofing.graphs import begun, method, plan, sequence, start, succeeded

Around = Callable[[], AbstractContextManager[Any]]
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
AT = "2026-03-01T12:00:00Z"

GOLDEN: list[tuple[ProofingEvent, str]] = [
    (
        ProofingStarted(
            NOON, "d", "case", "default", "", Scenario.FACE_TO_FACE, "NLD", True, NOON,
            {"a": True, "b": 1, "c": "x"},
        ),
        f'{{"at":"{AT}","plan_digest":"d","use_case_id":"case","tenant_id":"default","subject":"",'
        f'"scenario":"FACE_TO_FACE","territory":"NLD","online":true,"expires_at":"{AT}",'
        '"attributes":{"a":true,"b":1,"c":"x"}}',
    ),
    (
        ConsentCollected(NOON, (Consent.DATA_SHARING,)),
        f'{{"at":"{AT}","consents":["DATA_SHARING"]}}',
    ),
    (ChildChosen(NOON, "$", "a"), f'{{"at":"{AT}","node":"$","child":"a"}}'),
    (NodeDispatched(NOON, "a", 1), f'{{"at":"{AT}","node":"a","attempt":1}}'),
    (
        FilesKept(NOON, "a", (Artifact(ArtifactRole.FRONT, "image/jpeg", "f0", 7, "front.jpg", "0a"),)),
        f'{{"at":"{AT}","node":"a","artifacts":[{{"role":"front","media_type":"image/jpeg","digest":"f0","size":7,'
        '"filename":"front.jpg","kept":"0a"}]}',
    ),
    (
        NodeAwaits(NOON, "a", RedirectAction("https://x.example", "ref"), {"nonce": "n"}),
        f'{{"at":"{AT}","node":"a","action":{{"url":"https://x.example","callback_ref":"ref","expires_at":null}},'
        '"state":{"nonce":"n"},"delivery":""}',
    ),
    (
        NodeAwaits(NOON, "a", RedirectAction("https://x.example", "ref", NOON)),
        f'{{"at":"{AT}","node":"a","action":{{"url":"https://x.example","callback_ref":"ref","expires_at":"{AT}"}},'
        '"state":{},"delivery":""}',
    ),
    (
        NodeAwaits(NOON, "a", UserInputAction((InputField("c", "Code", FieldType.SELECT, True, ("x",)),))),
        f'{{"at":"{AT}","node":"a","action":{{"fields":[{{"id":"c","label":"Code","type":"SELECT",'
        '"required":true,"options":["x"],"where":""}]},"state":{},"delivery":""}',
    ),
    (
        NodeAwaits(NOON, "a", PollAction(NOON), {}, "d"),
        f'{{"at":"{AT}","node":"a","action":{{"next_check_at":"{AT}","interval_ms":5000,"shown":""}},"state":{{}},'
        '"delivery":"d"}',
    ),
    (
        NodeAwaits(NOON, "a", WaitForCallbackAction("ref", NOON, "openid4vp://")),
        f'{{"at":"{AT}","node":"a","action":{{"callback_ref":"ref","expires_at":"{AT}","shown":"openid4vp://"}},'
        '"state":{},"delivery":""}',
    ),
    (
        NodeCompleted(
            NOON, "a", (HashedIdentifier("EMAIL", "f0"),), {"x": 1.5},
            Assurance(Eidas.HIGH, Ial.IAL2, Aal.AAL1, Strength.STRONG), ("mfa",),
            MethodEvidence("idp", "oidc", NOON, {"k": "v"}),
        ),
        f'{{"at":"{AT}","node":"a","identifiers":[{{"type":"EMAIL","digest":"f0"}}],"attributes":{{"x":1.5}},'
        '"assurance":{"eidas":"high","ial":"IAL2","aal":"AAL1","strength":"STRONG"},"amr":["mfa"],'
        f'"evidence":{{"provider":"idp","method_type":"oidc","at":"{AT}","metadata":{{"k":"v"}}}},"delivery":""}}',
    ),
    (
        NodeFailed(NOON, "a", ProofingError(ErrorKind.DRIVER, "X", "a", "2301", True)),
        f'{{"at":"{AT}","node":"a","error":{{"kind":"DriverError","code":"X","node":"a","provider_code":"2301",'
        '"retryable":true},"delivery":""}',
    ),
    (NodeDeferred(NOON, "a"), f'{{"at":"{AT}","node":"a"}}'),
    (ProofingCancelled(NOON, "max", "left"), f'{{"at":"{AT}","by":"max","reason":"left"}}'),
    (ProofingExpired(NOON), f'{{"at":"{AT}"}}'),
    (RuleMaterialized(NOON, 0, 2), f'{{"at":"{AT}","rule":0,"records":2}}'),
]  # fmt: skip


@pytest.mark.parametrize(("event", "body"), GOLDEN)
def test_an_event_is_written_as_it_always_was_and_read_again(event: ProofingEvent, body: str) -> None:
    assert _CODEC.encode(event) == (type(event).__name__, body)
    assert _CODEC.decode(type(event).__name__, body) == event


def test_what_is_looked_at_elsewhere_is_read_as_it_was_written_before_anything_was_shown() -> None:
    before = (
        f'{{"at":"{AT}","node":"a","action":{{"next_check_at":"{AT}","interval_ms":5000}},"state":{{}},'
        '"delivery":"d"}'
    )
    assert _CODEC.decode("NodeAwaits", before) == NodeAwaits(NOON, "a", PollAction(NOON), {}, "d")


def test_every_kind_of_event_has_a_golden_row() -> None:
    assert {type(event) for event, _ in GOLDEN} == set(get_args(proofing_events.ProofingEvent))


PLAN = plan(sequence(method("a"), method("b")))


@pytest.fixture
def stored(database: Database) -> Iterator[Database]:
    _do(database, lambda work: work.proofings.start("one", PLAN, start(PLAN)))
    yield database


def _do(database: Database, change: Callable[[Work], object]) -> None:
    with database.work() as work:
        change(work)
        work.record(AuditEvent.PROOFING_WENT_ON, actor="officer1")


def _append(database: Database, *events: ProofingEvent) -> None:
    _do(database, lambda work: work.proofings.append(work.proofings.load("one"), *events))


def test_an_execution_nobody_started_is_not_found(database: Database) -> None:
    with database.read() as work, pytest.raises(BadInput, match="PROOFING_UNKNOWN"):
        work.proofings.load("one")


def test_an_execution_comes_back_with_its_plan_and_its_events(stored: Database) -> None:
    _append(stored, begun("a"), succeeded("a"))
    with stored.read() as work:
        execution = work.proofings.load("one")
    assert (execution.plan.text, execution.plan.digest) == (PLAN.text, PLAN.digest)
    assert execution.events == (start(PLAN), begun("a"), succeeded("a"))


def test_one_plan_is_stored_once_for_all_who_follow_it(stored: Database, around: Around) -> None:
    _do(stored, lambda work: work.proofings.start("two", PLAN, start(PLAN, subject="s")))
    with around() as connection:
        assert connection.execute("SELECT count(*) FROM proofing_plan").fetchone() == (1,)
    with stored.read() as work:
        assert work.proofings.of_subject("s") == ("two",)


def test_what_is_over_is_no_longer_listed_as_open(stored: Database) -> None:
    later = NOON + timedelta(hours=1)
    _do(stored, lambda work: work.proofings.start("two", PLAN, start(PLAN)))
    _append(stored, ProofingCancelled(later, "max", "left"))
    with stored.read() as work:
        assert work.proofings.open() == (("two", NOON),)
        assert work.proofings.load("one").progress.status is ExecutionStatus.CANCELLED


def test_two_who_append_at_once_do_not_mix(stored: Database) -> None:
    with stored.read() as work:
        old = work.proofings.load("one")
    _append(stored, begun("a"))
    with pytest.raises(Exception, match="UNIQUE"):
        _do(stored, lambda work: work.proofings.append(old, begun("a")))


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE proofing_plan SET text = replace(text, '3600', '3601')",
        "UPDATE proofing_plan SET text = '{'",
        "UPDATE proofing_event SET kind = 'SomethingElse'",
        "UPDATE proofing_event SET body = '{}'",
    ],
)
def test_what_this_program_did_not_write_is_refused(stored: Database, around: Around, damage: str) -> None:
    with around() as connection:
        connection.execute(damage)
    with stored.read() as work, pytest.raises(NotAuthentic, match="PROOFING_UNREADABLE"):
        work.proofings.load("one")


def test_records_are_written_once_and_found_by_their_identifier(stored: Database) -> None:
    records = [Record(0, 0, "IdentityMatch", {"node": "a"}, "f0"), Record(1, 0, "Evidence", {"é": "ü"})]
    written: list[int] = []
    _do(stored, lambda work: written.append(work.proofings.put_records("one", records[:1])))
    _do(stored, lambda work: written.append(work.proofings.put_records("one", records)))
    assert written == [1, 1]
    with stored.read() as work:
        assert list(work.proofings.records("one")) == records
        assert work.proofings.matches("IdentityMatch", "f0") == ("one",)
        assert work.proofings.matches("CorrelationIdentifier", "f0") == ()
        assert work.proofings.matches("IdentityMatch", "f1") == ()
