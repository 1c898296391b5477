"""The composition root: the command line and the window, put together.

Qt is imported when something is shown, not before: ``muster packet inspect`` on a server has no display and
needs none. Nor are the commands imported for the window.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from muster.errors import Code, MusterError, Unavailable

if TYPE_CHECKING:
    from muster.workstation.audit_report import AuditReport
    from muster.workstation.figures import Figure
    from muster.workstation.slip import Paper, Slip


NO_DISPLAY = Code(
    "NO_DISPLAY",
    "There is no display that a window could be shown on. Start this program in a graphical session; the commands "
    "work without one.",
)

_WHERE_WINDOWS_SHOW = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


class QtScreen:
    """Implements ``cli.common.Screen``."""

    def open_window(self, data: Path | None, *, demo: bool) -> int:
        """Raises ``Unavailable(NO_DISPLAY)`` on Linux, where Qt would end the process; elsewhere there is one."""
        if sys.platform == "linux" and not any(map(os.environ.get, _WHERE_WINDOWS_SHOW)):
            raise Unavailable(NO_DISPLAY)
        from muster.ui.app import run

        return run(data, demo=demo)

    def write_slip(self, slip: Slip, path: Path, paper: Paper | None = None) -> None:
        from muster.ui.slip_pdf import write
        from muster.workstation.slip import Paper

        write(slip, path, paper or Paper.A5)

    def slip_pdf(self, slip: Slip, paper: Paper) -> tuple[bytes, tuple[float, float]]:
        from muster.ui.slip_pdf import content, size_mm

        pdf = content(slip, paper)  # which makes the application that fonts need
        return pdf, size_mm(slip, paper)

    def lay_out_report(self, report: AuditReport) -> bytes:
        from muster.ui.audit.report_pdf import lay_out

        return lay_out(report)

    def lay_out_figures(self, figures: Iterable[Figure], station: str) -> bytes:
        from muster.ui.dashboard.figures_pdf import lay_out

        return lay_out(figures, station)

    def take_pictures(self, folder: Path, on_picture: Callable[[Path], None]) -> list[Path]:
        from muster.ui.tour import run

        return run(folder, on_picture)


def main() -> None:
    words = sys.argv[1:]
    if _only_opens_the_window(words):
        sys.exit(_open_window(Path(words[1]) if words else None))
    from muster.cli.app import build

    build(QtScreen(), words[0] if words else "")()


def _only_opens_the_window(words: Sequence[str]) -> bool:
    """As a click on the program does. To know the commands takes as long as the window, and none is asked for."""
    return not words or (len(words) == 2 and words[0] == "--data")


def _open_window(data: Path | None) -> int:
    try:
        return QtScreen().open_window(data, demo=False)
    except MusterError as error:
        from muster.cli.common import tell

        return tell(error)


if __name__ == "__main__":
    main()
