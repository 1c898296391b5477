"""Forms made from what a method asks for, and the card they stand on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from muster.domain.proofing import FieldType, InputField
from muster.ui.proofing.form import ProofingForm
from muster.ui.proofing.waiting_card import WaitingCard
from muster.workstation.proofing_play import Play, Played
from unit.proofing.graphs import EMAIL, method, plan

CODE = InputField("code", "Code", FieldType.CODE)
WHERE = InputField("where", "Where", FieldType.SELECT, options=("here", "there"))
SEEN = InputField("seen", "Seen", FieldType.CONSENT)
AGAIN = InputField("again", "Once more", FieldType.CONSENT, required=False)
NONE = InputField("none", "There is none", FieldType.CONSENT, required=False)


class Heard:
    """A form, and what came of it."""

    def __init__(self, qtbot: QtBot, *fields: InputField) -> None:
        self.form = ProofingForm(fields, "Go on")
        qtbot.addWidget(self.form)
        self.given: list[Mapping[str, str]] = []
        self.incomplete = 0
        self.form.given.connect(self.given.append)
        self.form.incomplete.connect(self._incomplete)

    def _incomplete(self) -> None:
        self.incomplete += 1

    def press(self) -> None:
        assert self.form.go is not None
        self.form.go.click()


def test_what_is_needed_and_was_not_typed_is_asked_for(qapp: QApplication, qtbot: QtBot) -> None:
    heard = Heard(qtbot, CODE)
    heard.form.put({"code": "  "})
    heard.press()
    assert (heard.given, heard.incomplete) == ([], 1)
    assert heard.form.boxes["code"].property("wrong")


def test_a_form_in_which_nothing_stands_says_nothing(qapp: QApplication, qtbot: QtBot) -> None:
    heard = Heard(qtbot, InputField("code", "Code", FieldType.CODE, required=False), AGAIN)
    heard.press()
    assert (heard.given, heard.incomplete) == ([], 1)


@pytest.mark.parametrize(
    ("fields", "typed"), [((CODE,), {"code": "123"}), ((CODE, WHERE), {"code": "1", "where": "there"})]
)
def test_what_is_typed_is_given_field_by_field(
    qapp: QApplication, qtbot: QtBot, fields: tuple[InputField, ...], typed: dict[str, str]
) -> None:
    heard = Heard(qtbot, *fields)
    heard.form.put(typed)
    heard.press()
    assert heard.given == [typed]
    assert heard.form.typed() == typed


def test_one_thing_to_say_yes_to_is_one_press(qapp: QApplication, qtbot: QtBot) -> None:
    heard = Heard(qtbot, SEEN)
    heard.press()
    assert heard.given == [{"seen": "true"}]


def test_one_list_is_one_press(qapp: QApplication, qtbot: QtBot) -> None:
    heard = Heard(qtbot, WHERE)
    heard.form.options["there"].click()
    assert heard.given == [{"where": "there"}]


def test_a_wish_beside_a_form_is_given_alone(qapp: QApplication, qtbot: QtBot) -> None:
    heard = Heard(qtbot, CODE, AGAIN)
    heard.form.put({"code": "12"})
    heard.form.options["again"].click()
    assert heard.given == [{"again": "true"}]


def test_a_wish_beside_something_to_say_yes_to_says_that_it_is_not_so(qapp: QApplication, qtbot: QtBot) -> None:
    heard = Heard(qtbot, SEEN, NONE)
    heard.form.options["none"].click()
    assert heard.given == [{"seen": "false", "none": "true"}]


def test_wishes_without_a_form_are_alternatives(qapp: QApplication, qtbot: QtBot) -> None:
    heard = Heard(qtbot, AGAIN, NONE)
    assert heard.form.go is None
    heard.form.options["none"].click()
    assert heard.given == [{"none": "true"}]


@pytest.mark.parametrize(("left", "told"), [(timedelta(days=6), False), (timedelta(minutes=9), True)])
def test_a_form_tells_the_time_that_is_left_only_when_it_presses(
    qapp: QApplication, qtbot: QtBot, left: timedelta, told: bool
) -> None:
    play = Play(plan(method("a", "email"), [EMAIL], {"minimumAssurance": "low"}), datetime(2026, 3, 1, tzinfo=UTC))
    play.answer("a", Played.WAITS)
    card = WaitingCard(play.view().nodes[0])
    qtbot.addWidget(card)
    card.tell(left)
    assert any("Time left" in each.text() for each in card.findChildren(QLabel)) is told
