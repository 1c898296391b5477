"""Every page of the window, one after the other, and what can be seen to be wrong with one."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QTextEdit,
    QWidget,
)

from muster.domain.registration import Process, Step
from muster.ui.session import Session
from muster.ui.widgets.parts import Elided
from muster.ui.window import MainWindow
from muster.workstation.demo import demo_script
from muster.workstation.script import ScriptedEnrollment

PATIENCE_S = 20.0


@dataclass
class Walk:
    """``show`` puts a page into the window."""

    window: MainWindow
    session: Session

    def before_sign_in(self) -> Iterator[tuple[str, Callable[[], None]]]:
        yield "first start", self.window.begin
        self.session.create_demo()
        yield "sign-in", self.window.begin

    def after_sign_in(self) -> Iterator[tuple[str, Callable[[], None]]]:
        window, session = self.window, self.session
        credentials = session.station().demo_credentials()
        assert credentials is not None
        session.sign_in(*credentials[1])
        assert session.desk is not None
        enrollment = session.desk.enrollment
        plan = enrollment.plan(Process.NEW)
        script = ScriptedEnrollment(enrollment, demo_script(), credentials[1][1])
        played = script.run(stop_after=plan[plan.index(Step.PREVIEW) - 1])
        yield "home", window.home
        yield "people", window.people
        yield "devices", window.devices
        yield "my sign-in", window.my_sign_in
        yield "policy", window.policy
        yield "review", window.review
        yield "trail", window.trail
        yield "administration", window.administration
        for step in plan:
            if step.value not in {"left_slap", "right_slap", "thumbs", "irises", "exception_photo"}:
                # Those are the page of the face.
                yield step.value, lambda step=step: window.open(played.registration, step)  # type: ignore[misc]


def settle(window: MainWindow, *, rounds: int = 3) -> None:
    """Until the page stands there with what it read."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        before = window.page
        for _ in range(rounds):
            QApplication.processEvents()
            time.sleep(0.004)
        if window.page is before and window.page.isEnabled():
            return
    raise AssertionError("the page did not come")


def shown(root: QWidget) -> Iterator[QWidget]:
    """What can be seen of ``root``, the lists that open from a box left out."""
    for child in root.children():
        if (
            isinstance(child, QWidget)
            and not child.isWindow()
            and child.isVisible()
            and not isinstance(child, QMenu)
        ):
            yield child
            yield from shown(child)


def clipped(root: QWidget) -> list[str]:
    """Whose words are wider or higher than their box."""
    return [found for each in shown(root) if (found := _too_small(each))]


def _too_small(widget: QWidget) -> str:
    words, room = "", widget.size()
    if isinstance(widget, Elided):
        return "" if widget.toolTip() else f"{name_of(widget)} is cut and has no tooltip"
    if isinstance(widget, QLabel):
        words = widget.text()
        if not words or widget.textFormat() is Qt.TextFormat.RichText:
            return ""
        needed = widget.sizeHint()
        if widget.wordWrap():
            needed = widget.minimumSizeHint()
            needed.setHeight(widget.heightForWidth(room.width()))
            longest = max(widget.fontMetrics().horizontalAdvance(each) for each in re.split(r"[\s-]", words))
            needed.setWidth(longest)
    elif isinstance(widget, QPushButton | QCheckBox | QRadioButton):
        words, needed = widget.text(), widget.sizeHint()
        if widget.hasHeightForWidth():
            needed = widget.minimumSizeHint()
            needed.setHeight(widget.heightForWidth(room.width()))
            needed.setWidth(0)
        elif not words:
            return ""
    elif isinstance(widget, QLineEdit) and not widget.toolTip():
        words = widget.placeholderText()
        needed = widget.fontMetrics().size(0, words)
    else:
        return ""
    if needed.width() > room.width() + 2 or needed.height() > room.height() + 4:
        return (
            f"{name_of(widget)} needs {needed.width()} x {needed.height()}, "
            f"has {room.width()} x {room.height()}: {words!r}"
        )
    return ""


def outside(root: QWidget) -> list[str]:
    """Who reaches out of what it stands in, beside what can be scrolled to."""
    found = []
    for each in shown(root):
        parent = each.parentWidget()
        if parent is None or _is_content(each) or not _says_something(each):
            continue
        if each.geometry().left() < -2 or each.geometry().right() > parent.width() + 2:
            found.append(f"{name_of(each)} reaches out of its {type(parent).__name__}")
    for area in (each for each in shown(root) if isinstance(each, QScrollArea)):
        content = area.widget()
        off = area.horizontalScrollBarPolicy() is Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if off and content is not None and content.width() > area.viewport().width() + 2:
            found.append(
                f"a list is {content.width()} wide and shows {area.viewport().width()}: {_words_in(content)}"
            )
    return found


def overlapping(root: QWidget) -> list[str]:
    """Neighbours that lie over each other."""
    found = []
    for parent in (root, *shown(root)):
        there = [each for each in parent.children() if isinstance(each, QWidget)]
        there = [each for each in there if each.isVisible() and not each.isWindow() and _says_something(each)]
        for one, other in combinations(there, 2):
            common: QRect = one.geometry().intersected(other.geometry())
            if common.width() > 3 and common.height() > 5:
                found.append(f"{name_of(one)} and {name_of(other)} lie over each other")
    return found


def unnamed(root: QWidget) -> list[str]:
    """What the keyboard reaches and a screen reader has no name for."""
    return [
        f"{type(each).__name__}#{each.objectName()} in {type(each.parentWidget()).__name__}"
        for each in shown(root)
        if _takes_focus(each) and not spoken(each)
    ]


def spoken(widget: QWidget) -> str:
    """What a screen reader calls it."""
    if widget.accessibleName():
        return widget.accessibleName()
    if isinstance(widget, QAbstractButton):
        return widget.text()
    buddies = [each for each in widget.window().findChildren(QLabel) if each.buddy() is widget]
    return buddies[0].text() if buddies else ""


def by_tab(window: QWidget) -> list[QWidget]:
    """What Tab reaches, in order, from where the keyboard is."""
    found: list[QWidget] = []
    first = QApplication.focusWidget()
    assert first is not None
    each = first
    while True:
        each = each.nextInFocusChain()
        if each is first or len(found) > 500:
            return found
        if each.isVisible() and each.window() is window and _takes_focus(each):
            found.append(each)


def _takes_focus(widget: QWidget) -> bool:
    if not widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value or not widget.isEnabled():
        return False
    of_another = isinstance(widget.parent(), QComboBox | QAbstractSpinBox | QAbstractScrollArea)
    return not of_another and not isinstance(widget, QScrollArea)


def _says_something(widget: QWidget) -> bool:
    return isinstance(widget, QLabel | QAbstractButton | QLineEdit | QComboBox | QTextEdit)


def _is_content(widget: QWidget) -> bool:
    area = widget.parentWidget().parentWidget() if widget.parentWidget() else None
    return isinstance(area, QAbstractScrollArea) and area.viewport() is widget.parentWidget()


def _words_in(widget: QWidget) -> str:
    widest = max(
        (each for each in shown(widget) if _says_something(each)),
        key=lambda each: each.mapTo(widget, QPoint(each.width(), 0)).x(),
        default=widget,
    )
    return name_of(widest)


def name_of(widget: QWidget) -> str:
    words = getattr(widget, "text", str)()
    return f"{type(widget).__name__}#{widget.objectName()} {words[:40]!r}"
