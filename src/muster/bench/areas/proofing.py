"""Proving who somebody is, ten thousand times: how many events a second, how much room each execution takes.

Each execution is the source's first use case (a code by mail, then a passport or a wallet), by the commands a
window uses; its methods answer at once. Beside it stand the same contents as JSON texts, put into an encrypted
table by themselves in as many transactions.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

from muster.bench.measuring import Clock, Rounds, Row
from muster.clock import utc_now
from muster.domain.proofing import HIGHEST, Identifier, InputField, MethodEvidence, UserInputAction
from muster.proofing.compilation import compile_use_case
from muster.proofing.definitions import parse_definitions
from muster.proofing.method import Done, Outcome, Pending, Work
from muster.proofing.plan import Plan
from muster.workstation.demo import demo_station
from muster.workstation.desk import Desk, sign_in
from muster.workstation.server import NoServer
from muster.workstation.station import Station

EXECUTIONS = 10_000
_ONLY_ONCE = 20
_TURNS = 10
_ASKS = Pending(UserInputAction((InputField("code", "Code"),)), {"digest": "0" * 64})
_CONFIGURATION: dict[str, Any] = {
    "methods": [
        {"_type": "OtpMethodDefinition", "id": "email-otp", "channel": "email"},
        {"_type": "DocumentMethodDefinition", "id": "passport-nfc", "provider": "readid", "nfcEnabled": True},
        {"_type": "WalletMethodDefinition", "id": "wallet-pid"},
    ],
    "useCases": [
        {
            "id": "customer-onboarding",
            "tenantId": "default",
            "graph": {
                "_type": "SequenceNode",
                "children": [
                    {"_type": "MethodNode", "nodeId": "step-email", "methodId": "email-otp"},
                    {
                        "_type": "ChoiceNode",
                        "children": [
                            {"_type": "MethodNode", "nodeId": "step-passport", "methodId": "passport-nfc"},
                            {"_type": "MethodNode", "nodeId": "step-wallet", "methodId": "wallet-pid"},
                        ],
                    },
                ],
            },
            "policy": {"minimumAssurance": "substantial"},
        }
    ],
}


@dataclass(frozen=True, slots=True)
class _Prompt:
    """Answers at once: with a form where one is asked for, else with success."""

    type: str

    def dispatch(self, work: Work) -> Outcome:
        return _ASKS if self.type == "otp" else _found(work)

    def submit(self, work: Work, fields: Mapping[str, str]) -> Outcome:
        return _found(work)

    def callback(self, work: Work, data: Mapping[str, str]) -> Outcome:
        return _found(work)

    def poll(self, work: Work) -> Outcome:
        return _found(work)

    def cancel(self, work: Work) -> None:
        pass


def _found(work: Work) -> Done:
    evidence = MethodEvidence("bench", work.definition.type, work.now)
    identifiers = (Identifier("SUBJECT_ID", work.execution_id),)
    return Done(HIGHEST, evidence, identifiers, {"given_name": "Erika", "family_name": "Mustermann"}, ("otp",))


def rows(rounds: Rounds) -> Iterator[Row]:
    count = _ONLY_ONCE if rounds.once else EXECUTIONS
    with tempfile.TemporaryDirectory() as folder:
        station, plan = demo_station(Path(folder), utc_now), _plan()
        with _desk(station) as desk:  # the plan, and what is loaded at the first call, are not each one's
            stored = _stored(desk, _execution(desk, plan))
        before = station.folder.database.stat().st_size  # with all in it: nobody is signed in
        raw = Path(folder) / "raw.db"
        with _desk(station) as desk, _bare(raw) as connection:
            times = list(_by_turns(partial(_execution, desk, plan), partial(_insert, connection, stored), count))
        room = (station.folder.database.stat().st_size - before) / count
        bare_room = raw.stat().st_size / count
    ours, bare = (sum(each) for each in zip(*times, strict=True))
    events = count * sum(len(each) - 1 for each in stored)  # the last of each is the audit record
    ratios = [theirs / mine for mine, theirs in times]
    against = "json and encrypted inserts alone"
    name, spread = f"{count:,} executions: events a second", (min(ratios), max(ratios))
    yield Row(name, events / ours, "/s", events / bare, against, spread, Clock.WALL)
    yield Row("an execution in the database", room, "bytes", bare_room, against, (room / bare_room,) * 2)


def _by_turns(ours: Callable[[], object], bare: Callable[[], object], count: int) -> Iterator[tuple[float, float]]:
    """Seconds of each for a tenth of ``count``, so that both meet the same machine."""
    for _ in range(_TURNS):
        yield _seconds(ours, count // _TURNS), _seconds(bare, count // _TURNS)


def _seconds(work: Callable[[], object], count: int) -> float:
    began = time.perf_counter()
    for _ in range(count):
        work()
    return time.perf_counter() - began


@contextmanager
def _desk(station: Station) -> Iterator[Desk]:
    ((user_id, password), *_) = station.demo_credentials() or ()
    with sign_in(station, user_id, password, NoServer(), utc_now) as desk:
        desk.proofing.methods = {each: _Prompt(each) for each in ("otp", "document", "wallet")}
        yield desk


def _plan() -> Plan:
    definitions = parse_definitions(json.dumps(_CONFIGURATION).encode())
    return compile_use_case(definitions, definitions.use_cases[0]).required()


def _execution(desk: Desk, plan: Plan) -> str:
    execution_id = desk.proofing.start(plan).execution_id
    desk.proofing.dispatch(execution_id, "step-email")
    desk.proofing.submit(execution_id, "step-email", {"code": "123456"})
    desk.proofing.dispatch(execution_id, "step-wallet")
    return execution_id


def _stored(desk: Desk, execution_id: str) -> list[list[tuple[str, Any]]]:
    """Kind and content of what each transaction wrote: its events and the audit record."""
    events = iter(desk.proofing.stored(execution_id).events)
    records = [each for each in desk.trail.newest_first(100) if each.subject == execution_id]
    return [
        [*map(_row, islice(events, len(each.detail["events"].split()))), _row(each)] for each in reversed(records)
    ]


def _row(fact: Any) -> tuple[str, Any]:
    return type(fact).__name__, asdict(fact)


@contextmanager
def _bare(path: Path) -> Iterator[sqlcipher.Connection]:
    raw = sqlcipher.connect(str(path), isolation_level=None)
    raw.execute("PRAGMA key = \"x'" + "00" * 32 + "'\"")
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")
    raw.execute("CREATE TABLE t (kind TEXT, body TEXT)")
    try:
        yield raw
    finally:
        raw.close()


def _insert(raw: sqlcipher.Connection, stored: list[list[tuple[str, Any]]]) -> None:
    for transaction in stored:
        raw.execute("BEGIN IMMEDIATE")
        for kind, content in transaction:
            raw.execute("INSERT INTO t VALUES (?, ?)", (kind, json.dumps(content, default=str)))
        raw.execute("COMMIT")
