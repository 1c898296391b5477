"""The other devices that could be used instead of one that does not do."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from muster.workstation.devices_desk import DeviceLine


class OtherDevices(QMenu):
    """``wanted`` with the id of the one that was chosen."""

    wanted = Signal(str)

    def offer(self, lines: Collection[DeviceLine], kind: str, beside: QWidget) -> bool:
        """Show those of ``kind`` that are ready and not in use already; False where there is none."""
        self.clear()
        for line in lines:
            if line.kind == kind and line.problem is None and not line.chosen:
                self.addAction(f"{line.make} {line.model}", partial(self.wanted.emit, line.id))
        if self.isEmpty():
            return False
        self.popup(beside.mapToGlobal(beside.rect().topLeft()))
        return True
