"""Questions to wallets that stations left here, and the one answer of each (``formats.answer_relay``).

Whoever has a question's address can answer it once, and reads no answer: those are for the station that left the
question, which asks with its signature. The hub does not look into what it relays and keeps it sealed. A question
can be answered until it ends, within an hour; what was answered in time is kept for another hour, for a station
that looks late.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta

import sqlalchemy as sa

from muster.clock import Clock, rfc3339
from muster.crypto.sealing import Sealer
from muster.errors import BadInput, Code
from muster.formats.answer_relay import Left, is_name
from muster.receiver.database import Database, is_written
from muster.receiver.tables import letter, letter_box

LETTER_REFUSED = Code("LETTER_REFUSED", "Nobody waits for an answer at this address any more.")

LONGEST = timedelta(hours=1)
KEPT_FOR = timedelta(hours=1)
OPEN_AT_ONCE = 50


class Letters:
    """Each verb raises ``BadInput(LETTER_REFUSED)`` for a name that is none, over, or another station's."""

    def __init__(self, database: Database, sealer: Sealer, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock

    def leave(self, ref_id: str, name: str, left: Left) -> None:
        """A station's question; the same station may leave it again. Too many at once are refused."""
        box_id, now = _id(name), self._clock()
        if left.until <= now:
            raise BadInput(LETTER_REFUSED)
        ends_at = rfc3339(min(left.until, now + LONGEST))
        said = {"ends_at": ends_at, "sealed": self._sealer.seal(left.question.encode(), box_id)}
        added = self._database.insert(letter_box).values(box_id=box_id, ref_id=ref_id, **said)
        mine = added.on_conflict_do_update(
            index_elements=[letter_box.c.box_id], set_=said, where=letter_box.c.ref_id == ref_id
        )
        others = (letter_box.c.ref_id == ref_id) & (letter_box.c.box_id != box_id) & _is_open(rfc3339(now))
        with self._database.writing() as connection:
            count = connection.scalar(sa.select(sa.func.count()).select_from(letter_box).where(others)) or 0
            if count >= OPEN_AT_ONCE or not is_written(connection, mine):
                raise BadInput(LETTER_REFUSED)

    def question(self, name: str) -> str:
        """For whoever has the address."""
        box_id = _id(name)
        query = sa.select(letter_box.c.sealed).where(letter_box.c.box_id == box_id, self._open_still())
        with self._database.reading() as connection:
            sealed = connection.scalar(query)
        if sealed is None:
            raise BadInput(LETTER_REFUSED)
        return self._sealer.open(sealed, box_id).decode()

    def answer(self, name: str, fields: Mapping[str, str]) -> None:
        """Once, whichever process it comes to."""
        box_id = _id(name)
        said = {
            "letter_id": box_id,
            "box_id": box_id,
            "arrived_at": rfc3339(self._clock()),
            "sealed": self._sealer.seal(json.dumps(dict(fields)).encode(), box_id),
        }
        open_still = sa.select(letter_box.c.box_id).where(letter_box.c.box_id == box_id, self._open_still())
        added = self._database.insert(letter).values(**said)
        with self._database.writing() as connection:
            if connection.scalar(open_still) is None:
                raise BadInput(LETTER_REFUSED)
            if not is_written(connection, added.on_conflict_do_nothing(index_elements=[letter.c.letter_id])):
                raise BadInput(LETTER_REFUSED)

    def fetch(self, ref_id: str, name: str) -> dict[str, str] | None:
        """What was answered, or nothing yet. It stays until it is thrown away."""
        box_id = _id(name)
        with self._database.reading() as connection:
            self._require_own(connection, ref_id, box_id)
            sealed = connection.scalar(sa.select(letter.c.sealed).where(letter.c.letter_id == box_id))
        if sealed is None:
            return None
        fields: dict[str, str] = json.loads(self._sealer.open(sealed, box_id))
        return fields

    def throw_away(self, ref_id: str, name: str) -> None:
        box_id = _id(name)
        with self._database.writing() as connection:
            self._require_own(connection, ref_id, box_id)
            connection.execute(sa.delete(letter).where(letter.c.box_id == box_id))
            connection.execute(sa.delete(letter_box).where(letter_box.c.box_id == box_id))

    def forget_the_old(self) -> int:
        over = sa.select(letter_box.c.box_id).where(letter_box.c.ends_at <= rfc3339(self._clock() - KEPT_FOR))
        with self._database.writing() as connection:
            connection.execute(sa.delete(letter).where(letter.c.box_id.in_(over)))
            return connection.execute(sa.delete(letter_box).where(letter_box.c.box_id.in_(over))).rowcount

    def _open_still(self) -> sa.ColumnElement[bool]:
        return _is_open(rfc3339(self._clock()))

    @staticmethod
    def _require_own(connection: sa.Connection, ref_id: str, box_id: str) -> None:
        query = sa.select(letter_box.c.ref_id).where(letter_box.c.box_id == box_id)
        if connection.scalar(query) != ref_id:
            raise BadInput(LETTER_REFUSED)


def _is_open(now: str) -> sa.ColumnElement[bool]:
    return letter_box.c.ends_at > now


def _id(name: str) -> str:
    """The database holds no address at which an answer could be left."""
    if not is_name(name):
        raise BadInput(LETTER_REFUSED)
    return hashlib.sha256(name.encode()).hexdigest()
