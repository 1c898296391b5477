"""Every colour of text against what is behind it, and that colours and sizes of type stand nowhere else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from muster.ui import theme

UI = Path(theme.__file__).parent
# What is printed, or read by a machine, is black on white whatever the look.
PAPER = {"a4.py", "slip_pdf.py", "qr.py"}
LOOKS = {"light": theme.LIGHT, "dark": theme.DARK, "contrast": theme.CONTRAST}
_NAMES = {name: name for name in theme.Colours.__slots__ if name not in ("chevron", "check")}


def _luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_the_measure_of_contrast_is_the_one_of_the_guidelines() -> None:
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)
    assert _contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("look", LOOKS)
def test_text_can_be_read_on_everything_it_stands_on(look: str) -> None:
    of, least = LOOKS[look], 7 if look == "contrast" else 4.5
    poor = {
        pair: round(found, 2)
        for pair in theme.TEXT_ON
        if (found := _contrast(getattr(of, pair[0]), getattr(of, pair[1]))) < least
    }
    assert not poor


@pytest.mark.parametrize("look", LOOKS)
def test_edges_and_focus_can_be_seen(look: str) -> None:
    of = LOOKS[look]
    poor = {
        pair: round(found, 2)
        for pair in theme.EDGES_ON
        if (found := _contrast(getattr(of, pair[0]), getattr(of, pair[1]))) < 3
    }
    assert not poor


def test_every_rule_of_the_sheet_keeps_to_the_pairs_that_are_checked() -> None:
    """The sheet is made once with the colours' names in place of colours."""
    named = theme.sheet(theme.Look(theme.Colours(**_NAMES)))
    found = set()
    for body in re.findall(r"\{([^{}]*)\}", named):
        rule = dict(
            re.findall(r"(?:^|[;\s])(color|background|selection-color|selection-background-color):\s*(\w+)", body)
        )
        for text, ground in (("color", "background"), ("selection-color", "selection-background-color")):
            if rule.get(text) in _NAMES and rule.get(ground) in _NAMES:
                found.add((rule[text], rule[ground]))
    assert len(found) >= 10
    assert found <= set(theme.TEXT_ON)


def test_no_colour_is_written_outside_the_theme() -> None:
    written = [
        f"{file.relative_to(UI)}:{number}"
        for file in sorted(UI.rglob("*.py"))
        if file.name not in {"theme.py", *PAPER}
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b(?![^\"']*\w)|GlobalColor\.(?!transparent)", line)
    ]
    assert not written


def test_no_size_of_type_is_written_outside_the_theme() -> None:
    written = [
        f"{file.relative_to(UI)}:{number}"
        for file in sorted(UI.rglob("*.py"))
        if file.name not in {"theme.py", *PAPER}
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"font-size|setPointSize|setPixelSize", line) and "px(" not in line
    ]
    assert not written
