"""Outbox, settings and operators: the small tables."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from muster.audit.catalogue import AuditEvent
from muster.domain.delivery import DeliveryState, OutboxEntry, ServerStatus
from muster.domain.operators import Operator, Role
from muster.domain.registration import Process, RegistrationId
from muster.errors import BadInput
from muster.store.database import Database, Work
from muster.store.outbox import PACKET_UNKNOWN

StartRegistration = Callable[[Work, int], RegistrationId]
Around = Callable[[], AbstractContextManager[Any]]

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
        lambda work: work.outbox.hear("unheard-of", ServerStatus.PROCESSED, _NOON),
    ],
    ids=["find", "announcement", "advance", "note_failure", "hear"],
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


def test_the_servers_code_stays_until_it_gives_another_or_takes_the_packet(
    database: Database, entry: OutboxEntry
) -> None:
    _do(database, lambda work: work.outbox.note_failure(_PACKET, "PACKET_REFUSED", _NOON, "RPR-PKR-009"))
    _do(database, lambda work: work.outbox.note_failure(_PACKET, "SERVER_SILENT", _NOON))
    _do(database, lambda work: work.outbox.advance(_PACKET, DeliveryState.SYNCED))
    assert _find(database).server_code == "RPR-PKR-009"
    _do(database, lambda work: work.outbox.arrived(_PACKET, _NOON))
    assert _find(database).server_code is None


def test_what_is_put_off_is_not_due_before_and_what_is_due_later_stays_so(
    database: Database, entry: OutboxEntry, start: StartRegistration
) -> None:
    later = _NOON + timedelta(hours=2)

    def add_second(work: Work) -> None:
        work.outbox.add(replace(entry, packet_id="second", registration_id=start(work, 2)), Process.NEW, ("eng",))
        work.outbox.note_failure("second", "SERVER_SILENT", later)
        work.outbox.postpone(_NOON + timedelta(hours=1))

    _do(database, add_second)
    with database.read() as work:
        assert work.outbox.find("second").next_attempt == later
        assert work.outbox.find(_PACKET).next_attempt == _NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    "settle",
    [lambda work: work.outbox.arrived(_PACKET, _NOON), lambda work: work.outbox.give_up(_PACKET)],
    ids=["delivered", "given up"],
)
def test_what_was_delivered_or_given_up_is_not_put_off(
    database: Database, entry: OutboxEntry, settle: Callable[[Work], None]
) -> None:
    _do(database, settle)
    _do(database, lambda work: work.outbox.postpone(_NOON))
    assert _find(database).next_attempt is None


def test_the_servers_word_stands_beside_the_state_until_the_packet_goes_again(
    database: Database, entry: OutboxEntry
) -> None:
    later = _NOON + timedelta(hours=1)
    _do(database, lambda work: work.outbox.arrived(_PACKET, later))
    _do(database, lambda work: work.outbox.hear(_PACKET, ServerStatus.RESEND, _NOON))
    heard = _find(database)
    assert (heard.state, heard.server_status) == (DeliveryState.PUSHED, ServerStatus.RESEND)
    assert (heard.status_since, heard.next_question) == (_NOON, later)
    _do(database, lambda work: work.outbox.arrived(_PACKET, later))
    assert _find(database).server_status is None


def test_a_question_is_counted_and_the_count_outlives_another_upload(
    database: Database, entry: OutboxEntry
) -> None:
    _do(database, lambda work: work.outbox.asked(_PACKET, _NOON))
    _do(database, lambda work: work.outbox.arrived(_PACKET, _NOON))
    assert _find(database).questions == 1


def test_a_word_of_the_server_that_nobody_knows_is_some_other_word(
    database: Database, entry: OutboxEntry, around: Around
) -> None:
    with around() as connection:
        connection.execute("UPDATE outbox SET server_status = 'TELEPORTED'")
    assert _find(database).server_status is ServerStatus.OTHER


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
    _do(database, lambda work: work.operators.add(Operator("erika", frozenset({role})), _NOON))
    with database.read() as work:
        assert work.operators.find("erika") == Operator("erika", frozenset({role}))


def test_a_user_id_is_given_to_one_operator_only(database: Database) -> None:
    _do(database, lambda work: work.operators.add(Operator("erika", frozenset({Role.OFFICER})), _NOON))
    with pytest.raises(IntegrityError):
        _do(database, lambda work: work.operators.add(Operator("erika", frozenset({Role.SUPERVISOR})), _NOON))


def test_user_ids_differ_by_case(database: Database) -> None:
    _do(database, lambda work: work.operators.add(Operator("erika", frozenset({Role.OFFICER})), _NOON))
    with database.read() as work:
        assert work.operators.find("Erika") is None


def test_totals_follow_whatever_happens_to_packets(database: Database, start: StartRegistration) -> None:
    with database.work() as work:
        for number in (1, 2, 3):
            work.outbox.add(_packet(start(work, number), f"packet {number}"), Process.NEW, ("eng",))
        assert (work.outbox.count(), work.outbox.waiting()) == (3, (3, 3000))
        work.outbox.advance("packet 1", DeliveryState.SYNCED)
        work.outbox.arrived("packet 2", _NOON)
        work.outbox.give_up("packet 3")
        assert (work.outbox.count(), work.outbox.waiting()) == (3, (1, 1000))
        work.record(AuditEvent.PACKET_SEALED, actor="erika")


def test_a_page_shows_first_what_needs_somebody_and_then_the_newest(
    database: Database, start: StartRegistration
) -> None:
    with database.work() as work:
        for number in range(1, 6):
            sealed = replace(_packet(start(work, number), f"packet {number}"), sealed_at=_NOON + timedelta(number))
            work.outbox.add(sealed, Process.NEW, ("eng",))
        work.outbox.give_up("packet 2")
        work.outbox.arrived("packet 1", _NOON)
        work.outbox.hear("packet 1", ServerStatus.REREGISTER, _NOON)
        shown = [each.packet_id for each in work.outbox.page(4)]
        work.record(AuditEvent.PACKET_SEALED, actor="erika")
    assert shown == ["packet 2", "packet 1", "packet 5", "packet 4"]


def _packet(registration_id: RegistrationId, packet_id: str) -> OutboxEntry:
    return OutboxEntry(packet_id, registration_id, DeliveryState.APPROVED, 0, 1000, "A" * 64, _NOON, None, None)
