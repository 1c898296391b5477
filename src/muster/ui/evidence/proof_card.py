"""Taking the proof of an identity on the screen: why it cannot be yet, or what it closes and destroys, said before
anybody chooses where it goes.

Nothing is asked in a dialog that is clicked away: the sentence stands on the page, the buttons beside it.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout

from muster.domain.lifecycle import ProofTaken
from muster.domain.registration import RegistrationId
from muster.errors import MusterError, NetworkUnavailable
from muster.ui import theme
from muster.ui.audit.words import moment
from muster.ui.background import Background
from muster.ui.language import say, say_error, tr
from muster.ui.widgets.parts import Card, Note, button, label
from muster.workstation.proof_archive import ProofArchives, ProofOutlook, TakenProof

_LANE = "proof"  # services are asked for what they signed: that keeps nobody else waiting


class ProofCard(Card):
    """``taken`` once the file is written and the case is closed."""

    taken = Signal()

    def __init__(self, archives: ProofArchives, background: Background, registration_id: RegistrationId) -> None:
        super().__init__(margin=theme.px(theme.CLOSE), spacing=theme.px(theme.TIGHT))
        self._archives = archives
        self._background = background
        self._registration_id = registration_id
        self._outlook: ProofOutlook | None = None
        self._with_services = True
        row = QHBoxLayout()
        row.setSpacing(theme.px(theme.CLOSE))
        self.words = label("")
        row.addWidget(self.words, 1)
        self.begin = button(tr("Take the proof"))
        self.begin.clicked.connect(self._tell)
        self.choose = button(tr("Choose a file and take it"))
        self.choose.clicked.connect(self._choose)
        self.alone = button(tr("Take it without what the services signed"))
        self.alone.clicked.connect(self._choose_alone)
        self.never_mind = button(tr("Never mind"))
        self.never_mind.clicked.connect(self._offer)
        self.column.addLayout(row)
        buttons = row
        if theme.is_large():  # beside them the sentence would have no room
            buttons = QHBoxLayout()
            self.column.addLayout(buttons)
        for each in (self.begin, self.choose, self.alone, self.never_mind):
            buttons.addWidget(each)
        if buttons is not row:
            buttons.addStretch(1)  # where lines begin they are seen first
        self.note = Note()
        self.column.addWidget(self.note)
        self._show_buttons()
        self.hide()

    def show_outlook(self, outlook: ProofOutlook) -> None:
        self._outlook = outlook
        self._offer()
        self.show()

    def _offer(self, *_: object) -> None:
        assert self._outlook is not None
        self._with_services = True
        self.note.clear()
        if self._outlook.taken is not None:
            self.words.setText(_taken_words(self._outlook.taken))
            self._show_buttons()
        elif self._outlook.hindrance is not None:
            self.words.setText(say(self._outlook.hindrance))
            self._show_buttons()
        else:
            self.words.setText(tr("The packet is sealed: the proof of this identity can be taken."))
            self._show_buttons(self.begin)

    def _tell(self, *_: object) -> None:
        assert self._outlook is not None
        self.words.setText(
            tr(
                "The proof is written to one signed file, which you keep; here the case is closed for good, and "
                "what it rests on is destroyed (pieces of evidence: {pieces}, files: {files}).",
                pieces=self._outlook.pieces,
                files=self._outlook.files,
            )
        )
        self._show_buttons(self.choose, self.never_mind)
        self.never_mind.setFocus()  # Enter alone destroys nothing

    def _choose_alone(self, *_: object) -> None:
        self._with_services = False
        self._choose()

    def _choose(self, *_: object) -> None:
        name = f"{self._registration_id.text}.zip"
        chosen, _kind = QFileDialog.getSaveFileName(self, tr("Take the proof"), name, "ZIP (*.zip)")
        if not chosen:
            return
        file = Path(chosen)
        self._show_buttons()
        self.note.say(tr("A moment, please."))
        work = partial(self._archives.take, self._registration_id, file, with_services=self._with_services)
        self._background.run(self, _LANE, work, partial(self._was_taken, file), self._was_not_taken)

    def _was_taken(self, file: Path, proof: TakenProof) -> None:
        self.words.setText(tr("The case is closed. What the proof rests on is no longer here."))
        saved = tr("The proof is saved as {file}. Keep it: it cannot be taken again.", file=str(file))
        self.note.say(saved, "good")
        self.taken.emit()

    def _was_not_taken(self, error: MusterError) -> None:
        """The case is open and nothing is lost."""
        self.note.say(say_error(error), "bad")
        without = (self.alone,) if isinstance(error, NetworkUnavailable) else ()
        self._with_services = True
        self._show_buttons(self.choose, *without, self.never_mind)
        self.never_mind.setFocus()

    def _show_buttons(self, *wanted: object) -> None:
        for each in (self.begin, self.choose, self.alone, self.never_mind):
            each.setVisible(each in wanted)


def _taken_words(taken: ProofTaken) -> str:
    return tr(
        "{name} took the proof on {time}. What it rests on is no longer here.",
        name=taken.operator,
        time=moment(taken.at),
    )
