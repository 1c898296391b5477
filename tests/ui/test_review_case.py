"""What a supervisor reads about one registration."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from muster.domain.registration import RegistrationId
from muster.domain.review import ReviewLine, Standing
from muster.ui.review.case_view import CaseView, Seen
from muster.workstation.review import CarriedCase

_ID = RegistrationId("10001100010000120260301080000")
_LINE = ReviewLine(
    _ID, "packet", datetime(2026, 3, 1, tzinfo=UTC), "erika", (), False, False, False, Standing.WAITING
)


def test_whose_exception_it_is_is_told_of_another_stations_child(qtbot: QtBot) -> None:
    view = CaseView("en")
    qtbot.addWidget(view)
    facts = (("Given name", "Leon"), ("leftEye", "closed"), ("introducer leftThumb", "lost"))
    view.show_seen(Seen(CarriedCase(_LINE, facts, ()), None, None))
    shown = [each.text() for each in view.findChildren(QLabel)]
    assert {"Given name", "Left eye", "Parent or guardian: Left thumb"} <= set(shown)
