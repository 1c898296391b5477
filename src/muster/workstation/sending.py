"""How packets are sent from this station: in which order, how fast, and whether at all just now.

What people decided is durable: a station that was paused on Friday is paused on Monday. The line's speed is what
the last uploads got, so that an estimate is there before the first packet of the day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from muster.audit.catalogue import AuditEvent
from muster.clock import rfc3339
from muster.domain.delivery import OutboxEntry, Outlook, SendingTerms
from muster.errors import BadInput, Code, NetworkUnavailable, Refused
from muster.store.database import Work
from muster.upload.transport import TRAINING_STAYS_HERE
from muster.workstation.journal import Journal

SENDING_PAUSED = Code(
    "SENDING_PAUSED", "Sending is paused at this station. The packet is kept and goes when sending is continued."
)
PACE_UNUSABLE = Code(
    "PACE_UNUSABLE", "The fastest speed of sending is a number of kilobytes a second, or 0 for none."
)

_PAUSED, _PACE, _LINE = "sending_paused", "sending_bytes_per_second", "line_bytes_per_second"
LAST_SENT = "last_sent_at"  # a setting: when a packet last left, over a line or on a drive
_WEIGHT = 0.3  # of the newest upload in the line's speed: three bad ones in a row are a bad line
SLOW_LINE = 32 * 1024  # below this a packet of usual size takes a minute, and small ones should not wait for it
_FASTEST = 2**31


class Sending:
    """``must_stay`` says of a training station whether what it sent would leave this computer."""

    def __init__(self, journal: Journal, must_stay: Callable[[], bool] = lambda: False) -> None:
        self._journal = journal
        self._must_stay = must_stay

    def terms(self) -> SendingTerms:
        with self._journal.database.read() as work:
            pace = work.settings.get(_PACE)
            return SendingTerms(work.settings.get(_PAUSED) == "yes", int(pace) if pace else None)

    def require_going_on(self) -> SendingTerms:
        """The terms. Raises ``NetworkUnavailable(SENDING_PAUSED)``, ``Refused(TRAINING_STAYS_HERE)``."""
        if self._must_stay():
            raise Refused(TRAINING_STAYS_HERE)
        terms = self.terms()
        if terms.is_paused:
            raise NetworkUnavailable(SENDING_PAUSED)
        return terms

    def pause(self) -> None:
        """Nothing more is sent until somebody continues; the packet on its way arrives."""
        self._put(_PAUSED, "yes", AuditEvent.SENDING_PAUSED)

    def go_on(self) -> None:
        self._put(_PAUSED, "no", AuditEvent.SENDING_CONTINUED)

    def limit(self, kilobytes_per_second: int) -> None:
        """Use no more of the line than that; 0 for all there is. Raises ``BadInput``."""
        octets = kilobytes_per_second * 1024
        if not 0 <= octets < _FASTEST:
            raise BadInput(PACE_UNUSABLE)
        self._put(_PACE, str(octets or ""), AuditEvent.SENDING_LIMITED, kilobytes=str(kilobytes_per_second))

    def line(self) -> int | None:
        """Bytes a second that the last uploads got."""
        with self._journal.database.read() as work:
            kept = work.settings.get(_LINE)
        return int(kept) if kept else None

    def note_speed(self, work: Work, octets: int, took_s: float) -> None:
        """Part of the transaction that notes the upload."""
        sample = octets / max(took_s, 0.001)
        kept = work.settings.get(_LINE)
        speed = sample if not kept else _WEIGHT * sample + (1 - _WEIGHT) * int(kept)
        work.settings.put(_LINE, str(max(round(speed), 1)))
        self.note_sent(work)

    def note_sent(self, work: Work) -> None:
        """Part of the transaction that notes that a packet left."""
        work.settings.put(LAST_SENT, rfc3339(self._journal.now()))

    def outlook(self) -> Outlook:
        """What waits to be sent, and how long that takes."""
        with self._journal.database.read() as work:
            count, octets = work.outbox.waiting()
        terms, line = self.terms(), self.line()
        fastest = min((each for each in (line, terms.bytes_per_second) if each), default=None)
        takes = timedelta(seconds=octets / fastest) if fastest else None
        return Outlook(count, octets, terms, line, takes)

    def _put(self, name: str, value: str, event: AuditEvent, **detail: str) -> None:
        with self._journal.database.work() as work:
            work.settings.put(name, value)
            work.record(event, actor=self._journal.operator.user_id, **detail)


def in_order(entries: Iterable[OutboxEntry], line_bytes_per_second: int | None) -> list[OutboxEntry]:
    """The fewest attempts come first: a packet that the server stumbles over every time must not stand in front of
    the others. Then, on a slow line, the small ones; then what a reviewer should see soon; then the oldest."""
    is_slow = line_bytes_per_second is not None and line_bytes_per_second < SLOW_LINE
    return sorted(
        entries, key=lambda each: (each.attempts, each.size if is_slow else 0, -each.risk, each.sealed_at)
    )
