"""Colours, type and spacing in one place. Text is never lighter than 4.5:1 against what is behind it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

INK = "#16232f"
SOFT_INK = "#4a5a68"  # 7:1 on white
PAPER = "#ffffff"
GROUND = "#eef2f5"
LINE = "#c4ced6"
ACCENT = "#12557f"
ACCENT_DARK = "#0c3f60"
ACCENT_PALE = "#dcebf5"
GOOD = "#1b6b3a"
GOOD_PALE = "#e0f2e6"
GOOD_FILL = "#9ed3b1"
WARN_FILL = "#f3c77b"
WARN = "#8a5200"
WARN_PALE = "#fdf0d9"
BAD = "#a61b1b"
BAD_PALE = "#fbe4e4"

_CHEVRON = (Path(__file__).parent / "assets" / "chevron-down.svg").as_posix()

FAMILIES = ["Noto Sans", "Noto Sans Arabic", "Noto Sans Devanagari", "DejaVu Sans"]

_SHEET = f"""
QWidget {{ color: {INK}; }}
QWidget#ground, QScrollArea, QScrollArea > QWidget > QWidget#ground {{ background: {GROUND}; border: none; }}
QScrollArea#clear, QScrollArea#clear > QWidget#qt_scrollarea_viewport > QWidget {{ background: transparent;
    border: none; }}
QFrame#card {{ background: {PAPER}; border: 1px solid {LINE}; border-radius: 8px; }}
QFrame#header {{ background: {ACCENT_DARK}; }}
QFrame#header QLabel {{ color: white; }}
QFrame#header QLabel#brand {{ font-size: 17px; font-weight: 700; }}
QFrame#header QPushButton {{ color: white; background: transparent; border: 1px solid #7fa4bd;
    padding: 2px 12px; }}
QFrame#header QPushButton:hover {{ background: {ACCENT}; }}
QFrame#header QPushButton:checked {{ background: white; color: {ACCENT_DARK}; font-weight: 600; }}
QFrame#rail {{ background: {PAPER}; border: none; border-right: 1px solid {LINE}; }}
QFrame#footer {{ background: {PAPER}; border: none; border-top: 1px solid {LINE}; }}
QLabel#title {{ font-size: 22px; font-weight: 600; }}
QLabel#subtitle {{ font-size: 15px; color: {SOFT_INK}; }}
QLabel#spoken {{ font-size: 17px; }}
QLabel#section {{ font-size: 15px; font-weight: 600; color: {ACCENT_DARK}; }}
QLabel#soft {{ color: {SOFT_INK}; }}
QLabel#number {{ font-size: 20px; font-weight: 700; }}
QFrame#row {{ border: none; border-radius: 6px; }}
QFrame#row[now="true"] {{ background: {ACCENT_PALE}; }}
QLabel#group {{ font-weight: 600; color: {ACCENT_DARK}; }}
QLabel#finding {{ color: {BAD}; }}
QLabel#soft[warning="true"] {{ color: {WARN}; font-weight: 600; }}
QLabel[tone="good"] {{ background: {GOOD_PALE}; color: {GOOD}; border-radius: 6px; padding: 10px 12px; }}
QLabel[tone="warn"] {{ background: {WARN_PALE}; color: {WARN}; border-radius: 6px; padding: 10px 12px; }}
QLabel[tone="bad"] {{ background: {BAD_PALE}; color: {BAD}; border-radius: 6px; padding: 10px 12px; }}
QLabel[tone="plain"] {{ background: {ACCENT_PALE}; color: {ACCENT_DARK}; border-radius: 6px; padding: 10px 12px; }}
QLabel[tone] {{ font-size: 15px; }}
QLabel[tone][large="true"] {{ font-size: 21px; font-weight: 600; }}
QPushButton {{ background: {PAPER}; border: 1px solid {LINE}; border-radius: 6px; padding: 7px 16px; }}
QPushButton:hover {{ border-color: {ACCENT}; }}
QPushButton:focus {{ border: 2px solid {ACCENT}; padding: 6px 15px; }}
QPushButton:disabled {{ color: #66747f; background: #e4e9ed; border-color: #d3dbe1; }}
QPushButton#primary {{ background: {ACCENT}; color: white; border: 1px solid {ACCENT_DARK}; font-weight: 600;
    padding: 10px 26px; }}
QPushButton#primary:hover {{ background: {ACCENT_DARK}; }}
QPushButton#primary:focus {{ border: 2px solid {INK}; padding: 9px 25px; }}
QPushButton#primary:disabled {{ background: #9fb3c1; color: #22313d; border-color: #9fb3c1; }}
QPushButton#step {{ text-align: left; border: none; border-radius: 6px; padding: 9px 12px;
    background: transparent; }}
QPushButton#step:hover:enabled {{ background: {ACCENT_PALE}; }}
QPushButton#step[now="true"] {{ background: {ACCENT_PALE}; color: {ACCENT_DARK}; font-weight: 700; }}
QPushButton#step:disabled {{ color: {SOFT_INK}; background: transparent; }}
QPushButton#step[now="true"]:disabled {{ background: {ACCENT_PALE}; color: {ACCENT_DARK}; }}
QPushButton#step[warning="true"] {{ color: {WARN}; font-weight: 600; }}
QPushButton#choice {{ padding: 2px 16px; min-height: 30px; max-height: 30px; }}
QPushButton#choice:checked {{ background: {ACCENT_PALE}; border: 2px solid {ACCENT}; color: {ACCENT_DARK};
    font-weight: 600; }}
QPushButton#large {{ text-align: left; padding: 0; border: 1px solid #8fa0ad; border-radius: 8px; }}
QPushButton#large:hover:enabled {{ background: {ACCENT_PALE}; border-color: {ACCENT}; }}
QPushButton#large:focus {{ border: 2px solid {ACCENT}; padding: 0; }}
QPushButton#large:disabled {{ background: #eef1f3; }}
QPushButton#large[state="done"] {{ background: {GOOD_PALE}; border-color: {GOOD}; }}
QPushButton#large[state="failed"], QPushButton#large[state="faulty"] {{ background: {BAD_PALE};
    border-color: {BAD}; }}
QPushButton#large[state="waiting"] {{ background: {WARN_PALE}; border-color: {WARN}; }}
QPushButton#large[state="ready"] {{ border-color: {ACCENT}; }}
QPushButton#large[state="over"], QPushButton#large[state="later"] {{ background: {GROUND}; }}
QPushButton#large[step="true"]:checked {{ border: 3px solid {ACCENT}; }}
QPushButton#large[step="true"]:focus {{ border: 3px solid {INK}; }}
QFrame#steps {{ background: {PAPER}; border: 1px solid {LINE}; border-radius: 10px; }}
QPushButton#link {{ border: none; background: transparent; color: {ACCENT}; padding: 2px 6px;
    text-decoration: underline; }}
QPushButton#link:focus, QPushButton#step:focus {{ border: 2px solid {ACCENT}; border-radius: 5px;
    padding: 0 4px; }}
QPushButton#step:focus {{ padding: 7px 10px; }}
QFrame#header QPushButton:focus {{ border: 2px solid white; padding: 1px 11px; }}
QFrame#header QPushButton:disabled {{ background: transparent; color: #9fb8c9; }}
QLineEdit, QComboBox {{ background: {PAPER}; border: 1px solid #8fa0ad; border-radius: 5px; padding: 6px 8px;
    min-height: 20px; selection-background-color: {ACCENT}; }}
QLineEdit:focus, QComboBox:focus {{ border: 2px solid {ACCENT}; padding: 5px 7px; }}
QLineEdit[wrong="true"], QComboBox[wrong="true"] {{ border: 2px solid {BAD}; padding: 5px 7px; }}
QComboBox::drop-down {{ border: none; width: 28px; }}
QComboBox::down-arrow {{ image: url("{_CHEVRON}"); width: 14px; height: 14px; }}
QComboBox:disabled {{ background: #e4e9ed; color: #55636f; }}
QComboBox QAbstractItemView {{ background: {PAPER}; selection-background-color: {ACCENT_PALE};
    selection-color: {INK}; }}
QMenu {{ background: {PAPER}; border: 1px solid {LINE}; padding: 4px; }}
QMenu::item {{ padding: 8px 18px; }}
QMenu::item:selected {{ background: {ACCENT_PALE}; color: {INK}; }}
QProgressBar {{ border: 1px solid {LINE}; border-radius: 4px; background: {PAPER}; text-align: center;
    height: 16px; }}
QProgressBar::chunk {{ background: {GOOD_FILL}; border-radius: 3px; }}
QProgressBar[poor="true"]::chunk {{ background: {WARN_FILL}; }}
"""


def apply(application: QApplication) -> None:
    """Set the same look on every system, light whatever the desktop prefers."""
    application.setStyle("Fusion")
    palette = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, GROUND),
        (QPalette.ColorRole.WindowText, INK),
        (QPalette.ColorRole.Base, PAPER),
        (QPalette.ColorRole.AlternateBase, GROUND),
        (QPalette.ColorRole.Text, INK),
        (QPalette.ColorRole.PlaceholderText, "#5d6c78"),
        (QPalette.ColorRole.Button, PAPER),
        (QPalette.ColorRole.ButtonText, INK),
        (QPalette.ColorRole.Highlight, ACCENT),
        (QPalette.ColorRole.HighlightedText, PAPER),
    ):
        palette.setColor(role, QColor(colour))
    application.setPalette(palette)
    font = QFont()
    font.setFamilies(FAMILIES)
    font.setPixelSize(14)
    application.setFont(font)
    application.setStyleSheet(_SHEET)
