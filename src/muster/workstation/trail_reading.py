"""Reading the trail, for a supervisor: pages of it, searches, one registration's story. Looking is on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord
from muster.domain.operators import Permission
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Code
from muster.store.audit_search import Wanted, word_of_event, words_in
from muster.store.database import Work
from muster.workstation.journal import Journal
from muster.workstation.trail_story import Story, story

STORY_UNKNOWN = Code("STORY_UNKNOWN", "The trail tells nothing of a registration with this number.")

_MOST_WORDS = 10
_PEOPLE = 20


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it is shown: ``title`` of its event, and what it says."""

    sequence: int
    at: datetime
    event: str
    title: str
    actor: str
    subject: str
    detail: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """What is asked for; what is empty asks for nothing. ``text`` holds beginnings of words, all of which must be
    in a record or in its event's title; ``module`` is a module of the catalogue."""

    text: str = ""
    module: str = ""
    event: str = ""
    actor: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_empty(self) -> bool:
        return self == TrailFilter()


class TrailReading:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def begin(self, wanted: TrailFilter) -> int:
        """Before the first page of it: let the newest records be found, and write down that somebody looks.
        Returns how many records are still to be indexed; where it is not zero, :meth:`go_on_indexing`.

        Raises ``Refused``.
        """
        self._journal.access.require(Permission.REVIEW)
        with self._journal.database.work() as work:
            self._note(work, wanted)
        self._journal.database.index_trail()
        return self.behind()

    def newest_records(self, limit: int) -> tuple[AuditRecord, ...]:
        """As they are chained, newest first; then that somebody looked is on record too. Raises ``Refused``."""
        self._journal.access.require(Permission.REVIEW)
        with self._journal.database.work() as work:
            records = work.trail.newest_first(limit)
            self._note(work, TrailFilter())
        return records

    def _note(self, work: Work, wanted: TrailFilter) -> None:
        work.record(
            AuditEvent.TRAIL_SEARCHED,
            actor=self._journal.operator.user_id,
            subject=wanted.subject,
            words=str(len(words_in(wanted.text))),  # a word may be somebody's name
            module=wanted.module,
            kind=wanted.event,
            of=wanted.actor,
        )

    def behind(self) -> int:
        with self._journal.database.search() as search:
            return search.behind()

    def go_on_indexing(self) -> int:
        """Some more records; returns how many are left."""
        self._journal.database.index_trail()
        return self.behind()

    def newest(self) -> int:
        """The number of the newest record, which is how many there are."""
        with self._journal.database.search() as search:
            return search.newest()

    def page(self, wanted: TrailFilter, limit: int, before: int | None = None) -> tuple[Record, ...]:
        """Newest first, before the record of that number. Raises ``Refused``."""
        self._journal.access.require(Permission.REVIEW)
        with self._journal.database.search() as search:
            return tuple(map(_shown, search.find(_in_the_index(wanted), limit, before)))

    def modules(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.module for each in AuditEvent))

    def registrations(self, text: str) -> tuple[RegistrationId, ...]:
        """Those whose number begins so, or in whose details the text stands while they are here; the newest first.
        That somebody sought is on record, and never whom. Raises ``Refused``."""
        self._journal.access.require(Permission.REVIEW)
        text = text.strip()
        if len(text) < 2:  # everybody
            return ()
        with self._journal.database.search() as search:
            found = search.registrations_numbered(text, _PEOPLE) if text.isdigit() else ()
            found = found or search.registrations_naming(text, _PEOPLE)
        with self._journal.database.work() as work:
            work.record(
                AuditEvent.TRAIL_SEARCHED,
                actor=self._journal.operator.user_id,
                words=str(len(words_in(text))),
                registrations=str(len(found)),
            )
        return tuple(map(RegistrationId, found))

    def story(self, registration_id: RegistrationId) -> Story:
        """Raises ``Refused``, ``BadInput`` where there is none."""
        self._journal.access.require(Permission.REVIEW)
        with self._journal.database.work() as work:
            records = work.trail.about(registration_id.text)
            if not records:
                raise BadInput(STORY_UNKNOWN)
            known = work.registrations.exists(registration_id)
            events = work.registrations.events(registration_id) if known else ()
            work.record(AuditEvent.STORY_SHOWN, actor=self._journal.operator.user_id, subject=registration_id.text)
        return story(registration_id, records, events)


def _shown(record: AuditRecord) -> Record:
    title = AuditEvent.title_of(record.event)
    return Record(record.sequence, record.at, record.event, title, record.actor, record.subject, record.detail)


def _in_the_index(wanted: TrailFilter) -> Wanted:
    words = words_in(wanted.text)[:_MOST_WORDS]
    events = tuple(each.id for each in AuditEvent if each.module == wanted.module) if wanted.module else ()
    return Wanted(
        words=tuple((word, *_events_titled(word)) for word in words),
        events=(wanted.event,) if wanted.event else events,
        actor=wanted.actor,
        subject=wanted.subject,
        since=wanted.since,
        until=wanted.until,
    )


def _events_titled(word: str) -> tuple[str, ...]:
    """As words of the index: those with a word in their title that begins so."""
    titled = (each for each in AuditEvent if any(part.startswith(word) for part in each.title.lower().split()))
    return tuple(word_of_event(each.id) for each in titled)
