"""The machines a hub knows: their public keys, whether an administrator let them in, and when each was last heard.

A machine that is not approved is to everybody else as one that is unknown. Whoever decides about one is written
down in the same transaction, with the key that was decided about; whom the hub is started with (``register``) is
let in by nobody's decision, and no such row is made. A request that is refused leaves the list, and its key brings
nothing onto it again for as long as a request lasts.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import sqlalchemy as sa
import structlog

from muster.clock import Clock, parse_rfc3339, rfc3339
from muster.crypto.machine_key import fingerprint
from muster.crypto.signing import encrypt_oaep, key_index_of, load_verification_key
from muster.errors import BadInput, Code, Unavailable
from muster.receiver.database import Database
from muster.receiver.tables import machine as table
from muster.receiver.tables import station_decision

log = structlog.get_logger("muster.receiver")
MACHINE_NAME_UNUSABLE = Code(
    "MACHINE_NAME_UNUSABLE", "A station's number has the form CENTER_MACHINE, both of digits."
)
MACHINE_NOT_KNOWN = Code("MACHINE_NOT_KNOWN", "No station of this number is known here.")
STATIONS_WAIT_ALREADY = Code(
    "STATIONS_WAIT_ALREADY",
    "Too many stations wait to be let in. Ask again later, or tell the hub's administrator.",
)

SHOWN_OF_A_KEY = 23
"""How many signs of a key's name people compare where there is no room for all: its first eight octets."""
ASKED_FOR = timedelta(days=1)
_WAITING_AT_MOST = 1_000  # strangers may ask; more than that no administrator reads
_INDEX = re.compile(r"[0-9a-f:]{1,200}")
_REF_ID = re.compile(r"[0-9]{1,10}_[0-9]{1,10}")


class Standing(Enum):
    ASKED = "asked"  # sent its key, an administrator has not looked yet
    APPROVED = "approved"
    BARRED = "barred"
    REFUSED = "refused"  # is on no list any more; only what was decided says so


@dataclass(frozen=True, slots=True)
class Machine:
    """The public keys of a machine; one and the same unless a TPM holds them."""

    signing_key: bytes
    encryption_key: bytes

    @property
    def key_index(self) -> str:
        """MOSIP's name of the key that decrypts."""
        one = self.encryption_key == self.signing_key
        return key_index_of(self.signing_key) if one else fingerprint(self.encryption_key)

    def check(self) -> None:
        """Raises ``BadInput`` for keys that cannot do what they are for."""
        load_verification_key(self.signing_key)
        encrypt_oaep(self.encryption_key, b"")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a machine said of itself. ``skew_s`` is how far its clock is ahead of ours, ``waiting`` how many
    packets it has to send."""

    version: str | None = None
    skew_s: float | None = None
    waiting: int | None = None


@dataclass(frozen=True, slots=True)
class KnownMachine:
    ref_id: str
    sign_index: str
    standing: Standing
    asked_at: datetime
    seen_at: datetime | None
    heard: Heard
    asked_from: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    at: datetime
    by: str
    ref_id: str
    sign_index: str
    standing: Standing


class Machines:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def register(self, ref_id: str, machine: Machine, standing: Standing) -> None:
        """Replaces the keys of a machine that is known already, and is no decision of anybody's."""
        now = rfc3339(self._clock())
        decided = {"standing": standing.value, "decided_at": now, "decided_by": None, "asked_from": None}
        said = {**_keys(machine), **decided}
        added = self._database.insert(table).values(ref_id=_checked(ref_id), asked_at=now, **said)
        with self._database.writing() as connection:
            connection.execute(added.on_conflict_do_update(index_elements=[table.c.ref_id], set_=said))

    def ask(self, ref_id: str, machine: Machine, address: str = "", of_one: int = _WAITING_AT_MOST) -> Standing:
        """A machine that wants to be let in. Asking changes nothing for one that is known: what it is. Raises
        ``Unavailable(STATIONS_WAIT_ALREADY)``, also where ``of_one`` from that address wait."""
        keys, now = _keys(machine), self._clock()
        said = {"standing": Standing.ASKED.value, "asked_at": rfc3339(now), "asked_from": address}
        added = self._database.insert(table).values(ref_id=_checked(ref_id), **keys, **said)
        known = sa.select(table.c.standing, table.c.sign_index).where(table.c.ref_id == ref_id)
        with self._database.writing() as connection:
            if connection.execute(known).first() is None:
                if _was_refused(connection, keys["sign_index"], now):
                    return Standing.BARRED
                if not _has_room(connection, address, of_one):
                    raise Unavailable(STATIONS_WAIT_ALREADY)
            connection.execute(added.on_conflict_do_nothing(index_elements=[table.c.ref_id]))
            standing, sign_index = connection.execute(known).one()
        # Somebody else's key under this number is nobody's business but the administrator's.
        return Standing(standing) if sign_index == keys["sign_index"] else Standing.BARRED

    def forget_the_old(self) -> int:
        """Who asked and was not looked at in time; a station that still wants to be let in asks again."""
        over = table.c.asked_at <= rfc3339(self._clock() - ASKED_FOR)
        with self._database.writing() as connection:
            return connection.execute(sa.delete(table).where(_ASKING, over)).rowcount

    def decide(self, ref_id: str, standing: Standing, by: str, sign_index: str | None = None) -> None:
        """``sign_index`` names the key that was looked at: another machine may have asked under the number since.
        Refusing is for those that ask. Raises ``BadInput(MACHINE_NOT_KNOWN)``."""
        meant = table.c.ref_id == ref_id
        if sign_index is not None:
            meant &= table.c.sign_index == sign_index
        if standing is Standing.REFUSED:
            decided = self._refuse(meant, by)
        else:
            said = {"standing": standing.value, "decided_at": rfc3339(self._clock()), "decided_by": by}
            changed = sa.update(table).where(meant).values(**said, asked_from=None)
            decided = self._decided(changed, standing, by)
        if not decided:
            raise BadInput(MACHINE_NOT_KNOWN)

    def refuse_all_from(self, address: str, by: str) -> int:
        """How many asked from there."""
        return self._refuse(table.c.asked_from == address, by)

    def decisions(self, newest: int) -> tuple[Decided, ...]:
        query = sa.select(station_decision).order_by(station_decision.c.decided_at.desc()).limit(newest)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(
            Decided(
                parse_rfc3339(row.decided_at), row.decided_by, row.ref_id, row.sign_index, Standing(row.decided)
            )
            for row in rows
        )

    def _refuse(self, meant: sa.ColumnElement[bool], by: str) -> int:
        return self._decided(sa.delete(table).where(_ASKING, meant), Standing.REFUSED, by)

    def _decided(self, change: sa.Update | sa.Delete, standing: Standing, by: str) -> int:
        """How many it was about; each is written down with the change."""
        at = rfc3339(self._clock())
        with self._database.writing() as connection:
            about = connection.execute(change.returning(table.c.ref_id, table.c.sign_index)).all()
            rows = [
                {
                    "decision_id": secrets.token_hex(16),
                    "decided_at": at,
                    "decided_by": by,
                    "ref_id": row.ref_id,
                    "sign_index": row.sign_index,
                    "decided": standing.value,
                }
                for row in about
            ]
            if rows:
                connection.execute(sa.insert(station_decision), rows)
        for row in rows:
            log.info("station decided", station=row["ref_id"], standing=standing.value, by=by)
        return len(rows)

    def one(self, ref_id: str) -> Machine | None:
        return self._found(table.c.ref_id == _checked(ref_id))

    def that_signs(self, sign_index: str) -> Machine | None:
        return self._found(table.c.sign_index == sign_index) if _INDEX.fullmatch(sign_index) else None

    def that_opens(self, key_index: str) -> Machine | None:
        return self._found(table.c.key_index == key_index) if _INDEX.fullmatch(key_index) else None

    def reference_that_signs(self, sign_index: str) -> tuple[str, bytes] | None:
        """Number and key of the approved machine whose signing key has that name."""
        query = sa.select(table.c.ref_id, table.c.signing_key).where(
            table.c.sign_index == sign_index, table.c.standing == Standing.APPROVED.value
        )
        if not _INDEX.fullmatch(sign_index):
            return None
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else (str(row[0]), bytes(row[1]))

    def sign_indexes(self) -> dict[str, str]:
        """The names of the signing keys by reference id."""
        query = sa.select(table.c.ref_id, table.c.sign_index).where(table.c.standing == Standing.APPROVED.value)
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query.order_by(table.c.ref_id))}

    def how_many(self, standing: Standing) -> int:
        query = sa.select(sa.func.count()).select_from(table).where(table.c.standing == standing.value)
        with self._database.reading() as connection:
            return int(connection.scalar(query) or 0)

    def hear(self, ref_id: str, heard: Heard) -> None:
        """Note that a machine spoke; what it did not say this time stays."""
        said: dict[str, Any] = {"seen_at": rfc3339(self._clock())}
        parts: Mapping[str, Any] = {"version": heard.version, "skew_s": heard.skew_s, "waiting": heard.waiting}
        said.update({name: value for name, value in parts.items() if value is not None})
        with self._database.writing() as connection:
            connection.execute(sa.update(table).where(table.c.ref_id == ref_id).values(**said))

    def all(self) -> tuple[KnownMachine, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(table).order_by(table.c.ref_id)).all()
        return tuple(
            KnownMachine(
                row.ref_id,
                row.sign_index,
                Standing(row.standing),
                parse_rfc3339(row.asked_at),
                parse_rfc3339(row.seen_at) if row.seen_at else None,
                Heard(row.version, row.skew_s, row.waiting),
                row.asked_from or "",
            )
            for row in rows
        )

    def _found(self, is_meant: sa.ColumnElement[bool]) -> Machine | None:
        query = sa.select(table.c.signing_key, table.c.encryption_key).where(
            is_meant, table.c.standing == Standing.APPROVED.value
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else Machine(bytes(row[0]), bytes(row[1]))


_ASKING = table.c.standing == Standing.ASKED.value


def _was_refused(connection: sa.Connection, sign_index: str, now: datetime) -> bool:
    refused = station_decision.c.decided == Standing.REFUSED.value
    lately = station_decision.c.decided_at > rfc3339(now - ASKED_FOR)
    mine = station_decision.c.sign_index == sign_index
    query = sa.select(station_decision.c.decision_id).where(mine, refused, lately).limit(1)
    return connection.scalar(query) is not None


def _has_room(connection: sa.Connection, address: str, of_one: int) -> bool:
    asking = sa.select(sa.func.count()).select_from(table).where(_ASKING)
    if (connection.scalar(asking) or 0) >= _WAITING_AT_MOST:
        return False
    return (connection.scalar(asking.where(table.c.asked_from == address)) or 0) < of_one


def _keys(machine: Machine) -> dict[str, Any]:
    return {
        "signing_key": machine.signing_key,
        "encryption_key": machine.encryption_key,
        "sign_index": _index(machine.signing_key),
        "key_index": _key_index(machine),
    }


def _key_index(machine: Machine) -> str:
    try:
        return machine.key_index
    except BadInput:
        return ""


def _index(key: bytes) -> str:
    try:
        return key_index_of(key)
    except BadInput:
        return ""


def _checked(ref_id: str) -> str:
    if not _REF_ID.fullmatch(ref_id):
        raise BadInput(MACHINE_NAME_UNUSABLE)
    return ref_id
