"""``muster operator``: the people of a station from the command line."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from muster.cli.app import build
from muster.clock import utc_now
from muster.crypto.key_slots import Argon2Cost, make_slot
from muster.workstation import station as station_module
from muster.workstation.station import NewOperator, NewStation, Station
from unit.cli.test_app import BrokenScreen


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A station whose passwords lie in files beside it, under their owners' names."""
    cheap = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
    monkeypatch.setattr(station_module, "make_slot", partial(make_slot, cost=cheap))
    new = NewStation(NewOperator("erika", "correct horse"), NewOperator("max", "paper clip"))
    Station.create(tmp_path / "station", new, utc_now)
    for name, password in (("erika", "correct horse"), ("max", "paper clip"), ("heidi", "mountain goat")):
        (tmp_path / name).write_text(password)
    return tmp_path


def _run(root: Path, user: str, *arguments: str) -> tuple[int, Any]:
    common = ["--data", str(root / "station"), "--user", user, "--password-file", str(root / user), "--json"]
    ran = CliRunner().invoke(build(BrokenScreen(), "operator"), ["operator", *arguments, *common])
    return ran.exit_code, json.loads(ran.stdout)


def test_an_officer_is_refused_the_list(root: Path) -> None:
    status, said = _run(root, "erika", "list")
    assert (status, said["error"]["code"]) == (1, "ADMINISTRATOR_ONLY")


def test_somebody_is_added_blocked_let_in_and_removed(root: Path) -> None:
    added = _run(root, "max", "add", "heidi", "--role", "supervisor", "--new-password-file", str(root / "heidi"))
    assert added == (0, {"added": "heidi"})
    assert _run(root, "max", "block", "heidi") == (0, {"changed": "heidi"})
    status, said = _run(root, "heidi", "list")
    assert (status, said["error"]["code"]) == (2, "OPERATOR_BLOCKED")
    _run(root, "max", "block", "heidi", "--undo")
    _, listed = _run(root, "max", "list")
    assert listed["operators"][1] == {
        "user_id": "heidi", "roles": ["supervisor"], "blocked_at": None, "factors": ["password"], "wait_s": 0,
    }  # fmt: skip
    assert _run(root, "max", "remove", "heidi") == (0, {"removed": "heidi"})
    assert _run(root, "heidi", "list")[1]["error"]["code"] == "SIGN_IN_REFUSED"


def test_a_new_password_without_a_file_or_a_terminal_is_asked_for_in_a_sentence(root: Path) -> None:
    status, said = _run(root, "max", "password", "erika")
    assert (status, said["error"]["code"]) == (2, "PASSWORD_NEEDED")
    assert " --new-password-file," in said["error"]["message"]
