"""What comes after the officer's signature, while the next person already sits down: sealing and sending.

Nothing here is lost with the window: what is signed and not sealed is found again at the next start.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from muster.domain.delivery import DeliveryState, OutboxEntry, Receipt
from muster.domain.registration import RegistrationId
from muster.errors import MusterError
from muster.ui.language import say_error, tr

if TYPE_CHECKING:
    from muster.ui.background import Background
    from muster.workstation.desk import Desk
    from muster.workstation.slip import Slip

LANE = "sealing"
AFTER_MS = 1500  # the first page of the next person comes before it


@dataclass(frozen=True, slots=True)
class Sent:
    """What is known so far: ``entry`` once it is sealed, ``receipt`` once the server has it; ``problem`` says why
    it went no further."""

    registration_id: RegistrationId
    slip: Slip
    entry: OutboxEntry | None = None
    receipt: Receipt | None = None
    problem: MusterError | None = None


class Finisher(QObject):
    """``went_on`` with what is known of a registration after each of its last steps; ``caught_up`` when something
    that an earlier start left unsealed was tried."""

    went_on = Signal(object)
    caught_up = Signal()

    def __init__(self, background: Background) -> None:
        super().__init__()
        self._background = background
        self._waiting: list[tuple[Desk, Sent]] = []
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.begin)

    def finish(self, desk: Desk, sent: Sent) -> None:
        """Seal in a moment, then send. A server that says no or is not there does not undo the seal."""
        self._waiting.append((desk, sent))
        self._later.start(AFTER_MS)

    def begin(self) -> None:
        """What waits for its moment has it now: whoever ends the session does it behind this."""
        self._later.stop()
        waiting, self._waiting = self._waiting, []
        for desk, sent in waiting:
            work = partial(desk.finishing.seal, sent.registration_id)
            self._background.run(self, LANE, work, partial(self._sealed, desk, sent), partial(self._failed, sent))

    def catch_up(self, desk: Desk) -> None:
        def work() -> bool:
            waited = bool(desk.finishing.waiting())
            desk.finishing.seal_the_rest()
            return waited

        self._background.run(self, LANE, work, self._caught_up, lambda error: None)

    def _sealed(self, desk: Desk, sent: Sent, entry: OutboxEntry) -> None:
        sealed = replace(sent, entry=entry)
        self.went_on.emit(sealed)
        deliver = partial(desk.sync.deliver, entry.packet_id)
        self._background.run(
            self, "network", deliver, partial(self._delivered, sealed), partial(self._failed, sealed)
        )

    def _delivered(self, sent: Sent, receipt: Receipt) -> None:
        self.went_on.emit(replace(sent, receipt=receipt))

    def _failed(self, sent: Sent, error: MusterError) -> None:
        self.went_on.emit(replace(sent, problem=error))

    def _caught_up(self, waited: bool) -> None:
        if waited:
            self.caught_up.emit()


def look_again(desk: Desk, entry: OutboxEntry) -> Sent:
    """A finished registration whose slip is wanted once more. Runs on a lane, needs no network."""
    receipt = desk.sync.deliver(entry.packet_id) if entry.state is DeliveryState.PUSHED else None
    return Sent(entry.registration_id, desk.enrollment.slip(entry.registration_id), entry, receipt)


def outcome_words(sent: Sent) -> tuple[str, str]:
    """What became of the packet, and the tone to say it in."""
    if sent.receipt is not None:
        return tr("The server has the packet."), "good"
    if sent.problem is not None:
        return say_error(sent.problem), "warn"
    if sent.entry is None:
        return tr("Signed. It is sealed in the background; the next person may sit down."), "plain"
    return tr("The packet waits in the outbox."), "plain"
