"""How the cards of a form are put into two columns."""

from __future__ import annotations

from muster.ui.wizard.demographics_cells import in_two_columns


def test_a_form_is_as_low_as_it_can_be() -> None:
    assert in_two_columns([6, 12, 3]) == ([0, 2], [1])


def test_among_equals_the_form_s_order_is_kept() -> None:
    assert in_two_columns([4, 4, 4, 4]) == ([0, 1], [2, 3])


def test_the_first_card_stands_where_reading_begins() -> None:
    assert in_two_columns([1, 9]) == ([0], [1])
    assert in_two_columns([5]) == ([0], [])
    assert in_two_columns([]) == ([], [])


def test_a_form_of_very_many_cards_is_cut_in_the_middle() -> None:
    assert in_two_columns([1] * 30) == (list(range(15)), list(range(15, 30)))
