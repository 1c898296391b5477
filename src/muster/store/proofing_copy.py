"""An execution of identity proofing as entries of the carbon copy.

The plan has the number 0, the events have their own from 1, the records those from 2^31 on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from muster.proofing.materialization import Record
from muster.store.carbon_copy import StoredEvent

_PLAN = "Plan"
_RECORD = "Record"
_FIRST_RECORD = 1 << 31
_OF_ONE_RULE = 1 << 16  # more than any rule writes


def plan_entry(text: str) -> StoredEvent:
    return StoredEvent(0, _PLAN, text)


def record_entry(record: Record) -> StoredEvent:
    body = json.dumps([record.rule, record.number, record.kind, record.body, record.digest])
    return StoredEvent(_FIRST_RECORD + record.rule * _OF_ONE_RULE + record.number, _RECORD, body)


def plan_text(entries: Iterable[StoredEvent]) -> str:
    return next((each.body for each in entries if each.kind == _PLAN), "")


def events_among(entries: Iterable[StoredEvent]) -> list[StoredEvent]:
    return [each for each in entries if each.kind not in (_PLAN, _RECORD)]


def records_among(entries: Iterable[StoredEvent]) -> list[Record]:
    return [Record(*json.loads(each.body)) for each in entries if each.kind == _RECORD]
