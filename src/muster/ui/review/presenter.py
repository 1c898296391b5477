"""Which registration is shown, which comes next, and what may be done with it. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field

from muster.domain.registration import RegistrationId
from muster.domain.review import ReviewLine, Standing
from muster.domain.review_decision import Decision


@dataclass(slots=True)
class ReviewPresenter:
    """``me`` is who is signed in. ``lines`` are those that were read so far, as the list shows them."""

    me: str
    lines: list[ReviewLine] = field(default_factory=list)
    chosen: RegistrationId | None = None

    @property
    def line(self) -> ReviewLine | None:
        return next((each for each in self.lines if each.registration_id == self.chosen), None)

    @property
    def row(self) -> int:
        """Of what is shown; -1 for nothing."""
        return next((n for n, each in enumerate(self.lines) if each.registration_id == self.chosen), -1)

    def beside(self, steps: int) -> RegistrationId | None:
        """The one so many rows further down, as far as there are any."""
        if not self.lines:
            return None
        row = min(max(self.row + steps, 0), len(self.lines) - 1)
        return self.lines[row].registration_id

    def next_open(self) -> RegistrationId | None:
        """The next one nobody has decided about: below, then from the top; what stands where none does."""
        row = self.row
        order = [*self.lines[row + 1 :], *self.lines[: row + 1]]
        waiting = next((each for each in order if self.can_decide(each) and each.decision is None), None)
        return waiting.registration_id if waiting else self.chosen

    def replace(self, line: ReviewLine) -> int:
        """What was decided about one; returns its row, -1 for one that is not in the list."""
        for row, each in enumerate(self.lines):
            if each.registration_id == line.registration_id:
                self.lines[row] = line
                return row
        return -1

    def can_decide(self, line: ReviewLine | None) -> bool:
        return line is not None and line.officer != self.me and line.standing is not Standing.CLOSED

    def approvable_unseen(self) -> tuple[RegistrationId, ...]:
        """What may be approved without a look, of what waits here."""
        return tuple(
            each.registration_id
            for each in self.lines
            if each.standing is Standing.WAITING and not each.must_be_seen and self.can_decide(each)
        )

    def mine(self) -> tuple[ReviewLine, ...]:
        """What this supervisor decided and has not signed off, of what was read."""
        return tuple(
            each for each in self.lines if each.standing is Standing.DECIDED and each.decided_by == self.me
        )

    def shows(self, decision: Decision) -> bool:
        """Whether this is what stands about the one that is shown."""
        return self.line is not None and self.line.decision is decision
