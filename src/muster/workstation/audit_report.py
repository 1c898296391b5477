"""A registration's story on paper, for whoever was asked to explain it: signed, so that it can be handed on.

The report says how far the trail was found unbroken when it was made. Its layout is the window's business, which
has an engine for every script; here it gets its content and its signature.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from muster import durable
from muster.audit.catalogue import AuditEvent
from muster.audit.chain import Verdict
from muster.crypto.machine_key import MachineKey
from muster.domain.registration import RegistrationId
from muster.domain.review import ReviewLine
from muster.workstation.inspection import read_file
from muster.workstation.journal import Journal
from muster.workstation.trail import AuditTrail
from muster.workstation.trail_reading import TrailReading
from muster.workstation.trail_story import Story

_REASON = "Audit report"


@dataclass(frozen=True, slots=True)
class AuditReport:
    """``key`` is the fingerprint of the key that signs it; ``review`` what a supervisor saw and decided. At a
    station for training everybody is invented."""

    station: str
    key: str
    made_at: datetime
    made_by: str
    story: Story
    verdict: Verdict
    review: ReviewLine | None
    is_training: bool = False


class AuditReports:
    def __init__(
        self,
        journal: Journal,
        trail: AuditTrail,
        reading: TrailReading,
        key: MachineKey,
        *,
        training: bool = False,
    ) -> None:
        self._journal = journal
        self._trail = trail
        self._reading = reading
        self._key = key
        self._training = training

    def compose(self, registration_id: RegistrationId) -> AuditReport:
        """Verifies the whole trail: about a second for each 300,000 records. Raises ``Refused``, ``BadInput``."""
        story = self._reading.story(registration_id)
        with self._journal.database.read() as work:
            line = work.review.find(registration_id)
        return AuditReport(
            self._journal.station.ref_id,
            self._key.signing_key_index,
            self._journal.now(),
            self._journal.operator.user_id,
            story,
            self._trail.verify(),
            line,
            self._training,
        )

    def write(self, report: AuditReport, laid_out: bytes, path: Path) -> None:
        """Sign what the window made of it. Raises ``StorageUnavailable``, ``KeyUnavailable``."""
        from muster.crypto.pdf_signing import sign_pdf  # whose library takes a second to import

        content = sign_pdf(laid_out, self._key, report.station, reason=_REASON)
        durable.write(path, content)
        with self._journal.database.work() as work:
            work.record(
                AuditEvent.REPORT_WRITTEN,
                actor=self._journal.operator.user_id,
                subject=report.story.registration_id.text,
                sha256=hashlib.sha256(content).hexdigest(),
            )


def report_is_signed(path: Path, machine_key: bytes) -> bool:
    """Whether a report is as the station with this key signed it. Raises ``BadInput``."""
    from muster.crypto.pdf_signing import is_signed_pdf

    return is_signed_pdf(read_file(path), machine_key)
