"""Slips on paper through the print service of the system (CUPS: Linux and macOS), roll printers included.

``lp`` and ``lpstat`` are asked, as programs: their words are the same since decades, and a printer's driver that
crashes takes neither of them nor us along. Which printer and which paper is remembered for the station.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from muster.audit.catalogue import AuditEvent
from muster.domain.registration import RegistrationId
from muster.errors import Code, Unavailable
from muster.workstation.journal import Journal
from muster.workstation.slip import Paper

PRINT_SERVICE_ABSENT = Code(
    "PRINT_SERVICE_ABSENT",
    "This computer has no print service that could be asked. Save the slip as a PDF, or ask your administrator.",
)
PRINTER_REFUSED = Code(
    "PRINTER_REFUSED",
    "The printer {printer} did not take the slip. Look whether it is on and has paper, and print again.",
)

_SETTING = "slip_printing"
_PATIENCE_S = 20.0
_ANY = ""


class Printing:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def printers(self) -> tuple[str, ...]:
        """What the print service has, the default first; none where there is no service."""
        try:
            names = _ask("lpstat", "-e").split()
            said = _ask("lpstat", "-d").rpartition(":")
        except Unavailable:
            return ()
        default = said[2].strip() if said[1] else ""
        return tuple(sorted(names, key=lambda each: (each != default, each)))

    def choice(self) -> tuple[str, Paper]:
        """The printer (empty: the default one) and the paper that were used last."""
        with self._journal.database.read() as work:
            kept = work.settings.get(_SETTING) or ""
        paper, _, printer = kept.partition(" ")
        known = {each.value: each for each in Paper}
        return printer, known.get(paper, Paper.A5)

    def choose(self, printer: str, paper: Paper) -> None:
        if (printer, paper) == self.choice():
            return
        with self._journal.database.work() as work:
            work.settings.put(_SETTING, f"{paper.value} {printer}")
            actor = self._journal.operator.user_id
            work.record(AuditEvent.DEVICE_CHOSEN, actor=actor, kind="printer", device=printer or "default")

    def print_pdf(
        self, registration_id: RegistrationId, content: bytes, size_mm: tuple[float, float], printer: str = _ANY
    ) -> None:
        """``content`` is the slip as PDF, ``size_mm`` its page. Raises ``Unavailable``: no service, or the
        printer's no."""
        width, height = size_mm
        media = f"media=Custom.{width:.0f}x{height:.0f}mm"
        with tempfile.TemporaryDirectory(prefix="muster-slip-") as folder:  # for this user's eyes only
            path = Path(folder) / "slip.pdf"
            path.write_bytes(content)
            chosen = ["-d", printer] if printer else []
            title = registration_id.text
            _ask("lp", *chosen, "-t", title, "-o", media, "-o", "fit-to-page", "--", str(path), printer=printer)
        self.note(registration_id, to="printer")

    def note(self, registration_id: RegistrationId, *, to: str) -> None:
        """Into the trail: a slip is personal data that leaves the station."""
        self._journal.note(registration_id, AuditEvent.SLIP_PRINTED, to=to)


def _ask(program: str, *arguments: str, printer: str = "") -> str:
    found = shutil.which(program)
    if found is None:
        raise Unavailable(PRINT_SERVICE_ABSENT)
    try:
        done = subprocess.run(
            [found, *arguments],
            check=False,
            capture_output=True,
            timeout=_PATIENCE_S,
            stdin=subprocess.DEVNULL,
            env=_plain_words(os.environ),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(PRINTER_REFUSED, printer=printer) from error
    if done.returncode:
        raise Unavailable(PRINTER_REFUSED, printer=printer)
    return done.stdout.decode("utf-8", "replace")


def _plain_words(environment: Mapping[str, str]) -> Mapping[str, str]:
    """Its answers are read: they are not to come in somebody's language."""
    return {**environment, "LC_ALL": "C"}
