"""Finding records of the trail by words.

An index of words (FTS5) lies beside the trail, inside the encrypted database. It is brought up to the newest
record when somebody searches, so that no step of an enrollment pays for it. It holds words only: what is shown is
read from the trail itself, and a word that was changed there is found by verifying, not by searching.

A record's words are its event's id and module, who did it, what it is about, and the names and values of its
detail; of long values, digests above all, the beginning.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from muster.audit.chain import AuditRecord
from muster.store.audit_log import AuditLog, read_record

_LONGEST_WORD = 32
_WORD = re.compile(r"\w+")
_TOGETHER = 5_000
_ROWS_AFTER = sa.text(
    "SELECT sequence, event, actor, subject, detail FROM audit WHERE sequence > :upto"
    " ORDER BY sequence LIMIT :most"
)
_ADD = "INSERT INTO audit_words (rowid, words) VALUES (?, ?)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """All of it together: ``words`` are words, or their beginnings where no record has them whole, each a group of
    which one is enough; ``events`` are ids; times are the first and the last moment. What is empty asks for
    nothing."""

    words: tuple[tuple[str, ...], ...] = ()
    events: tuple[str, ...] = ()
    actor: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def match(self, *, whole: bool) -> str:
        """In the index's own language."""
        groups = [
            *(" OR ".join(_phrase(each, whole=whole) for each in group) for group in self.words),
            " OR ".join(f'"{word_of_event(each)}"' for each in self.events),
            f'"{_actor_word(self.actor)}"' if self.actor else "",
            f'"{self.subject.lower()[:_LONGEST_WORD]}"' if self.subject else "",
        ]
        return " AND ".join(f"({each})" for each in groups if each)


class AuditSearch:
    """For reading, but for :meth:`catch_up`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def behind(self) -> int:
        """How many records the index does not know yet."""
        return self.newest() - self._upto()

    def newest(self) -> int:
        return int(self._connection.scalar(sa.text("SELECT max(sequence) FROM audit")) or 0)

    def catch_up(self, most: int = _TOGETHER) -> int:
        """Index the next records; returns how many."""
        rows = self._connection.execute(_ROWS_AFTER, {"upto": self._upto(), "most": most}).all()
        raw = self._connection.connection.driver_connection
        if rows and raw is not None:
            raw.executemany(_ADD, ((row[0], _words_of(*row[1:])) for row in rows))
            self._connection.execute(sa.text("DELETE FROM audit_words_upto"))
            self._connection.execute(sa.text("INSERT INTO audit_words_upto VALUES (:upto)"), {"upto": rows[-1][0]})
        return len(rows)

    def find(self, wanted: Wanted, limit: int, before: int | None = None) -> tuple[AuditRecord, ...]:
        """The newest of what is wanted, before the record of that number."""
        first, last = self._range(wanted, before)
        match = self._match(wanted)
        if match:
            chosen = (
                "SELECT rowid FROM audit_words WHERE audit_words MATCH :match AND rowid BETWEEN :first AND :last"
                " ORDER BY rowid DESC LIMIT :limit"
            )
        else:
            chosen = (
                "SELECT sequence FROM audit WHERE sequence BETWEEN :first AND :last"
                " ORDER BY sequence DESC LIMIT :limit"
            )
        numbers = {"match": match, "first": first, "last": last, "limit": limit}
        query = sa.text(f"SELECT * FROM audit WHERE sequence IN ({chosen}) ORDER BY sequence DESC")  # noqa: S608
        return tuple(read_record(dict(row._mapping)) for row in self._connection.execute(query, numbers))

    def _match(self, wanted: Wanted) -> str:
        """Whole words are found in milliseconds among millions, beginnings in a second."""
        whole = wanted.match(whole=True)
        there = sa.text("SELECT 1 FROM audit_words WHERE audit_words MATCH :match LIMIT 1")
        if not wanted.words or self._connection.scalar(there, {"match": whole}):
            return whole
        return wanted.match(whole=False)

    def _range(self, wanted: Wanted, before: int | None) -> tuple[int, int]:
        last = self.newest() if before is None else before - 1
        if wanted.until is not None:
            last = min(last, self._first_at(wanted.until, inclusive=False) - 1)
        first = self._first_at(wanted.since, inclusive=True) if wanted.since is not None else 1
        return first, last

    def _first_at(self, moment: datetime, *, inclusive: bool) -> int:
        return AuditLog(self._connection).first_at(moment, inclusive=inclusive)

    def _upto(self) -> int:
        return int(self._connection.scalar(sa.text("SELECT max(sequence) FROM audit_words_upto")) or 0)

    # Registrations

    def registrations_numbered(self, beginning: str, limit: int) -> tuple[str, ...]:
        """The numbers that begin so, the newest first."""
        query = sa.text(
            "SELECT id FROM registration WHERE id >= :first AND id < :last ORDER BY id DESC LIMIT :limit"
        )
        # A colon is what follows nine.
        return tuple(
            self._connection.scalars(query, {"first": beginning, "last": f"{beginning}:", "limit": limit})
        )

    def registrations_naming(self, text: str, limit: int) -> tuple[str, ...]:
        """The numbers of registrations, not delivered yet, in whose details this stands; the newest first."""
        query = sa.text(
            "SELECT DISTINCT registration_id FROM registration_event WHERE registration_id IN"
            " (SELECT DISTINCT registration_id FROM blob)"
            " AND kind IN ('DemographicsEntered', 'DemographicsDrafted')"
            " AND body LIKE :part ESCAPE '!' ORDER BY registration_id DESC LIMIT :limit"
        )
        escaped = re.sub(r"([!%_])", r"!\1", json.dumps(text, ensure_ascii=False)[1:-1])
        return tuple(self._connection.scalars(query, {"part": f"%{escaped}%", "limit": limit}))


def _words_of(event: str, actor: str, subject: str, detail: str) -> str:
    said = " ".join(each[:_LONGEST_WORD] for each in _WORD.findall(f"{subject} {actor} {detail}"))
    return f"{word_of_event(event)} {_actor_word(actor)} {said}"


def words_in(text: str) -> tuple[str, ...]:
    """What somebody typed, as the index has it."""
    return tuple(each.lower() for each in _WORD.findall(text.replace("-", " ")))


def _phrase(word: str, *, whole: bool) -> str:
    return f'"{word[:_LONGEST_WORD]}"' if whole or len(word) >= _LONGEST_WORD else f'"{word}"*'


def word_of_event(event_id: str) -> str:
    """As the index has it, to be one of a group of words."""
    return "e_" + event_id.replace("-", "").lower()


def _actor_word(actor: str) -> str:
    """One word whatever signs a user name has."""
    return "a_" + actor.lower().encode().hex()
