"""Starting the window."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import shiboken6

from muster.clock import utc_now
from muster.ui.application import prepared_application
from muster.ui.background import Background
from muster.ui.language import Languages, language_of_system
from muster.ui.session import Session
from muster.ui.window import MainWindow
from muster.workstation.data_folder import DataFolder
from muster.workstation.lanes import Lanes

if TYPE_CHECKING:
    from muster.workstation.server import ServerTerms


def run(data: Path | None, *, demo: bool = False) -> int:
    """Open the window; returns the process's exit status when it is closed."""
    application = prepared_application()
    folder = data or (DataFolder.default_demo() if demo else DataFolder.default()).root
    session = Session(
        folder,
        utc_now,
        demo=demo,
        server_address=os.environ.get("MUSTER_SERVER"),
        server_terms=_server_terms,
    )
    if demo:
        session.create_demo()
    languages = Languages(application)
    languages.use(language_of_system())
    with Lanes() as lanes:
        window = MainWindow(session, Background(lanes), languages)
        window.show()
        status = application.exec()
    shiboken6.delete(window)  # from the outside in, as Qt does; the interpreter has no such order where it ends
    session.close()
    return int(status)


def _server_terms() -> ServerTerms:
    from muster.workstation.server import ServerTerms

    return ServerTerms.of(os.environ)
