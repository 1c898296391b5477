"""Starting the window."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from muster.clock import utc_now
from muster.ui import theme
from muster.ui.background import Background
from muster.ui.language import Languages, language_of_system
from muster.ui.session import Session
from muster.ui.window import MainWindow
from muster.workstation.data_folder import DataFolder
from muster.workstation.lanes import Lanes


def run(data: Path | None, *, demo: bool = False) -> int:
    """Open the window; returns the process's exit status when it is closed."""
    application = prepared_application()
    folder = data or (DataFolder.default_demo() if demo else DataFolder.default()).root
    session = Session(folder, utc_now, demo=demo, server_address=os.environ.get("MUSTER_SERVER"))
    if demo:
        session.create_demo()
    languages = Languages(application)
    languages.use(language_of_system())
    with Lanes() as lanes:
        window = MainWindow(session, Background(lanes), languages)
        window.show()
        status = application.exec()
    session.close()
    return int(status)


def prepared_application() -> QApplication:
    """The application with our look; the one there is already, in tests."""
    # opencv-python sets these to its own Qt 5 plug-ins when it is imported anywhere.
    for variable in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
        os.environ.pop(variable, None)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("Muster")
    theme.apply(application)
    return application
