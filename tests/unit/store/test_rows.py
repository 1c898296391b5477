"""Outbox, settings and operators: the small tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from muster.audit.catalogue import AuditEvent
from muster.domain.delivery import DeliveryState, OutboxEntry
from muster.domain.operators import Operator, Role
from muster.domain.registration import Process, RegistrationId
from muster.errors import BadInput
from muster.store.database import Database, Work
from muster.store.outbox import PACKET_UNKNOWN

StartRegistration = Callable[[Work, int], RegistrationId]

_NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_PACKET = "10001100020000120260301120000-10001_10002-20260301120000"


@pytest.fixture
def entry(database: Database, start: StartRegistration) -> OutboxEntry:
    """A packet that was just sealed."""
    with database.work() as work:
        registration_id = start(work, 1)
        sealed = OutboxEntry(
            packet_id=_PACKET,
            registration_id=registration_id,
            state=DeliveryState.APPROVED,
            attempts=0,
            size=1000,
            digest="C" * 64,
            sealed_at=_NOON,
            next_attempt=None,
            last_problem=None,
        )
        work.outbox.add(sealed, Process.NEW, ("eng", "ara"))
        work.record(AuditEvent.PACKET_SEALED, actor="officer1")
    return sealed


def _do(database: Database, change: Callable[[Work], None]) -> None:
    with database.work() as work:
        change(work)
        work.record(AuditEvent.DELIVERY_FAILED, actor="officer1")


def _find(database: Database) -> OutboxEntry:
    with database.read() as work:
        return work.outbox.find(_PACKET)


@pytest.mark.parametrize(
    "ask",
    [
        lambda work: work.outbox.find("unheard-of"),
        lambda work: work.outbox.announcement("unheard-of"),
        lambda work: work.outbox.advance("unheard-of", DeliveryState.PUSHED),
        lambda work: work.outbox.note_failure("unheard-of", "SERVER_SILENT", _NOON),
    ],
    ids=["find", "announcement", "advance", "note_failure"],
)
def test_an_unknown_packet_is_refused(
    database: Database, entry: OutboxEntry, ask: Callable[[Work], object]
) -> None:
    with pytest.raises(BadInput) as refusal, database.work() as work:
        work.record(AuditEvent.PACKET_UPLOADED, actor="officer1")
        ask(work)
    assert refusal.value.code is PACKET_UNKNOWN
    assert _find(database) == entry


def test_a_packet_is_added_once(database: Database, entry: OutboxEntry) -> None:
    with pytest.raises(IntegrityError):
        _do(database, lambda work: work.outbox.add(entry, Process.NEW, ("eng",)))


def test_a_packet_is_found_as_it_was_added(database: Database, entry: OutboxEntry) -> None:
    assert _find(database) == entry


def test_the_announcement_has_process_and_languages_in_order(database: Database, entry: OutboxEntry) -> None:
    with database.read() as work:
        assert work.outbox.announcement(entry.packet_id) == (Process.NEW, ("eng", "ara"))


def test_a_failure_is_counted_with_its_problem_and_the_next_attempt(
    database: Database, entry: OutboxEntry
) -> None:
    later = _NOON + timedelta(minutes=1)
    _do(database, lambda work: work.outbox.note_failure(_PACKET, "SERVER_SILENT", _NOON))
    _do(database, lambda work: work.outbox.note_failure(_PACKET, "SERVER_IN_TROUBLE", later))
    expected = replace(entry, attempts=2, next_attempt=later, last_problem="SERVER_IN_TROUBLE")
    assert _find(database) == expected


def test_a_step_forward_clears_the_last_problem_and_keeps_the_count(
    database: Database, entry: OutboxEntry
) -> None:
    _do(database, lambda work: work.outbox.note_failure(_PACKET, "SERVER_SILENT", _NOON))
    _do(database, lambda work: work.outbox.advance(_PACKET, DeliveryState.SYNCED))
    found = _find(database)
    assert (found.state, found.last_problem, found.attempts) == (DeliveryState.SYNCED, None, 1)


def test_one_packets_failure_is_not_anothers(
    database: Database, entry: OutboxEntry, start: StartRegistration
) -> None:
    def add_second(work: Work) -> None:
        second = replace(entry, packet_id="second", registration_id=start(work, 2))
        work.outbox.add(second, Process.NEW, ("eng",))
        work.outbox.note_failure("second", "SERVER_SILENT", _NOON)

    _do(database, add_second)
    assert _find(database) == entry


def test_the_newest_packet_comes_first(database: Database, entry: OutboxEntry, start: StartRegistration) -> None:
    def add_newer(work: Work) -> None:
        newer = replace(
            entry,
            packet_id="newer",
            registration_id=start(work, 2),
            sealed_at=_NOON + timedelta(milliseconds=1),
        )
        work.outbox.add(newer, Process.NEW, ("eng",))

    _do(database, add_newer)
    with database.read() as work:
        assert [each.packet_id for each in work.outbox.all()] == ["newer", _PACKET]


def test_a_setting_nobody_put_is_nothing(database: Database) -> None:
    with database.read() as work:
        assert work.settings.get("certificate") is None


def test_a_setting_put_again_replaces_the_earlier_value(database: Database) -> None:
    _do(database, lambda work: work.settings.put("certificate", "old"))
    _do(database, lambda work: work.settings.put("certificate", "new"))
    with database.read() as work:
        assert work.settings.get("certificate") == "new"


def test_the_first_sequence_of_a_station_is_one(database: Database) -> None:
    with database.read() as work:
        assert [work.settings.next_sequence() for _ in range(3)] == [1, 2, 3]


def test_after_sequence_99999_comes_1(database: Database) -> None:
    _do(database, lambda work: work.settings.put("registration_sequence", "99998"))
    with database.read() as work:
        assert [work.settings.next_sequence() for _ in range(3)] == [99_999, 1, 2]


def test_a_sequence_whose_registration_was_undone_is_used_by_the_next(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.work() as work:
        assert work.settings.next_sequence() == 1
        raise ZeroDivisionError
    with database.read() as work:
        assert work.settings.next_sequence() == 1


def test_an_unknown_operator_is_nobody(database: Database) -> None:
    with database.read() as work:
        assert work.operators.find("erika") is None


@pytest.mark.parametrize("role", Role)
def test_an_operator_is_found_with_the_role_given(database: Database, role: Role) -> None:
    _do(database, lambda work: work.operators.add(Operator("erika", role), _NOON))
    with database.read() as work:
        assert work.operators.find("erika") == Operator("erika", role)


def test_a_user_id_is_given_to_one_operator_only(database: Database) -> None:
    _do(database, lambda work: work.operators.add(Operator("erika", Role.OFFICER), _NOON))
    with pytest.raises(IntegrityError):
        _do(database, lambda work: work.operators.add(Operator("erika", Role.SUPERVISOR), _NOON))


def test_user_ids_differ_by_case(database: Database) -> None:
    _do(database, lambda work: work.operators.add(Operator("erika", Role.OFFICER), _NOON))
    with database.read() as work:
        assert work.operators.find("Erika") is None
