"""One registration's story, to be read from top to bottom."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QSizePolicy

from muster.ui import theme
from muster.ui.audit import words
from muster.ui.language import tr
from muster.ui.widgets.parts import Card, button, label
from muster.workstation.trail_story import Story, StoryLine, Tone

_MARKS = {Tone.CHANGED: "✎", Tone.POOR: "!", Tone.LOOKED: "◉", Tone.DECIDED: "✓", Tone.PAUSE: "…"}


class StoryView(Card):
    """``report_wanted`` when it is to be put on paper, ``evidence_wanted`` to see what the identity rests on."""

    report_wanted = Signal()
    evidence_wanted = Signal()

    def __init__(self, *, may_see_evidence: bool = False) -> None:
        super().__init__(margin=theme.px(theme.GAP), spacing=theme.px(theme.CLOSE))
        self.story: Story | None = None
        self.title = label("", "section")
        self.people = label("", "soft")
        self.devices = label("", "soft")
        self.lines = QListWidget()
        self.lines.setAccessibleName(tr("What happened to this registration"))
        self.lines.setWordWrap(True)
        self.lines.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.lines.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.report = button(tr("Write a report"))
        self.report.clicked.connect(self.report_wanted)
        self._may_see_evidence = may_see_evidence
        self.evidence = button(tr("Evidence"))
        self.evidence.clicked.connect(self.evidence_wanted)
        for each in (self.title, self.people, self.devices):
            each.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Maximum)
            self.column.addWidget(each)
        self.column.addWidget(self.lines, 1)
        row = QHBoxLayout()
        row.addWidget(self.report, 1)
        row.addWidget(self.evidence, 1)
        self.column.addLayout(row)
        self.show_nothing()

    def show_nothing(self) -> None:
        self.story = None
        self.title.setText(tr("Choose a record, or search for a registration: its story stands here."))
        self.lines.clear()
        for each in (self.people, self.devices, self.report, self.evidence, self.lines):
            each.hide()

    def show_story(self, story: Story, sequence: int | None = None) -> None:
        """With the line of that record chosen."""
        self.story = story
        self.title.setText(tr("Registration {number}", number=story.registration_id.text))
        self.people.setText(tr("By {names}", names=", ".join(story.people)))
        self.devices.setText(" · ".join(f"{each.make} {each.model} {each.serial}" for each in story.devices))
        self.lines.clear()
        for line in story.lines:
            item = QListWidgetItem(_text(line))
            item.setData(Qt.ItemDataRole.UserRole, line.sequence)
            self.lines.addItem(item)
            if sequence is not None and line.sequence == sequence:
                self.lines.setCurrentItem(item)
        for each in (self.people, self.report, self.lines):
            each.show()
        self.devices.setVisible(bool(story.devices))
        self.evidence.setVisible(self._may_see_evidence)
        if self.lines.currentItem() is not None:
            self.lines.scrollToItem(self.lines.currentItem())


def _text(line: StoryLine) -> str:
    head = f"{_MARKS.get(line.tone, '·')}  {words.moment(line.at)}  {words.title_of(line)}"
    said = " · ".join(each for each in (line.actor, words.facts_of(line.facts)) if each)
    return f"{head}\n{said}" if said else head
