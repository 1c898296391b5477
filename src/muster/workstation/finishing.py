"""Between the officer's signature and the sealed packet: done in the background, made up for after a crash.

Rules:

1. Signing is the officer's last act. Sealing needs nobody, so the next person does not wait for it.
2. What is signed and not sealed is found by its events: killed in between, the program seals it at the next start.
3. What cannot be sealed stays a draft, with the reason beside it, until somebody has seen to it. Each reason is
   audited once for a registration while it lasts.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from muster.audit.catalogue import AuditEvent
from muster.domain.delivery import OutboxEntry
from muster.domain.registration import RegistrationId
from muster.errors import MusterError
from muster.workstation.journal import Journal
from muster.workstation.submission import CERTIFICATE_NEEDED


class Finishing:
    """``seal`` puts a signed registration into the outbox; again is safe."""

    def __init__(self, journal: Journal, seal: Callable[[RegistrationId], OutboxEntry]) -> None:
        self._journal = journal
        self._seal = seal
        self._problems: dict[RegistrationId, MusterError] = {}
        self._lock = Lock()

    def waiting(self) -> tuple[RegistrationId, ...]:
        """Signed and not sealed, the oldest first."""
        with self._journal.database.read() as work:
            drafts = work.registrations.drafts()
        signed = [(state.signed.at, state.id) for state, _ in drafts if state.signed is not None]
        return tuple(registration_id for _, registration_id in sorted(signed, key=lambda each: each[0]))

    def problem_of(self, registration_id: RegistrationId) -> MusterError | None:
        """Why it could not be sealed the last time it was tried."""
        with self._lock:
            return self._problems.get(registration_id)

    def seal(self, registration_id: RegistrationId) -> OutboxEntry:
        """Raises what sealing raises, and remembers it."""
        try:
            entry = self._seal(registration_id)
        except MusterError as error:
            self._remember(registration_id, error)
            raise
        with self._lock:
            self._problems.pop(registration_id, None)
        return entry

    def seal_the_rest(self) -> tuple[OutboxEntry, ...]:
        """Everything that waits, as far as it can be; what cannot says why (:meth:`problem_of`)."""
        sealed = []
        for registration_id in self.waiting():
            try:
                sealed.append(self.seal(registration_id))
            except MusterError:  # remembered with its registration; the others are not kept waiting for it
                continue
        return tuple(sealed)

    def _remember(self, registration_id: RegistrationId, error: MusterError) -> None:
        with self._lock:
            before = self._problems.get(registration_id)
            self._problems[registration_id] = error
        is_new = before is None or before.code is not error.code
        if is_new and error.code is not CERTIFICATE_NEEDED:  # which is no failure, but a station without a network
            self._journal.note(registration_id, AuditEvent.SEALING_FAILED, code=error.code.name)
