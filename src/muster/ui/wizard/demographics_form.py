"""All fields of a form, in cards beside one another, and the way through them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import groupby, pairwise

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from muster.ui import theme
from muster.ui.widgets.place_search import PlaceSearch
from muster.ui.wizard.demographics_cells import CellWords, FieldCell, GroupCard, SearchCell, in_two_columns, weight
from muster.ui.wizard.demographics_presenter import Place
from muster.workstation.forms import FormField
from muster.workstation.reference import Labels

Say = Callable[[Labels, str], str]
"""Labels in the window's language, or what stands for them."""


class FormView(QWidget):
    """The signals bring the field first; then the language and the text, the code, the language, the tick.

    Made with its cards; there is a cell for each field once all ``pieces`` are done."""

    typed = Signal(str, str, str)
    chosen = Signal(str, str)
    left = Signal(str, str)
    handle_chosen = Signal(str, bool)

    def __init__(
        self,
        fields: Mapping[str, FormField],
        words: CellWords,
        say: Say,
        search: PlaceSearch,
        *,
        in_one_column: bool,
    ) -> None:
        super().__init__()
        self._say, self._fields, self._words = say, fields, words
        self.cells: dict[str, FieldCell] = {}
        self._card_of: dict[str, GroupCard] = {}
        first_place = next((each for each in fields.values() if each.level is not None), None)
        cards, weights = [], []
        for title, group in self._groups(fields.values()):
            has_search = first_place in group
            card = GroupCard(title, SearchCell(search) if has_search else None)
            self._card_of.update((each.id, card) for each in group)
            cards.append(card)
            weights.append(weight(group, has_search=has_search))
        sides = [cards]
        if not in_one_column:
            sides = [[cards[each] for each in side] for side in in_two_columns(weights)]
        self._cards = [card for side in sides for card in side]
        self._lay_out(sides)

    def pieces(self) -> Iterator[None]:
        """A cell each."""
        for name, field in self._fields.items():
            self._add(name, FieldCell(field, self._say(field.labels, name), self._words))
            yield
        # Tab goes the way the eye does, not the way the form was described.
        for before, after in pairwise(widget for card in self._cards for widget in card.tab_order):
            QWidget.setTabOrder(before, after)

    def _add(self, name: str, cell: FieldCell) -> None:
        self.cells[name] = cell
        self._card_of[name].add(cell)
        cell.edited.connect(partial(self.typed.emit, name))
        cell.chosen.connect(partial(self.chosen.emit, name))
        cell.left.connect(partial(self.left.emit, name))
        cell.handle_chosen.connect(partial(self.handle_chosen.emit, name))

    def _groups(self, fields: Iterable[FormField]) -> list[tuple[str, list[FormField]]]:
        """Groups of several fields with their names; fields that are a group of their own share a card, as a name
        above each would say everything twice."""
        found: list[tuple[str, list[FormField]]] = []
        for group in (list(each) for _, each in groupby(fields, key=lambda each: each.group)):
            if len(group) > 1:
                found.append((self._say(group[0].group_labels, group[0].group), group))
            elif found and not found[-1][0]:
                found[-1][1].extend(group)
            else:
                found.append(("", group))
        return found

    def _lay_out(self, sides: list[list[GroupCard]]) -> None:
        columns = QHBoxLayout(self)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(theme.px(theme.GAP))
        for side in sides:
            column = QVBoxLayout()
            column.setSpacing(theme.px(theme.GAP))
            for card in side:
                column.addWidget(card)
            column.addStretch(1)
            columns.addLayout(column, 1)

    def show_only(self, shown: Iterable[str]) -> None:
        shown = tuple(shown)
        for card in self._cards:
            card.show_only(shown)

    def order(self, shown: Iterable[str]) -> tuple[Place, ...]:
        """The places from first to last, as they are seen: down the first column, then the second."""
        there = set(shown)
        return tuple(
            place for card in self._cards for cell in card.cells if cell.field.id in there for place in cell.places
        )

    def place_of(self, widget: QObject | None) -> Place | None:
        """Where the keyboard is, if it is in the form."""
        return next(
            (
                place
                for cell in self.cells.values()
                for place, each in zip(cell.places, cell.widgets, strict=True)
                if each is widget
            ),
            None,
        )
