"""The audit trail, for whoever checks it."""

from __future__ import annotations

from muster.audit.chain import AuditRecord, Verdict, verify
from muster.domain.registration import RegistrationId
from muster.store.database import Database


class AuditTrail:
    def __init__(self, database: Database) -> None:
        self._database = database

    def verify(self, expected_head: str | None = None) -> Verdict:
        """Walk the whole chain. ``expected_head`` (a digest noted earlier) also shows a cut-off end."""
        with self._database.audit_log() as log:
            return verify(log.all(), expected_head=expected_head)

    def about(self, registration_id: RegistrationId) -> tuple[AuditRecord, ...]:
        with self._database.audit_log() as log:
            return log.about(registration_id.text)

    def newest_first(self, limit: int) -> tuple[AuditRecord, ...]:
        with self._database.audit_log() as log:
            return log.newest_first(limit)
