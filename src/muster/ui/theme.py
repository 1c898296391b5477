"""Colours, type and spacing in one place: light, dark and high contrast, at 100 to 200 %.

Everything that is drawn asks :func:`colours` when it is drawn, and every fixed size goes through :func:`px`, so
that the look can be changed while the window is open. No colour is written anywhere else.

Text stands at least 4.5:1 from what is behind it, 7:1 in high contrast, and edges and focus rings 3:1 (WCAG 2.2,
1.4.3, 1.4.6 and 1.4.11); :data:`TEXT_ON` and :data:`EDGES_ON` list the pairs. Colour is never the only sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

_ASSETS = Path(__file__).parent / "assets"


@dataclass(frozen=True, slots=True)
class Colours:
    """What each colour is for. ``accent`` is what can be pressed and what has the focus; ``strong`` its deeper
    tone for headings; ``edge`` goes around what is typed into, ``line`` around what is only shown."""

    ink: str
    soft_ink: str
    paper: str
    ground: str
    line: str
    edge: str
    accent: str
    on_accent: str
    strong: str
    accent_pale: str
    header: str
    on_header: str
    header_edge: str
    header_off: str
    off: str
    off_ink: str
    good: str
    good_pale: str
    good_fill: str
    warn: str
    warn_pale: str
    warn_fill: str
    bad: str
    bad_pale: str
    chevron: str = "chevron-down.svg"
    check: str = "check-light.svg"


LIGHT = Colours(
    ink="#16232f",
    soft_ink="#4a5a68",
    paper="#ffffff",
    ground="#eef2f5",
    line="#c4ced6",
    edge="#768895",
    accent="#12557f",
    on_accent="#ffffff",
    strong="#0c3f60",
    accent_pale="#dcebf5",
    header="#0c3f60",
    on_header="#ffffff",
    header_edge="#7fa4bd",
    header_off="#b4cbd9",
    off="#e4e9ed",
    off_ink="#55636f",
    good="#1b6b3a",
    good_pale="#e0f2e6",
    good_fill="#9ed3b1",
    warn="#8a5200",
    warn_pale="#fdf0d9",
    warn_fill="#f3c77b",
    bad="#a61b1b",
    bad_pale="#fbe4e4",
)

DARK = Colours(
    ink="#e8eef3",
    soft_ink="#b3c1cc",
    paper="#1d2831",
    ground="#131b22",
    line="#3c4b57",
    edge="#7b8d9b",
    accent="#82c4f0",
    on_accent="#0d2231",
    strong="#a9d8f7",
    accent_pale="#23425a",
    header="#0b1319",
    on_header="#e8eef3",
    header_edge="#5f7a8d",
    header_off="#8fa3b2",
    off="#2a363f",
    off_ink="#a3b1bc",
    good="#8fdcab",
    good_pale="#1c3a29",
    good_fill="#2c6b45",
    warn="#f5c77a",
    warn_pale="#42331a",
    warn_fill="#7d5413",
    bad="#ffaaa5",
    bad_pale="#4a2426",
    chevron="chevron-down-light.svg",
    check="check-dark.svg",
)

CONTRAST = Colours(
    ink="#ffffff",
    soft_ink="#ffffff",
    paper="#000000",
    ground="#000000",
    line="#ffffff",
    edge="#ffffff",
    accent="#ffe94d",
    on_accent="#000000",
    strong="#ffe94d",
    accent_pale="#1f1f00",
    header="#000000",
    on_header="#ffffff",
    header_edge="#ffffff",
    header_off="#c8c8c8",
    off="#1c1c1c",
    off_ink="#c8c8c8",
    good="#86ffa8",
    good_pale="#002b10",
    good_fill="#005c22",
    warn="#ffc94d",
    warn_pale="#2b1d00",
    warn_fill="#6b4500",
    bad="#ffb3b3",
    bad_pale="#330000",
    chevron="chevron-down-light.svg",
    check="check-dark.svg",
)

TEXT_ON = (
    *((text, ground) for text in ("ink", "soft_ink") for ground in ("paper", "ground", "accent_pale")),
    *((text, ground) for text in ("accent", "strong") for ground in ("paper", "ground", "accent_pale")),
    *((tone, ground) for tone in ("good", "warn", "bad") for ground in ("paper", "ground", f"{tone}_pale")),
    *(("ink", f"{tone}_pale") for tone in ("good", "warn", "bad")),
    *(("soft_ink", f"{tone}_pale") for tone in ("good", "warn", "bad")),
    ("on_accent", "accent"),
    ("on_accent", "strong"),
    ("on_header", "header"),
    ("header", "on_header"),
    ("header_off", "header"),
    ("off_ink", "off"),
    ("off_ink", "paper"),
    ("off_ink", "ground"),
    ("ink", "good_fill"),
    ("ink", "warn_fill"),
    ("ink", "off"),
)
"""Every colour of text and what may be behind it."""

EDGES_ON = (
    *((edge, ground) for edge in ("edge", "accent", "good", "warn", "bad") for ground in ("paper", "ground")),
    ("on_header", "header"),
    ("header_edge", "header"),
    ("ink", "accent_pale"),
)
"""What shows where a thing begins, or has the focus, without words."""

FAMILIES = ["Noto Sans", "Noto Sans Arabic", "Noto Sans Devanagari", "Noto Sans Ethiopic", "DejaVu Sans"]

# The type scale at 100 %, in pixels.
SMALL, BODY, LEAD, LARGE, TITLE = 12, 14, 15, 18, 22

# The spacing scale: within a thing, between things that belong together, between groups, around a page.
TIGHT, CLOSE, GAP, WIDE, PAGE = 4, 8, 12, 18, 26

LEAST_ZOOM, USUAL_ZOOM, MOST_ZOOM = 100, 100, 200
ZOOM_STEP = 25
_SIDE_BY_SIDE_UP_TO = 125


@dataclass(frozen=True, slots=True)
class Look:
    """``zoom`` in per cent."""

    colours: Colours = LIGHT
    zoom: int = USUAL_ZOOM


_look = Look()  # of the one application there is, as its style sheet is


def colours() -> Colours:
    """Those in use now. Ask when drawing, not when starting: they change while the window is open."""
    return _look.colours


def look() -> Look:
    return _look


def px(size: float) -> int:
    """What is ``size`` pixels at 100 %."""
    return round(size * _look.zoom / 100)


def is_large() -> bool:
    """So large that what stands side by side at other times goes one below the other."""
    return _look.zoom > _SIDE_BY_SIDE_UP_TO


def apply(application: QApplication, look: Look | None = None) -> None:
    """Set the same look on every system."""
    global _look  # noqa: PLW0603  (the application and its style are as global)
    _look = look or Look()
    if not application.styleSheet():  # the first time; it restyles everything
        application.setStyle("Fusion")
    application.setPalette(palette(_look.colours))
    font = QFont()
    font.setFamilies(FAMILIES)
    font.setPixelSize(px(BODY))
    application.setFont(font)
    wanted = sheet(_look)
    if application.styleSheet() != wanted:  # Qt styles every widget anew for the same words, too
        application.setStyleSheet(wanted)


def palette(of: Colours) -> QPalette:
    """For what the style sheet does not reach: selections, file dialogs, check boxes, tooltips."""
    made = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, of.ground),
        (QPalette.ColorRole.WindowText, of.ink),
        (QPalette.ColorRole.Base, of.paper),
        (QPalette.ColorRole.AlternateBase, of.ground),
        (QPalette.ColorRole.ToolTipBase, of.paper),
        (QPalette.ColorRole.ToolTipText, of.ink),
        (QPalette.ColorRole.Text, of.ink),
        (QPalette.ColorRole.PlaceholderText, of.soft_ink),
        (QPalette.ColorRole.Button, of.paper),
        (QPalette.ColorRole.ButtonText, of.ink),
        (QPalette.ColorRole.BrightText, of.bad),
        (QPalette.ColorRole.Link, of.accent),
        (QPalette.ColorRole.Highlight, of.accent),
        (QPalette.ColorRole.HighlightedText, of.on_accent),
        (QPalette.ColorRole.Accent, of.accent),
    ):
        made.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(of.off_ink))
    return made


def sheet(look: Look) -> str:
    """The style sheet."""
    c = look.colours

    def s(size: float) -> str:
        return f"{round(size * look.zoom / 100)}px"

    chevron, check = ((_ASSETS / name).as_posix() for name in (c.chevron, c.check))
    on_header = (_ASSETS / "chevron-down-light.svg").as_posix()  # a header is dark in every look
    return f"""
QWidget {{ color: {c.ink}; }}
QMainWindow, QDialog {{ background: {c.ground}; }}
QToolTip {{ background: {c.paper}; color: {c.ink}; border: 1px solid {c.edge}; padding: {s(4)}; }}
QWidget#ground, QScrollArea, QScrollArea > QWidget > QWidget#ground {{ background: {c.ground}; border: none; }}
QScrollArea#clear, QScrollArea#clear > QWidget#qt_scrollarea_viewport > QWidget {{ background: transparent;
    border: none; }}
QFrame#card {{ background: {c.paper}; border: 1px solid {c.line}; border-radius: 8px; }}
QFrame#header {{ background: {c.header}; border: none; border-bottom: 1px solid {c.header_edge}; }}
QFrame#header QLabel {{ color: {c.on_header}; }}
QFrame#coach {{ background: {c.accent_pale}; border: none; border-bottom: 1px solid {c.accent}; }}
QLabel#training, QFrame#header QLabel#training {{
    color: {c.warn}; background: {c.warn_pale}; border: 1px solid {c.warn};
    border-radius: 4px; padding: 0 {s(10)}; margin: {s(10)} 0; font-weight: 600; }}
QFrame#header QLabel#brand {{ font-size: {s(LARGE)}; font-weight: 700; }}
QFrame#header QPushButton {{ color: {c.on_header}; background: transparent; border: 1px solid {c.header_edge};
    padding: {s(2)} {s(12)}; }}
QFrame#header QPushButton:hover {{ border-color: {c.on_header}; }}
QFrame#header QPushButton[menu="true"] {{ padding-right: {s(26)}; }}
QFrame#header QPushButton[menu="true"]:focus {{ padding-right: {s(25)}; }}
QFrame#header QPushButton::menu-indicator {{ image: url("{on_header}"); width: {s(12)}; height: {s(12)};
    subcontrol-origin: padding; subcontrol-position: center right; right: {s(8)}; }}
QFrame#header QPushButton:checked {{ background: {c.on_header}; color: {c.header}; font-weight: 600; }}
QFrame#rail {{ background: {c.paper}; border: none; border-right: 1px solid {c.line}; }}
QFrame#footer {{ background: {c.paper}; border: none; border-top: 1px solid {c.line}; }}
QLabel#title {{ font-size: {s(TITLE)}; font-weight: 600; }}
QLabel#subtitle {{ font-size: {s(LEAD)}; color: {c.soft_ink}; }}
QLabel#spoken {{ font-size: {s(LARGE)}; }}
QLabel#section {{ font-size: {s(LEAD)}; font-weight: 600; color: {c.strong}; }}
QLabel#soft {{ color: {c.soft_ink}; }}
QLabel#small {{ font-size: {s(SMALL)}; color: {c.soft_ink}; }}
QLabel#number {{ font-size: {s(TITLE)}; font-weight: 700; }}
QLabel#sign {{ font-weight: 700; }}
QLabel#sign[kind="good"] {{ color: {c.good}; }}
QLabel#sign[kind="warn"] {{ color: {c.warn}; }}
QLabel#sign[kind="bad"] {{ color: {c.bad}; }}
QLabel#key {{ font-weight: 600; color: {c.strong}; background: {c.accent_pale}; border: 1px solid {c.edge};
    border-radius: 4px; padding: {s(2)} {s(8)}; }}
QFrame#row {{ border: none; border-radius: 6px; }}
QFrame#row[now="true"] {{ background: {c.accent_pale}; }}
QLabel#group {{ font-weight: 600; color: {c.strong}; }}
QLabel#finding {{ color: {c.bad}; }}
QLabel#soft[warning="true"] {{ color: {c.warn}; font-weight: 600; }}
QLabel[tone="good"] {{ background: {c.good_pale}; color: {c.good}; border: 1px solid {c.good}; }}
QLabel[tone="warn"] {{ background: {c.warn_pale}; color: {c.warn}; border: 1px solid {c.warn}; }}
QLabel[tone="bad"] {{ background: {c.bad_pale}; color: {c.bad}; border: 1px solid {c.bad}; }}
QLabel[tone="plain"] {{ background: {c.accent_pale}; color: {c.strong}; border: 1px solid {c.accent_pale}; }}
QLabel[tone] {{ font-size: {s(LEAD)}; border-radius: 6px; padding: {s(9)} {s(12)}; }}
QLabel#badge[tone] {{ font-size: {s(BODY)}; font-weight: 600; padding: {s(2)} {s(10)}; }}
QLabel[tone][large="true"] {{ font-size: {s(TITLE)}; font-weight: 600; }}
QPushButton {{ background: {c.paper}; border: 1px solid {c.edge}; border-radius: 6px;
    padding: {s(7)} {s(16)}; }}
QPushButton:hover {{ border-color: {c.accent}; background: {c.accent_pale}; }}
QPushButton:focus {{ border: 2px solid {c.accent}; padding: {s(6)} {s(15)}; }}
QPushButton:checked {{ background: {c.accent_pale}; border: 2px solid {c.accent}; color: {c.strong};
    font-weight: 600; padding: {s(6)} {s(15)}; }}
QPushButton:disabled {{ color: {c.off_ink}; background: {c.off}; border-color: {c.line}; }}
QPushButton#primary {{ background: {c.accent}; color: {c.on_accent}; border: 1px solid {c.strong};
    font-weight: 600; padding: {s(10)} {s(26)}; }}
QPushButton#primary:hover {{ background: {c.strong}; }}
QPushButton#primary:focus {{ border: 3px solid {c.ink}; padding: {s(8)} {s(24)}; }}
QPushButton#primary:disabled {{ background: {c.off}; color: {c.off_ink}; border-color: {c.line}; }}
QPushButton#step {{ text-align: left; border: none; border-radius: 6px; padding: {s(9)} {s(12)};
    background: transparent; }}
QPushButton#step:hover:enabled {{ background: {c.accent_pale}; }}
QPushButton#step[now="true"] {{ background: {c.accent_pale}; color: {c.strong}; font-weight: 700; }}
QPushButton#step:disabled {{ color: {c.off_ink}; background: transparent; }}
QPushButton#step[now="true"]:disabled {{ background: {c.accent_pale}; color: {c.strong}; }}
QPushButton#step[warning="true"] {{ color: {c.warn}; font-weight: 600; }}
QPushButton#choice {{ padding: {s(2)} {s(16)}; min-height: {s(30)}; max-height: {s(30)}; }}
QPushButton#choice:checked {{ background: {c.accent_pale}; border: 2px solid {c.accent}; color: {c.strong};
    font-weight: 600; }}
QPushButton#large {{ text-align: left; padding: 0; border: 1px solid {c.edge}; border-radius: 8px; }}
QPushButton#large:hover:enabled {{ background: {c.accent_pale}; border-color: {c.accent}; }}
QPushButton#large:focus {{ border: 2px solid {c.accent}; padding: 0; }}
QPushButton#large:disabled {{ background: {c.ground}; }}
QPushButton#large[state="done"] {{ background: {c.good_pale}; border-color: {c.good}; }}
QPushButton#large[state="failed"], QPushButton#large[state="faulty"] {{ background: {c.bad_pale};
    border-color: {c.bad}; }}
QPushButton#large[state="waiting"] {{ background: {c.warn_pale}; border-color: {c.warn}; }}
QPushButton#large[state="ready"] {{ border-color: {c.accent}; }}
QPushButton#large[state="over"], QPushButton#large[state="later"] {{ background: {c.ground}; }}
QPushButton#large[step="true"]:checked {{ border: 3px solid {c.accent}; }}
QPushButton#large[step="true"]:focus {{ border: 3px solid {c.ink}; }}
QFrame#steps {{ background: {c.paper}; border: 1px solid {c.line}; border-radius: 10px; }}
QPushButton#link {{ border: 2px solid transparent; border-radius: 5px; background: transparent;
    color: {c.accent}; padding: 0 {s(4)}; text-decoration: underline; }}
QPushButton#link:hover {{ color: {c.strong}; background: {c.accent_pale}; }}
QPushButton#link:disabled {{ color: {c.off_ink}; background: transparent; }}
QPushButton#link:focus, QPushButton#step:focus {{ border: 2px solid {c.accent}; border-radius: 5px;
    padding: 0 {s(4)}; }}
QPushButton#step:focus {{ padding: {s(7)} {s(10)}; }}
QFrame#header QPushButton:focus {{ border: 2px solid {c.on_header}; padding: {s(1)} {s(11)}; }}
QFrame#header QPushButton:disabled {{ background: transparent; color: {c.header_off}; }}
QLineEdit, QComboBox, QPlainTextEdit, QTextEdit, QSpinBox, QDateEdit {{ background: {c.paper};
    border: 1px solid {c.edge}; border-radius: 5px; padding: {s(6)} {s(8)}; min-height: {s(20)};
    selection-background-color: {c.accent}; selection-color: {c.on_accent}; }}
QLineEdit:focus, QComboBox:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDateEdit:focus {{
    border: 2px solid {c.accent}; padding: {s(5)} {s(7)}; }}
QLineEdit[wrong="true"], QComboBox[wrong="true"] {{ border: 2px solid {c.bad}; padding: {s(5)} {s(7)}; }}
QLineEdit:disabled, QComboBox:disabled {{ background: {c.off}; color: {c.off_ink}; }}
QComboBox {{ combobox-popup: 0; }}
QComboBox::drop-down {{ border: none; width: {s(28)}; }}
QComboBox::down-arrow {{ image: url("{chevron}"); width: {s(14)}; height: {s(14)}; }}
QComboBox QAbstractItemView {{ background: {c.paper}; border: 1px solid {c.edge};
    selection-background-color: {c.accent_pale}; selection-color: {c.ink}; }}
QComboBox QAbstractItemView:focus {{ border: 1px solid {c.edge}; }}
QComboBox QAbstractItemView::item {{ min-height: {s(28)}; padding: 0 {s(6)}; }}
QAbstractItemView {{ background: {c.paper}; alternate-background-color: {c.ground}; border: 1px solid {c.line};
    selection-background-color: {c.accent_pale}; selection-color: {c.ink}; }}
QAbstractItemView:focus {{ border: 2px solid {c.accent}; }}
QHeaderView::section {{ background: {c.ground}; color: {c.strong}; border: none;
    border-bottom: 1px solid {c.line}; padding: {s(5)} {s(8)}; font-weight: 600; }}
QCheckBox, QRadioButton {{ spacing: {s(8)}; padding: {s(3)}; border: 2px solid transparent; border-radius: 5px; }}
QCheckBox:focus, QRadioButton:focus {{ border-color: {c.accent}; }}
QCheckBox::indicator, QRadioButton::indicator {{ width: {s(16)}; height: {s(16)};
    border: 1px solid {c.edge}; border-radius: 3px; background: {c.paper}; }}
QCheckBox::indicator:checked {{ background: {c.accent}; border-color: {c.accent}; image: url("{check}"); }}
QCheckBox::indicator:disabled {{ background: {c.off}; border-color: {c.line}; }}
QRadioButton::indicator {{ border-radius: {s(8)}; }}
QRadioButton::indicator:checked {{ border: {s(5)} solid {c.accent}; width: {s(8)}; height: {s(8)}; }}
QCheckBox:disabled, QRadioButton:disabled {{ color: {c.off_ink}; }}
QMenu {{ background: {c.paper}; border: 1px solid {c.edge}; padding: {s(4)}; }}
QMenu::item {{ padding: {s(8)} {s(18)}; }}
QMenu::item:selected {{ background: {c.accent_pale}; color: {c.ink}; }}
QMenu::item:disabled {{ color: {c.off_ink}; }}
QMenu::separator {{ height: 1px; background: {c.line}; margin: {s(4)}; }}
QProgressBar {{ border: 1px solid {c.edge}; border-radius: 4px; background: {c.paper}; text-align: center;
    height: {s(16)}; }}
QProgressBar::chunk {{ background: {c.good_fill}; border-radius: 3px; }}
QProgressBar[poor="true"]::chunk {{ background: {c.warn_fill}; }}
QLineEdit[suggested="true"] {{ color: {c.soft_ink}; font-style: italic; border-style: dashed; }}
QLabel#finding[mild="true"] {{ color: {c.warn}; }}
QLabel#origin {{ color: {c.soft_ink}; font-size: {s(SMALL)}; }}
QFrame#question {{ background: {c.warn_pale}; border: 1px solid {c.warn}; border-radius: 6px; }}
QFrame#question QLabel {{ color: {c.warn}; }}
QPushButton#small {{ padding: {s(3)} {s(10)}; }}
QPushButton#small:focus {{ padding: {s(2)} {s(9)}; }}
QPushButton#attached {{ padding: {s(7)} {s(8)}; }}
QPushButton#attached:focus {{ padding: {s(6)} {s(7)}; }}
QFrame#keyboard {{ background: {c.ground}; border: 1px solid {c.edge}; border-radius: 8px; }}
QPushButton#key {{ padding: 0 {s(6)}; font-size: {s(LARGE)}; }}
QPushButton#key:checked {{ padding: 0 {s(5)}; font-weight: 400; }}
QPushButton#toggle {{ padding: {s(9)} {s(12)}; }}
QPushButton#toggle:checked, QPushButton#toggle:focus {{ padding: {s(8)} {s(11)}; }}
QFrame#overlay {{ background: {c.paper}; border: 2px solid {c.accent}; border-radius: 10px; }}
"""
