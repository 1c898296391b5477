"""The QApplication with our look."""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QLoggingCategory
from PySide6.QtWidgets import QApplication

from muster.ui import theme

_SWITCH_S = 0.0001


def prepared_application() -> QApplication:
    """The application with our look; the one there is already, in tests."""
    # opencv-python sets these to its own Qt 5 plug-ins when it is imported anywhere.
    for variable in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
        os.environ.pop(variable, None)
    # It tells of every fallback from one font to another, which is what it is asked to do.
    QLoggingCategory.setFilterRules("qt.text.font.db=false")
    # How long a lane that is busy keeps the interpreter while the window waits for it.
    sys.setswitchinterval(_SWITCH_S)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("Muster")
    theme.apply(application)
    return application
