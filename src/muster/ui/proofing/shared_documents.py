"""Documents that came with a proof, offered to be kept as the registration's: one line and one press for each."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from muster.domain.evidence import ArtifactRole
from muster.ui import theme
from muster.ui.language import tr
from muster.ui.widgets.parts import Button, Card, Choice, button, empty, label
from muster.workstation.reference import label_in
from muster.workstation.shared_documents import SharedDocument


class SharedDocumentsCard(Card):
    """``taken`` with the document, its place and its kind. Hidden while there is nothing to take over."""

    taken = Signal(str, str, str)

    def __init__(self, window_language: str) -> None:
        super().__init__(margin=theme.px(theme.GAP), spacing=theme.px(theme.CLOSE))
        self._language = window_language
        self.offers: tuple[SharedDocument, ...] = ()
        self.lists: dict[str, Choice] = {}
        self.takes: dict[str, Button] = {}
        self.hide()

    def show_offers(self, offers: tuple[SharedDocument, ...]) -> None:
        if offers == self.offers:
            return
        self.offers = offers
        empty(self.column)
        self.lists, self.takes = {}, {}
        self.column.addWidget(label(tr("These came with the proof and need not be scanned:"), "section"))
        for each in offers:
            self.column.addLayout(self._line(each))
        self.setVisible(bool(offers))

    def _line(self, offer: SharedDocument) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(theme.CLOSE))
        said = _said(offer)
        row.addWidget(label(said), 1)
        kinds = Choice(tr("Keep as"))
        for slot in offer.slots:
            place = label_in(slot.labels, self._language, slot.field)
            for kind in slot.types:
                name = label_in(kind.labels, self._language, kind.code)
                kinds.addItem(f"{place}: {name}", (slot.field, kind.code))
        row.addWidget(kinds, 1)
        take = button(tr("Keep it"))
        take.setAccessibleDescription(said)
        take.clicked.connect(partial(self._take, offer.id))
        row.addWidget(take)
        self.lists[offer.id], self.takes[offer.id] = kinds, take
        return row

    def _take(self, offer: str, *_: object) -> None:
        chosen = self.lists[offer].currentData()
        if chosen is not None:
            self.takes[offer].setEnabled(False)
            self.taken.emit(offer, *chosen)

    def let_take(self) -> None:
        """It was refused: another place may do."""
        for each in self.takes.values():
            each.setEnabled(True)


def _said(offer: SharedDocument) -> str:
    if offer.is_from_here:
        return tr("Document that was shown here")
    names = {
        ArtifactRole.PROOF_OF_RESIDENCE: tr("Proof of address"),
        ArtifactRole.RECORD: tr("Shared document"),
    }
    name = names.get(offer.role, tr("Document"))
    return tr("{document} from {provider}", document=name, provider=f"\u2066{offer.provider}\u2069")
