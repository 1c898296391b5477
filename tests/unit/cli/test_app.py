"""The command line in this process: what is refused before anything is opened, and a window that cannot open."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from muster.cli.app import build
from muster.crypto.signing import SigningKey
from muster.errors import BadInput
from muster.workstation.audit_report import AuditReport
from muster.workstation.demo import NOT_A_DEMO_STATION
from muster.workstation.figures import Figure
from muster.workstation.slip import Paper, Slip


class BrokenScreen:
    """Implements ``cli.common.Screen``: a window that cannot be opened over this folder."""

    def open_window(self, data: Path | None, *, demo: bool) -> int:
        raise BadInput(NOT_A_DEMO_STATION)

    def write_slip(self, slip: Slip, path: Path, paper: Paper | None = None) -> None:
        raise NotImplementedError

    def slip_pdf(self, slip: Slip, paper: Paper) -> tuple[bytes, tuple[float, float]]:
        raise NotImplementedError

    def lay_out_figures(self, figures: Iterable[Figure], station: str) -> bytes:
        raise NotImplementedError

    def lay_out_report(self, report: AuditReport) -> bytes:
        raise NotImplementedError

    def take_pictures(self, folder: Path, on_picture: Callable[[Path], None]) -> list[Path]:
        raise NotImplementedError


def run(*arguments: object) -> Result:
    words = [str(each) for each in arguments]
    return CliRunner().invoke(build(BrokenScreen(), words[0] if words else ""), words)  # as the program does


def test_a_window_that_cannot_be_opened_ends_with_a_sentence(tmp_path: Path) -> None:
    ran = run("--demo", "--data", tmp_path)
    assert ran.exit_code == 2
    assert ran.stderr == f"{NOT_A_DEMO_STATION.sentence} [NOT_A_DEMO_STATION]\n"


def test_a_training_station_says_in_the_terminal_where_it_lies(tmp_path: Path) -> None:
    assert run("--demo", "--data", tmp_path).stdout == f"Opening the training station in {tmp_path}\n"


@pytest.mark.parametrize("limit", ["0", "-1", "100001", "99999999999999999999", "many"])
def test_a_limit_that_no_list_has_is_a_usage_error(tmp_path: Path, limit: str) -> None:
    ran = run("audit", "list", "--limit", limit, "--data", tmp_path)
    assert ran.exit_code == 2
    assert "--limit" in ran.stderr


def test_people_on_a_trip_without_days_are_a_usage_error(tmp_path: Path) -> None:
    ran = run("limits", "--people", "12", "--data", tmp_path)
    assert ran.exit_code == 2
    assert "--days" in ran.stderr


def test_a_file_in_the_folders_place_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear Sir or Madam")
    ran = run("audit", "list", "--data", tmp_path / "letter", "--json")
    assert ran.exit_code == 2
    assert json.loads(ran.stdout)["error"]["code"] == "DATA_FOLDER_IS_FILE"


@pytest.mark.parametrize("name", ["foo", "", "1_1", "10001-10001", "10001_10001_1", "../../10001_10001"])
def test_a_machine_without_its_two_numbers_is_said_to_be_written_wrongly(tmp_path: Path, name: str) -> None:
    (tmp_path / "key.pem").write_bytes(SigningKey.generate().public_pem)
    ran = run("receiver", "--machine", f"{name}={tmp_path / 'key.pem'}", "--data", tmp_path / "data", "--json")
    assert ran.exit_code == 2
    assert json.loads(ran.stdout)["error"]["code"] == "MACHINE_UNREADABLE"
    assert not (tmp_path / "data").exists()
