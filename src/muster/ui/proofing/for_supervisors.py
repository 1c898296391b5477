"""What only a supervisor does and sees of a proof of identity: how much of what the configuration asks for was
shown, on its own scales; end it with a reason, and look at what providers said. Looking is on record."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from muster.ui.language import tr
from muster.ui.proofing import words
from muster.ui.widgets.parts import button, empty, label, link
from muster.workstation.proofing_view import ExecutionView


class ForSupervisors(QWidget):
    """``look_wanted``, and ``cancelled`` with the reason. Made for whoever may do at least one of both."""

    look_wanted = Signal()
    cancelled = Signal(str)

    def __init__(self, *, may_look: bool, may_cancel: bool) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.look = link(tr("What providers said"))
        self.look.clicked.connect(self.look_wanted)
        self.begin_cancel = link(tr("End this proof"))
        self.begin_cancel.clicked.connect(self._ask_reason)
        self._may_cancel = may_cancel
        self.reason = QLineEdit()
        self.reason.setAccessibleName(tr("Why this proof is ended; nothing about the person"))
        self.reason.setPlaceholderText(tr("Why? Nothing about the person."))
        self.reason.returnPressed.connect(self._cancel)
        self.cancel = button(tr("End it"))
        self.cancel.clicked.connect(self._cancel)
        self.reached, self.needed = label("", "soft"), label("", "soft")
        column.addWidget(self.reached)
        column.addWidget(self.needed)
        self._told = QVBoxLayout()
        column.addLayout(self._told)
        for each in (self.look, self.begin_cancel, self.reason, self.cancel):
            column.addWidget(each)
        self._may_look = may_look
        self.look.setVisible(may_look)
        self._hide_reason()

    def follow(self, view: ExecutionView) -> None:
        """What was shown of an earlier state is taken away."""
        empty(self._told)
        reached = words.assurance_words(words.asked_of(view.assurance, view.minimum))
        self.reached.setText(tr("Shown so far: {level}", level=reached))
        self.needed.setText(tr("Needed: {level}", level=words.assurance_words(view.minimum)))
        for each in (self.reached, self.needed):
            each.setVisible(self._may_look)
        self.begin_cancel.setVisible(self._may_cancel and not view.status.is_over)
        self._hide_reason()

    def show_found(self, view: ExecutionView) -> None:
        empty(self._told)
        lines = list(_found(view)) or [tr("Nothing was said.")]
        for text in lines:
            self._told.addWidget(label(text, "soft"))

    def _ask_reason(self) -> None:
        self.begin_cancel.hide()
        self.reason.show()
        self.cancel.show()
        self.reason.setFocus()

    def _hide_reason(self) -> None:
        self.reason.clear()
        self.reason.hide()
        self.cancel.hide()

    def _cancel(self) -> None:
        if self.reason.text().strip():
            self.cancelled.emit(self.reason.text().strip())
        else:
            self.reason.setFocus()


def _found(view: ExecutionView) -> list[str]:
    names = {each.id: words.title(each) for each in view.nodes}
    told = []
    for result in view.results:
        said = ", ".join(f"{name}: {value}" for name, value in sorted(result.metadata.items()))
        told.append(
            f"{names[result.node]}: {words.assurance_words(result.assurance)} · {result.provider} · {said}"
        )
    for error in view.errors:
        code = f"{error.code} · {error.provider_code}" if error.provider_code else error.code
        told.append(f"{names.get(error.node, '')}: {code}")
    return told
