"""How long each step took, told from the trail: it stays when the events of a registration are destroyed. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord
from muster.domain.step_times import StepTimes, times_of
from muster.store.figures_counting import step_told


def told_times(records: Iterable[AuditRecord]) -> StepTimes:
    """``records`` about one registration, in order; what follows the last signature is no work at the desk."""
    records = tuple(records)
    signed = [n for n, each in enumerate(records, 1) if each.event == AuditEvent.REGISTRATION_SIGNED.id]
    upto = signed[-1] if signed else len(records)
    return times_of((each.at, step_told(each.event, each.detail)) for each in records[:upto])
