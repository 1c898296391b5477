"""One registration, for whoever decides about it: its signs, its pictures, what was entered, how it came to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from muster.domain.biometrics import BiometricAttribute
from muster.domain.duplicates import Person, Whose
from muster.domain.proofing import ProofOutcome
from muster.domain.registration import RegistrationId
from muster.ui import names, theme
from muster.ui.audit import words
from muster.ui.language import tr
from muster.ui.person.answers import answer_words
from muster.ui.proofing.words import assurance_words
from muster.ui.review.pictures import Pictures
from muster.ui.widgets.parts import Card, empty, label, link, scrolling, sign
from muster.workstation.desk import Desk
from muster.workstation.duplicate_review import DuplicateReport, Likeness
from muster.workstation.proofing_view import ExecutionView
from muster.workstation.reference import label_in
from muster.workstation.review import CarriedCase, ReviewCase
from muster.workstation.review_bundles import INTRODUCER
from muster.workstation.summary import Summary

_ATTRIBUTES = frozenset(each.value for each in BiometricAttribute)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read of one registration, its pictures aside."""

    case: ReviewCase | CarriedCase
    duplicates: DuplicateReport | None
    proof: ExecutionView | None


@dataclass(frozen=True, slots=True)
class PictureWanted:
    """A picture that is still to be read, in a lane."""

    key: str
    name: str
    read: Callable[[], np.ndarray | None]


class CaseView(QWidget):
    """``story_wanted`` and ``evidence_wanted`` with the registration's number."""

    story_wanted = Signal(object)
    evidence_wanted = Signal(object)

    def __init__(self, window_language: str) -> None:
        super().__init__()
        self._language = window_language
        self.seen: Seen | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(theme.CLOSE))
        head = QHBoxLayout()
        self.title = label("", "section", wrap=False)
        head.addWidget(self.title, 1)
        self.story = link(tr("Story"))
        self.story.clicked.connect(self._story)
        self.evidence = link(tr("Evidence"))
        self.evidence.clicked.connect(self._evidence)
        head.addWidget(self.evidence)
        head.addWidget(self.story)
        column.addLayout(head)
        self.signs = QGridLayout()
        self.signs.setHorizontalSpacing(theme.px(theme.CLOSE))
        self.signs.setVerticalSpacing(theme.px(theme.TIGHT))
        self.signs.setColumnStretch(1, 1)
        self.signs.setColumnStretch(3, 1)
        column.addLayout(self.signs)
        row = QHBoxLayout()
        row.setSpacing(theme.px(theme.GAP))
        self.pictures = Pictures()
        row.addWidget(self.pictures, 3)
        card = Card(margin=theme.px(theme.GAP), spacing=theme.px(theme.TIGHT))
        card.setMinimumWidth(theme.px(300))
        content = QWidget()
        self._facts = QGridLayout(content)
        self._facts.setColumnStretch(0, 2)
        self._facts.setColumnStretch(1, 3)
        self._facts.setContentsMargins(0, 0, 0, 0)
        card.column.addWidget(scrolling(content, clear=True))
        row.addWidget(card, 2)
        column.addLayout(row, 1)

    def show_nothing(self) -> None:
        self.seen = None
        self.title.setText("")
        self.story.hide()
        self.evidence.hide()
        empty(self.signs)
        empty(self._facts)
        self.pictures.clear()

    def show_seen(self, seen: Seen) -> None:
        self.show_nothing()
        self.seen = seen
        line = seen.case.line
        self.story.setVisible(not line.station)  # which is told where it happened
        has_content = not isinstance(seen.case, CarriedCase) and seen.case.summary is not None
        self.evidence.setVisible(has_content and seen.proof is not None)
        self.title.setText(
            tr(
                "{number} · {name} · sealed {time}",
                number=line.registration_id.text,
                name=line.officer,
                time=words.moment(line.sealed_at),
            )
        )
        for flag in line.flags:
            self._add_sign(f"{words.flag_words(flag)} ({flag.weight})", "warn")
        if not line.flags:
            self._add_sign(tr("No sign of anything unusual."), "good")
        for row, (name, value) in enumerate(self._told(seen)):
            self._facts.addWidget(label(name, "soft"), row, 0)
            told = label(value)
            told.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            self._facts.addWidget(told, row, 1)
        self._facts.setRowStretch(self._facts.rowCount(), 1)

    def _add_sign(self, text: str, kind: str) -> None:
        row, side = divmod(self.signs.count() // 2, 2)
        self.signs.addWidget(sign(kind), row, 2 * side)
        self.signs.addWidget(label(text), row, 2 * side + 1)

    def _told(self, seen: Seen) -> Iterator[tuple[str, str]]:
        case = seen.case
        if isinstance(case, CarriedCase):
            yield tr("Registered at station"), case.line.station
            yield from ((_fact_name(name), said) for name, said in case.facts)
            return
        if case.summary is None:  # and with it what the steps and the proof are told from
            yield tr("Content"), tr("destroyed, as the server has it")
        else:
            yield from self._of_content(case, case.summary, seen.proof)
        if seen.duplicates is not None:
            yield tr("Compared with"), tr("{count} faces", count=seen.duplicates.compared)
            for each in seen.duplicates.candidates:
                strong = each.likeness is Likeness.STRONG
                yield tr("very alike") if strong else tr("perhaps alike"), each.name

    def _of_content(
        self, case: ReviewCase, summary: Summary, execution: ExecutionView | None
    ) -> Iterator[tuple[str, str]]:
        for line in (*summary.lines, *summary.documents):
            name = label_in(line.labels, self._language, line.field)
            yield name, " / ".join(dict.fromkeys(text for _, text in line.read_in(self._language) if text))
        for field in case.registration.documents:
            shared = case.registration.provenance(field)
            if shared is not None:
                yield tr("Document shared by"), shared.provider
        for whose, exceptions in (("", summary.exceptions), (INTRODUCER, summary.introducer_exceptions)):
            for exception in exceptions:
                said = " · ".join(filter(None, (exception.reason, exception.comment)))
                yield _picture_name(f"{whose}{exception.attribute.value}"), said
        for whose, captures in (("", case.registration), (INTRODUCER, case.registration.introducer)):
            for kept in dict.fromkeys(captures.forced_because.values()):
                which = [each for each, because in captures.forced_because.items() if because is kept]
                pictures = ", ".join(_picture_name(f"{whose}{each.value}") for each in which)
                said = " · ".join(filter(None, (names.forced_reason(kept.because), kept.comment)))
                yield tr("Kept below the threshold"), f"{pictures}: {said}"
        for answer in case.registration.answers.values():
            yield tr("The person"), answer_words(answer)[0]
        yield tr("Proof of identity"), _proof_words(case, execution)
        for step, lasted in case.times.by_step.items():
            yield names.step_name(step), words.duration(lasted)
        for pause in case.times.pauses:
            yield tr("Pause"), f"{words.moment(pause.began)}, {words.duration(pause.lasted)}"

    def _story(self) -> None:
        if self.seen is not None:
            self.story_wanted.emit(self.seen.case.line.registration_id)

    def _evidence(self) -> None:
        if self.seen is not None and self.seen.proof is not None:
            self.evidence_wanted.emit(self.seen.case.line.registration_id)


def _proof_words(case: ReviewCase, execution: ExecutionView | None) -> str:
    proof = case.registration.proof
    if proof is None or proof.outcome is ProofOutcome.NOT_ASKED:
        return tr("not asked for")
    outcome = tr("given") if proof.outcome is ProofOutcome.PROVEN else tr("still owed")
    return outcome if execution is None else f"{outcome}: {assurance_words(execution.assurance)}"


def wanted_pictures(desk: Desk, seen: Seen) -> Iterator[PictureWanted]:
    """Face and documents first, then whoever looks alike, then fingers and eyes."""
    if isinstance(seen.case, CarriedCase):
        for name, pixels in seen.case.pictures:
            yield PictureWanted(name, _picture_name(name), lambda pixels=pixels: pixels)  # type: ignore[misc]
        return
    state = seen.case.registration
    if seen.case.summary is None:
        return
    number = state.id
    if BiometricAttribute.FACE in state.samples:
        yield _sample(desk, number, BiometricAttribute.FACE)
    for field in state.documents:
        yield PictureWanted(
            f"document {field}",
            tr("Document"),
            lambda field=field: desk.enrollment.document_page(number, field).pixels,  # type: ignore[misc]
        )
    for each in seen.duplicates.candidates if seen.duplicates else ():
        if each.whose is Whose.REGISTRATION:
            person = Person(each.whose, each.name)
            yield PictureWanted(
                f"alike {each.name}",
                each.name,
                lambda person=person: desk.duplicate_review.face(person),  # type: ignore[misc]
            )
    if state.exception_photo is not None:
        yield PictureWanted("exception", tr("Exception photo"), lambda: desk.enrollment.exception_photo(number))
    for attribute in state.samples:
        if attribute is not BiometricAttribute.FACE:
            yield _sample(desk, number, attribute)
    for attribute in state.introducer.samples:
        yield PictureWanted(
            f"{INTRODUCER}{attribute.value}",
            _picture_name(f"{INTRODUCER}{attribute.value}"),
            partial(desk.enrollment.introducer.sample_picture, number, attribute),
        )


def _sample(desk: Desk, number: RegistrationId, attribute: BiometricAttribute) -> PictureWanted:
    return PictureWanted(
        attribute.value,
        names.attribute_name(attribute),
        lambda: desk.enrollment.sample_picture(number, attribute),
    )


def _fact_name(name: str) -> str:
    """Of what came from another station: an attribute in our words, everything else in theirs."""
    return _picture_name(name) if name.removeprefix(INTRODUCER) in _ATTRIBUTES else name


def _picture_name(name: str) -> str:
    if name.startswith(INTRODUCER):
        return tr("Parent or guardian: {name}", name=_picture_name(name.removeprefix(INTRODUCER)))
    try:
        return names.attribute_name(BiometricAttribute(name))
    except ValueError:
        return tr("Document")
