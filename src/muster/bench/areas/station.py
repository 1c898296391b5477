"""Signing in at a station, and committing a step there."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from sqlcipher3 import dbapi2 as sqlcipher

from muster.bench.measuring import Clock, Rounds, Row
from muster.clock import utc_now
from muster.workstation.demo import demo_station
from muster.workstation.desk import Desk, sign_in
from muster.workstation.server import NoServer


def rows(rounds: Rounds) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        station = demo_station(data, utc_now)
        ((user_id, password), *_) = station.demo_credentials() or ()

        def signed_in() -> Desk:
            return sign_in(station, user_id, password, NoServer(), utc_now)

        yield rounds.compare(
            "sign-in, desk ready", lambda: signed_in().close(), "Argon2id alone", _argon2, repeat=3
        )
        with signed_in() as desk:
            yield _committing(rounds, desk, data)


def _argon2() -> None:
    Argon2id(salt=bytes(16), length=32, iterations=3, lanes=4, memory_cost=65536).derive(b"password")


def _committing(rounds: Rounds, desk: Desk, data: Path) -> Row:
    state = desk.enrollment.start()
    raw = sqlcipher.connect(str(data / "raw.db"), isolation_level=None)
    raw.execute("PRAGMA key = \"x'" + "00" * 32 + "'\"")
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")
    raw.execute("CREATE TABLE t (a TEXT)")

    def one_insert() -> None:
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("INSERT INTO t VALUES ('x')")
        raw.execute("COMMIT")

    try:
        return rounds.compare(
            "a step committed with its audit record",
            lambda: desk.enrollment.give_consent(state.id, "eng"),
            "one encrypted insert, synced",
            one_insert,
            clock=Clock.WALL,
        )
    finally:
        raw.close()
