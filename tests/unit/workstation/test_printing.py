"""The print service of the system, played by two programs on the path."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from muster.audit.catalogue import AuditEvent
from muster.domain.registration import RegistrationId
from muster.errors import Unavailable
from muster.workstation.slip import Paper
from unit.workstation.desks import audited, desk_at

_LPSTAT = """#!/bin/sh
case "$1" in
  -e) printf 'Label\\nOffice\\n' ;;
  -d) echo "system default destination: Office" ;;
esac
"""
_LP = """#!/bin/sh
for last; do :; done
cp "$last" "{tray}/printed.pdf"
echo "$*" > "{tray}/asked"
exit {status}
"""


@pytest.fixture
def tray(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the printer puts what it printed."""
    made = tmp_path / "tray"
    made.mkdir()
    _programs(made, monkeypatch, status=0)
    return made


def _programs(tray: Path, monkeypatch: pytest.MonkeyPatch, *, status: int) -> None:
    for name, text in (("lpstat", _LPSTAT), ("lp", _LP.format(tray=tray, status=status))):
        path = tray / name
        path.write_text(text)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tray}:/usr/bin:/bin")


def test_the_printer_gets_the_pages_their_size_and_the_number_as_title(
    signed: tuple[Path, RegistrationId], tray: Path
) -> None:
    root, number = signed
    with desk_at(root) as desk:
        desk.printing.print_pdf(number, b"%PDF-1.7 slip", (80, 190), "Label")
        assert AuditEvent.SLIP_PRINTED.id in audited(desk, number)
    assert (tray / "printed.pdf").read_bytes() == b"%PDF-1.7 slip"
    asked = (tray / "asked").read_text().split()
    assert asked[:4] == ["-d", "Label", "-t", number.text]
    assert "media=Custom.80x190mm" in asked


def test_nothing_of_the_slip_stays_in_a_temporary_file(signed: tuple[Path, RegistrationId], tray: Path) -> None:
    root, number = signed
    with desk_at(root) as desk:
        desk.printing.print_pdf(number, b"%PDF-1.7 slip", (80, 190))
    path = Path((tray / "asked").read_text().split()[-1])
    assert not path.exists() and not path.parent.exists()


def test_the_default_printer_is_the_first(root: Path, tray: Path) -> None:
    with desk_at(root) as desk:
        assert desk.printing.printers() == ("Office", "Label")


def test_a_printer_that_says_no_is_told_by_its_name(
    signed: tuple[Path, RegistrationId], tray: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _programs(tray, monkeypatch, status=1)
    root, number = signed
    with desk_at(root) as desk:
        with pytest.raises(Unavailable, match="PRINTER_REFUSED") as refused:
            desk.printing.print_pdf(number, b"%PDF-1.7 slip", (80, 190), "Label")
        assert refused.value.detail == {"printer": "Label"}
        assert AuditEvent.SLIP_PRINTED.id not in audited(desk, number)


def test_a_computer_without_a_print_service_says_so(
    signed: tuple[Path, RegistrationId], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    root, number = signed
    with desk_at(root) as desk:
        assert desk.printing.printers() == ()
        with pytest.raises(Unavailable, match="PRINT_SERVICE_ABSENT"):
            desk.printing.print_pdf(number, b"%PDF-1.7 slip", (80, 190))


def test_printer_and_paper_are_remembered_for_the_station(root: Path, tray: Path) -> None:
    with desk_at(root) as desk:
        assert desk.printing.choice() == ("", Paper.A5)
        desk.printing.choose("Label", Paper.ROLL_80)
    with desk_at(root) as desk:
        assert desk.printing.choice() == ("Label", Paper.ROLL_80)
