"""Every piece of evidence of one registration, for supervisors: what it is worth and why, and the files behind it.

Opening this page, each file it shows and each copy are on record. What a file is, its content says: the front of a
sign-in elsewhere is a PDF.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from muster.domain.evidence import Artifact, Evaluation, Evidence
from muster.domain.registration import RegistrationId
from muster.errors import Code, MusterError
from muster.ui import shortcuts, theme
from muster.ui.audit.words import moment
from muster.ui.background import Background
from muster.ui.evidence import words
from muster.ui.evidence.assurance_panel import AssurancePanel, Badge
from muster.ui.evidence.facts import facts_of
from muster.ui.evidence.proof_card import ProofCard
from muster.ui.language import say, say_error, tr
from muster.ui.pages.page import Page
from muster.ui.proofing.words import assurance_words, consent_name
from muster.ui.review.pictures import Pictures
from muster.ui.widgets.parts import Card, Note, button, empty, label, link, scrolling
from muster.workstation.desk import Desk
from muster.workstation.evidence import EVIDENCE_DESTROYED, ConsentGiven, FileSeen
from muster.workstation.proof_archive import ProofOutlook

_LANE = "review"  # what is read for a look keeps nobody's signature waiting


@dataclass(frozen=True, slots=True)
class _Opened:
    evaluation: Evaluation
    consents: tuple[ConsentGiven, ...]
    proof: ProofOutlook | None
    absence: Code | None


class EvidencePage(Page):
    left = Signal()

    def __init__(self, desk: Desk, background: Background, registration_id: RegistrationId) -> None:
        super().__init__()
        self.registration_id = registration_id
        self._desk = desk
        self._background = background
        self.evaluation: Evaluation | None = None
        self.chosen: Evidence | None = None
        self._is_read = False
        self.copies: dict[str, QWidget] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.px(each) for each in (theme.PAGE, theme.GAP, theme.PAGE, theme.GAP)])
        column.setSpacing(theme.px(theme.CLOSE))
        column.addLayout(self._head())
        self.note = Note()
        column.addWidget(self.note)
        self.proof = ProofCard(desk.proof_archives, background, registration_id)
        self.proof.taken.connect(self._closed)
        column.addWidget(self.proof)
        self._pieces = QWidget()
        row = QHBoxLayout(self._pieces)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(theme.GAP))
        self._list_of_pieces = self._list_card()
        self._piece = self._piece_card()
        row.addWidget(self._list_of_pieces)
        row.addWidget(self._piece, 1)
        column.addWidget(self._pieces, 100)
        column.addStretch(1)  # holds the rest at the top once the pieces are gone

    # Building

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(theme.WIDE))
        row.addWidget(label(tr("Evidence"), "title", wrap=False))
        row.addWidget(label(self.registration_id.text, "subtitle", wrap=False), 1)
        self.back = button(tr("Back"), primary=True)
        self.back.clicked.connect(self.left)
        shortcuts.add(self, "Escape", tr("Back"), self.left.emit)
        row.addWidget(self.back)
        return row

    def _list_card(self) -> Card:
        card = Card(margin=theme.px(theme.GAP), spacing=theme.px(theme.CLOSE))
        card.setFixedWidth(theme.px(330))
        self.assurance = AssurancePanel(bare=True)
        self.reached = label("", "small")
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Pieces of evidence"))
        self.list.setWordWrap(True)
        self.list.setSpacing(theme.px(2))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentRowChanged.connect(self._row_chosen)
        self.consents = label("", "soft")
        card.column.addWidget(self.list, 1)
        card.column.addWidget(self.assurance)
        card.column.addWidget(self.reached)
        card.column.addWidget(self.consents)
        return card

    def _piece_card(self) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(theme.GAP))
        card = Card(margin=theme.px(theme.GAP), spacing=theme.px(theme.CLOSE))
        head = QHBoxLayout()
        self.title = label("", "section")
        self.status = Badge()
        head.addWidget(self.title, 1)
        head.addWidget(self.status)
        card.column.addLayout(head)
        content = QWidget()
        self._facts = QGridLayout(content)
        self._facts.setContentsMargins(0, 0, theme.px(theme.TIGHT), 0)
        self._facts.setHorizontalSpacing(theme.px(theme.GAP))
        self._facts.setColumnStretch(0, 2)
        self._facts.setColumnStretch(1, 3)
        card.column.addWidget(scrolling(content, clear=True), 1)
        row.addWidget(card, 3)
        files = QWidget()
        column = QVBoxLayout(files)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(theme.CLOSE))
        self._files = QVBoxLayout()
        self._files.setSpacing(theme.px(theme.TIGHT))
        column.addLayout(self._files)
        self.pictures = Pictures()
        column.addWidget(self.pictures, 1)
        row.addWidget(files, 4)
        return made

    # Reading

    def enter(self) -> None:
        self.list.setFocus()
        if not self._is_read:  # once: each look is on record
            self._is_read = True
            self._run(self._read, self._show)

    def _read(self) -> _Opened:
        evidence, archives = self._desk.evidence, self._desk.proof_archives
        evaluation = evidence.evaluation(self.registration_id)
        return _Opened(
            evaluation,
            evidence.consents(self.registration_id),
            archives.outlook(self.registration_id) if archives.is_offered else None,
            None if evaluation.evidence else evidence.absence(self.registration_id),
        )

    def _closed(self) -> None:
        """Nothing of it is here any more, so nothing of it stays on the screen."""
        self.evaluation = self.chosen = None
        self._pieces.hide()
        self.list.clear()
        empty(self._facts)
        empty(self._files)
        self.copies = {}
        self.pictures.clear()
        self.note.clear()
        self.back.setFocus()

    def _show(self, opened: _Opened) -> None:
        self.evaluation = evaluation = opened.evaluation
        if opened.proof is not None:
            self.proof.show_outlook(opened.proof)
        self.assurance.show_level(evaluation.level, evaluation.upgrade_paths)
        self.reached.setText(assurance_words(evaluation.assurance))
        self.reached.setVisible(bool(evaluation.evidence))
        self.consents.setText(_consents_words(opened.consents))
        self.consents.setVisible(bool(opened.consents))
        for each in evaluation.evidence:
            item = QListWidgetItem(f"{words.piece_words(each)}\n{_brief(each)}")
            self.list.addItem(item)
        if evaluation.evidence:
            self.list.setCurrentRow(0)
        elif opened.proof is not None and opened.proof.taken is not None:
            self._closed()
        else:
            self._show_none(opened)

    def _show_none(self, opened: _Opened) -> None:
        """What would raise the level is told all the same, unless it was another once."""
        if opened.proof is None and opened.absence is not None:  # else the card for the proof says it
            self.note.say(say(opened.absence))
        self.list.hide()
        self._piece.hide()
        self._list_of_pieces.setVisible(opened.absence is not EVIDENCE_DESTROYED)
        row = self._pieces.layout()
        assert row is not None
        row.setAlignment(self._list_of_pieces, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)

    # One piece

    def _row_chosen(self, row: int) -> None:
        if self.evaluation is not None and 0 <= row < len(self.evaluation.evidence):
            self.show_piece(self.evaluation.evidence[row])

    def show_piece(self, evidence: Evidence) -> None:
        self.chosen = evidence
        self.note.clear()
        self.title.setText(words.piece_words(evidence))
        self.status.say(words.status_words(evidence.status), words.status_tone(evidence.status))
        empty(self._facts)
        for row, (name, value) in enumerate(facts_of(evidence, self._name_of, self._desk.enrollment.proof.now())):
            self._facts.addWidget(label(name, "soft"), row, 0, Qt.AlignmentFlag.AlignTop)
            told = label(value)
            told.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            self._facts.addWidget(told, row, 1)
            self._facts.setRowStretch(row, 0)
        self._facts.setRowStretch(self._facts.rowCount(), 1)
        self._show_files(evidence)

    def _name_of(self, piece: str) -> str:
        assert self.evaluation is not None
        try:
            return words.piece_words(self.evaluation.of(piece))
        except KeyError:
            return piece

    # Its files

    def _show_files(self, evidence: Evidence) -> None:
        empty(self._files)
        self.copies = {}
        self.pictures.clear()
        kept = [each for each in evidence.submission.artifacts if each.kept]
        if not kept:
            self._files.addWidget(label(tr("There is no file behind this piece."), "soft"))
        for each in kept:
            self._files.addLayout(self._file_row(each))
        self._look(evidence, kept)

    def _file_row(self, artifact: Artifact) -> QHBoxLayout:
        row = QHBoxLayout()
        said = " · ".join(
            filter(None, (words.file_words(artifact), words.form_words(artifact), artifact.filename))
        )
        row.addWidget(label(said), 1)
        copy = link(tr("Save a copy"))
        copy.setAccessibleDescription(said)
        copy.clicked.connect(partial(self._copy, artifact))
        row.addWidget(copy)
        self.copies[artifact.digest] = copy
        return row

    def _look(self, evidence: Evidence, wanted: list[Artifact]) -> None:
        """One after the other, as long as nobody chose another piece."""
        if not wanted or self.chosen is not evidence:
            return
        first, *rest = wanted

        def shown(seen: FileSeen) -> None:
            if self.chosen is evidence:
                self._show_pages(first, seen)
                self._look(evidence, rest)

        def failed(error: MusterError) -> None:
            if self.chosen is evidence:  # else it may have been destroyed meanwhile, and nobody asks for it
                self._fail(error)

        read = partial(self._desk.evidence.file, self.registration_id, first.digest)
        self._background.run(self, _LANE, read, shown, failed)

    def _show_pages(self, artifact: Artifact, seen: FileSeen) -> None:
        for number, pixels in enumerate(seen.pages, 1):
            name = words.file_words(artifact)
            if len(seen.pages) > 1:
                name = tr("{name}, page {number} of {count}", name=name, number=number, count=len(seen.pages))
            self.pictures.add((artifact.digest, number), name, pixels)
        if not seen.pages:
            self.note.say(
                tr("{name}: this file cannot be shown here. Save a copy and open it where it can be.",
                   name=words.file_words(artifact))
            )  # fmt: skip

    def _copy(self, artifact: Artifact, *_: object) -> None:
        name = words.name_for_copy(artifact)
        chosen, _kind = QFileDialog.getSaveFileName(self, tr("Save a copy"), name)
        if not chosen:
            return
        work = partial(self._desk.evidence.copy_file, self.registration_id, artifact.digest, Path(chosen))
        self._run(
            work, lambda nothing: self.note.say(tr("The copy is saved. That it was taken is on record."), "good")
        )

    def _run(self, work: Callable[[], object], done: Callable[..., None]) -> None:
        self._background.run(self, _LANE, work, done, self._fail)

    def _fail(self, error: MusterError) -> None:
        self.note.say(say_error(error), "bad")


def _brief(evidence: Evidence) -> str:
    worth = tr("{score} of at most {strength}", score=evidence.score.value, strength=evidence.strength.value)
    return f"{words.status_words(evidence.status)} · {worth}"


def _consents_words(consents: tuple[ConsentGiven, ...]) -> str:
    told = (
        tr("{name}: agreed on {time}", name=consent_name(each.consent), time=moment(each.at)) for each in consents
    )
    return "\n".join(told)
