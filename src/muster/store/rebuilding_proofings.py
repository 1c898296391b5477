"""Executions of identity proofing, put back from the carbon copy and what can be read of the damaged database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from muster.domain.lifecycle import BlobRef
from muster.errors import MusterError
from muster.proofing.events import FilesKept, ProofingCancelled, ProofingEvent
from muster.proofing.materialization import Record
from muster.proofing.plan import Plan
from muster.proofing.progress import fold
from muster.store.carbon_copy import CarbonCopy, Kept, StoredEvent
from muster.store.proofing_copy import events_among, plan_entry, plan_text, record_entry, records_among
from muster.store.proofing_tables import proofing, proofing_event, proofing_plan, proofing_record
from muster.store.proofings import CONTENT_DESTROYED, Proofings, decode

Rows = Callable[[str], list[dict[str, Any]]]
Entries = dict[int, StoredEvent]


@dataclass(slots=True)
class PutBack:
    lost: int = 0  # known by number, and not even their beginning is left
    shortened: dict[str, tuple[StoredEvent, ...]] = field(default_factory=dict)  # what is left, by execution
    files: list[tuple[str, BlobRef]] = field(default_factory=list)  # that were brought, each with whom it is about


def put_back(proofings: Proofings, copy: CarbonCopy, rows: Rows) -> PutBack:
    """``rows`` gives what can be read of a table."""
    found = PutBack()
    salvaged = _salvaged(rows)
    for proofing_id in sorted({*salvaged, *copy.proofings()}):
        kept, read = copy.proofing(proofing_id), salvaged.get(proofing_id, {})
        entries = _together(kept, read)
        plan, events = _sound(entries)
        if plan is None or not events:
            found.lost += 1
            continue
        execution = proofings.start(proofing_id, plan, events[0])
        if events[1:]:
            proofings.append(execution, *events[1:])
        brought = (each for event in events if isinstance(event, FilesKept) for each in event.artifacts)
        found.files += [(execution.progress.started.subject, each.ref) for each in brought]
        proofings.put_records(proofing_id, records_among(entries))
        is_torn = not kept.whole and len(read) < len(entries)
        if is_torn or len(events) < len(events_among(entries)):
            found.shortened[proofing_id] = proofings.stored(proofing_id)
    return found


def _salvaged(rows: Rows) -> dict[str, Entries]:
    plans = {row["digest"]: row["text"] for row in rows(proofing_plan.name)}
    found: dict[str, Entries] = {}

    def add(proofing_id: str, entry: StoredEvent) -> None:
        found.setdefault(proofing_id, {})[entry.number] = entry

    for row in rows(proofing.name):
        found.setdefault(row["id"], {})
        if row["plan_digest"] in plans:
            add(row["id"], plan_entry(plans[row["plan_digest"]]))
    for row in rows(proofing_event.name):
        add(row["proofing_id"], StoredEvent(row["number"], row["kind"], row["body"]))
    for row in rows(proofing_record.name):
        record = Record(row["rule"], row["number"], row["kind"], json.loads(row["body"]), row["digest"])
        add(row["proofing_id"], record_entry(record))
    return found


def _together(kept: Kept, salvaged: Entries) -> list[StoredEvent]:
    """What was destroyed in one of the two stays destroyed. Else the copy counts where it is whole and no shorter,
    else both together."""
    copied = {each.number: each for each in kept.events}
    destroyed = next((each for each in (copied, salvaged) if _is_destroyed(each.values())), None)
    if destroyed is not None:
        together = destroyed
    elif copied and kept.whole and len(copied) >= len(salvaged):
        together = copied
    else:
        together = {**salvaged, **copied}
    return [together[number] for number in sorted(together)]


def _is_destroyed(entries: Iterable[StoredEvent]) -> bool:
    return any(each.kind == ProofingCancelled.__name__ and CONTENT_DESTROYED in each.body for each in entries)


def _sound(entries: list[StoredEvent]) -> tuple[Plan | None, list[ProofingEvent]]:
    """The plan, and the longest beginning without a gap that reads and folds; none without a start."""
    events: list[ProofingEvent] = []
    try:
        plan = Plan.parse(plan_text(entries))
    except MusterError:
        return None, events
    for number, entry in enumerate(events_among(entries), 1):
        try:
            event = decode(entry.kind, entry.body)
            fold(plan, [*events, event])
        except (ValueError, MusterError):
            break
        if entry.number != number:
            break
        events.append(event)
    return plan, events
