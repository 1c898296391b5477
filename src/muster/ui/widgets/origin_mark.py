"""Where the value of a field comes from and how sure that is: a word, never a colour alone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from muster.domain.prefill import Origin, PrefilledField
from muster.ui.language import tr
from muster.ui.widgets.parts import align

_SURE, _RATHER_SURE = 0.9, 0.7


def origin_word(origin: Origin) -> str:
    return {
        Origin.PASSPORT_ZONE: tr("passport zone"),
        Origin.CHIP: tr("chip"),
        Origin.BARCODE: tr("barcode"),
        Origin.PRE_REGISTRATION: tr("filled in at home"),
        Origin.PRINTED_TEXT: tr("printed text"),
        Origin.PROOF: tr("proof of identity"),
        Origin.TYPED: tr("typed"),
        Origin.SUGGESTED: tr("suggested"),
    }[origin]


def origin_source(origin: Origin) -> str:
    """Who or what says so, as the beginning of a sentence."""
    return {
        Origin.PASSPORT_ZONE: tr("The passport's zone"),
        Origin.CHIP: tr("The document's chip"),
        Origin.BARCODE: tr("The barcode"),
        Origin.PRE_REGISTRATION: tr("The form filled in at home"),
        Origin.PRINTED_TEXT: tr("The printed text"),
        Origin.PROOF: tr("The proof of identity"),
        Origin.TYPED: tr("What was typed"),
        Origin.SUGGESTED: tr("The suggestion"),
    }[origin]


def sureness_words(sureness: float) -> str:
    """How sure that is, for people: nobody can tell 0.93 from 0.95."""
    if sureness >= _SURE:
        return tr("sure")
    return tr("rather sure") if sureness >= _RATHER_SURE else tr("not sure: compare it")


def _sign(sureness: float) -> str:
    """The same to be seen at a glance."""
    full = 1 + (sureness >= _RATHER_SURE) + (sureness >= _SURE)
    return "●" * full + "○" * (3 - full)


class OriginMark(QLabel):
    """Small, beside a field's name; hidden where there is nothing to be said."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("origin")
        self.setTextFormat(Qt.TextFormat.PlainText)
        align(self, right_to_left=QApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft)
        self.hide()

    def tell(self, filled: PrefilledField | None) -> None:
        """What filled the field and nobody changed since; nothing for what was typed."""
        self.setVisible(filled is not None)
        if filled is None:
            self.clear()
            self.setToolTip("")
            return
        sure = sureness_words(filled.sureness)
        self.setText(f"{origin_word(filled.origin)} {_sign(filled.sureness)}")
        self.setToolTip(tr("From: {source} ({sure})", source=origin_source(filled.origin), sure=sure))

    @property
    def said(self) -> str:
        """For the box it belongs to: what a screen reader says beside its name."""
        return self.toolTip()
