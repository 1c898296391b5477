"""What figures, their columns and what they are about are called in the window's language."""

from __future__ import annotations

from datetime import date
from enum import Enum

from PySide6.QtWidgets import QApplication

from muster.domain.biometrics import BiometricAttribute, ExceptionKind, Modality
from muster.domain.delivery import DeliveryState
from muster.domain.registration import Step
from muster.domain.review_decision import Decision, Reason
from muster.ui import names
from muster.ui.audit import words
from muster.ui.language import say, tr, word
from muster.workstation.figures import Cell, Column, End, Figure, FigureName, Said

_LEFT_TO_RIGHT, _ISOLATED, _END, _FROM_THE_RIGHT = "\u2066", "\u2068", "\u2069", "\u200f"
_NAMES = ("device", "officer")


def figure_name(name: FigureName) -> str:
    return {
        FigureName.DAYS: tr("Registrations by day"),
        FigureName.HOURS: tr("Registrations by hour"),
        FigureName.STEPS: tr("Time for each step"),
        FigureName.MODALITIES: tr("Quality"),
        FigureName.DEVICES: tr("Quality by device"),
        FigureName.OFFICERS: tr("Quality by officer"),
        FigureName.FIRST_TRY: tr("Good at the first try"),
        FigureName.EXCEPTIONS: tr("Exceptions"),
        FigureName.DECISIONS: tr("Decisions and reasons"),
        FigureName.QUEUE: tr("Packets now"),
        FigureName.SENDING: tr("Sealed and sent"),
        FigureName.DUPLICATES: tr("Searches for duplicates"),
        FigureName.OWN_STEPS: tr("My time for each step"),
        FigureName.OWN_FIRST_TRY: tr("Good at my first try"),
        FigureName.OWN_QUALITY: tr("Quality of what I capture"),
    }[name]


def column_name(column: Column) -> str:
    return {
        Column.DAY: tr("Day"),
        Column.WEEK: tr("Week from"),
        Column.HOUR: tr("Hour"),
        Column.REGISTRATIONS: tr("Registrations"),
        Column.STEP: tr("Step"),
        Column.SECONDS: tr("Median, s"),
        Column.QUARTER_BELOW: tr("25 % below"),
        Column.QUARTER_ABOVE: tr("25 % above"),
        Column.TIMES: tr("Times"),
        Column.KIND: tr("Kind"),
        Column.QUALITY: tr("Median"),
        Column.SAMPLES: tr("Captures"),
        Column.MEASURE: tr("Measured by"),
        Column.FIRST_TRY: tr("First try, %"),
        Column.FORCED: tr("Forced, %"),
        Column.DEVICE: tr("Device"),
        Column.OFFICER: tr("Officer"),
        Column.LIKE_WITH_LIKE: tr("Like with like"),
        Column.ATTRIBUTE: tr("Finger, eye, face"),
        Column.AT_LEAST: tr("At least, %"),
        Column.AT_MOST: tr("At most, %"),
        Column.EXCEPTIONS: tr("Exceptions"),
        Column.PERMANENT: tr("Lasting"),
        Column.TEMPORARY: tr("For now"),
        Column.DECISION: tr("Decision"),
        Column.REASON: tr("Reason"),
        Column.NUMBER: tr("Number"),
        Column.STATE: tr("State"),
        Column.PACKETS: tr("Packets"),
        Column.SEALED: tr("Sealed"),
        Column.SENT: tr("Sent"),
        Column.FAILED: tr("Failed attempts"),
        Column.SOUGHT: tr("Searched for"),
        Column.ALIKE: tr("With faces alike"),
        Column.MINE: tr("Mine"),
        Column.TEAM: tr("Team's median"),
    }[column]


def cell_words(cell: Cell, column: Column | None = None) -> str:
    if cell is None:
        return "–"
    if cell == "" and column is Column.MEASURE:
        return tr("the device itself")
    if isinstance(cell, Enum):
        return _member_words(cell)
    if isinstance(cell, date):
        return f"{_LEFT_TO_RIGHT}{cell.isoformat()}{_END}"
    if isinstance(cell, float):
        return number_words(cell)
    return str(cell)


def number_words(number: float) -> str:
    """Without a nought behind the point; each sign at its place in Arabic as well."""
    rounded = round(number, 1)
    text = str(int(rounded)) if rounded == int(rounded) else f"{rounded:.1f}"
    return f"{_LEFT_TO_RIGHT}{text}{_END}"


def _member_words(member: Enum) -> str:
    match member:
        case Step():
            return names.step_name(member)
        case BiometricAttribute():
            return names.attribute_name(member)
        case DeliveryState():
            return names.state_name(member)
        case Decision():
            return words.decision_words(member)
        case Reason():
            return words.reason_words(member)
        case Modality():
            kinds = {Modality.FINGER: tr("fingers"), Modality.IRIS: tr("eyes"), Modality.FACE: tr("face")}
            return kinds[member]
        case ExceptionKind():
            return tr("Lasting") if member is ExceptionKind.PERMANENT else tr("For now")
        case End():
            return tr("discarded") if member is End.DISCARDED else tr("the person did not agree")
        case _:
            return word(str(member.value))


def label_of(figure: Figure, place: int) -> str:
    """What a row is about, in one line."""
    cells = figure.rows[place][: figure.labels]
    return " · ".join(cell_words(each) for each in cells if each is not None)


def said_words(said: Said) -> str:
    """A sentence, with steps and fingers by their names. It begins where the window's lines do, whatever its first
    word's script is."""
    detail = {name: f"{_ISOLATED}{text}{_END}" if name in _NAMES else text for name, text in said.detail.items()}
    if "step" in detail:
        detail["step"] = names.step_name(Step(str(detail["step"])))
    if "attribute" in detail:
        detail["attribute"] = names.attribute_name(BiometricAttribute(str(detail["attribute"])))
    if "day" in detail:
        detail["day"] = f"{_LEFT_TO_RIGHT}{detail['day']}{_END}"
    return (_FROM_THE_RIGHT if QApplication.isRightToLeft() else "") + say(said.code, detail)
