"""What the person who is registered is asked on a screen of their own, and what they answer."""

from __future__ import annotations

from enum import Enum


class Question(Enum):
    """``CONSENT``: may this be recorded? ``DATA``: is what was recorded right?"""

    CONSENT = "consent"
    DATA = "data"


class Reply(Enum):
    AGREED = "agreed"
    REFUSED = "refused"
    RIGHT = "right"
    WRONG = "wrong"

    @property
    def question(self) -> Question:
        return Question.CONSENT if self in (Reply.AGREED, Reply.REFUSED) else Question.DATA
