"""What spoke for and against a living face, for the supervisor; every look is audited."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from muster.audit.catalogue import AuditEvent
from muster.domain.biometrics import AttestedBecause, LivenessOutcome
from muster.domain.lifecycle import LivenessJudged
from muster.domain.operators import Permission
from muster.domain.registration import RegistrationId
from muster.errors import NotAuthentic, StorageUnavailable
from muster.workstation.journal import Journal


@dataclass(frozen=True, slots=True)
class LivenessSigns:
    """One judgement. ``signals`` as ``face_liveness`` wrote them: ``outcome``, ``refused_by``, ``challenge`` and
    ``measures``; empty where nothing was judged, or the content was destroyed. ``kept`` says whether a face
    was."""

    at: datetime
    outcome: LivenessOutcome
    because: AttestedBecause | None
    kept: bool
    signals: Mapping[str, Any]


class LivenessReview:
    """For who may see signs of fraud; everybody else is ``Refused``."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def signs(self, registration_id: RegistrationId) -> tuple[LivenessSigns, ...]:
        """Every judgement of a registration, in their order, the introducer's last. Raises ``Refused``,
        ``BadInput``."""
        self._journal.access.require(Permission.SEE_INDICATORS)
        state = self._journal.load(registration_id)
        judged = (*state.liveness, *state.introducer.liveness)
        self._journal.note(registration_id, AuditEvent.LIVENESS_SHOWN, judgements=str(len(judged)))
        return tuple(
            LivenessSigns(
                each.at, each.outcome, each.because, bool(each.record), self._read(registration_id, each)
            )
            for each in judged
        )

    def _read(self, registration_id: RegistrationId, judged: LivenessJudged) -> Mapping[str, Any]:
        if judged.signals is not None:
            with suppress(StorageUnavailable, NotAuthentic):  # destroyed with the content, or lost
                read: Mapping[str, Any] = json.loads(self._journal.read(registration_id, judged.signals))
                return read
        return {}
