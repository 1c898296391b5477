"""The list of what is to be reviewed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from muster.audit.catalogue import AuditEvent
from muster.domain.registration import RegistrationId
from muster.domain.review import Flag, ReviewLine, Share, Sign, Standing
from muster.domain.review_decision import Decision, Reason
from muster.store.database import Database, Work
from unit.store.conftest import NOON

StartRegistration = Callable[[Work, int], RegistrationId]


def _line(registration_id: RegistrationId, *weights: int, officer: str = "erika", hours: int = 0) -> ReviewLine:
    return ReviewLine(
        registration_id,
        f"{registration_id}-1",
        NOON + timedelta(hours=hours),
        officer,
        tuple(Flag(Sign.FORCED, weight, {"count": weight, "lowest": 12}) for weight in weights),
        drawn=False,
        must_be_seen=bool(weights),
        waits=True,
        standing=Standing.WAITING,
    )


def _put(work: Work, line: ReviewLine, exceptions: int = 0) -> None:
    work.review.put(line, exceptions=exceptions, assessed_at=NOON, away_km=None)
    work.record(AuditEvent.REVIEW_DECIDED, actor="test")


def test_a_line_comes_back_as_it_was_kept(database: Database, start: StartRegistration) -> None:
    with database.work() as work:
        line = replace(
            _line(start(work, 1), 3),
            standing=Standing.DECIDED,
            decision=Decision.REJECT,
            reason=Reason.ADDRESS,
            decided_by="max",
            decided_at=NOON,
        )
        _put(work, line)
    with database.read() as work:
        assert work.review.find(line.registration_id) == line
        assert work.review.decided_by("max") == (line,) and work.review.decided_by("erika") == ()


def test_the_riskiest_come_first_and_of_equals_the_oldest(database: Database, start: StartRegistration) -> None:
    with database.work() as work:
        ids = [start(work, number) for number in (1, 2, 3, 4)]
        for line in (
            _line(ids[0], hours=1),
            _line(ids[1], hours=0),
            _line(ids[2], 5, 1),
            replace(_line(ids[3], 3), standing=Standing.HELD),
        ):
            _put(work, line)
    both = (Standing.WAITING, Standing.HELD)
    with database.read() as work:
        assert [each.registration_id for each in work.review.page(both, 10)] == [ids[2], ids[3], ids[1], ids[0]]
        assert [each.registration_id for each in work.review.page(both, 2, 1)] == [ids[3], ids[1]]
        assert [each.registration_id for each in work.review.page((Standing.WAITING,), 1, 2)] == [ids[0]]
        assert work.review.counts() == {Standing.WAITING: 3, Standing.HELD: 1}


def test_exceptions_are_counted_by_officer_and_for_all_others(
    database: Database, start: StartRegistration
) -> None:
    with database.work() as work:
        for number, (officer, exceptions, hours) in enumerate(
            (("erika", 2, 1), ("erika", 0, 2), ("erika", 1, -1), ("heidi", 0, 1), ("max", 1, 1)), 1
        ):
            _put(work, _line(start(work, number), officer=officer, hours=hours), exceptions)
    with database.read() as work:
        assert work.review.exceptions_of("erika", NOON) == (Share(1, 2), Share(1, 2))


def test_a_document_is_known_by_its_mark_and_not_to_itself(database: Database, start: StartRegistration) -> None:
    with database.work() as work:
        one, two = start(work, 1), start(work, 2)
        work.review.mark_documents(one, ["a", "b", "a"])
        work.review.mark_documents(two, ["b"])
        work.record(AuditEvent.REVIEW_DECIDED, actor="test")
    with database.read() as work:
        assert work.review.with_documents(two, ["b", "c"]) == (one,)
        assert work.review.with_documents(one, ["a"]) == ()
