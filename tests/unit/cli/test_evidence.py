"""``muster evidence show`` and ``file`` in this process."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import Result

from muster.domain.registration import RegistrationId
from unit.cli.test_app import run
from unit.proofing.graphs import method
from unit.workstation.desks import OFFICER, SUPERVISOR, desk_at, make_station
from unit.workstation.test_evidence_files import BILL, Sharing
from unit.workstation.test_proofing_step import configuration, entered

Known = tuple[Path, RegistrationId, str]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Known:
    """Somebody whose proof brought a bill, by its digest."""
    root = tmp_path_factory.mktemp("evidence") / "station"
    make_station(root)
    for each in (OFFICER, SUPERVISOR):
        (root.parent / each.user_id).write_text(each.password)
    with desk_at(root, who=SUPERVISOR) as desk:
        desk.proofing_configuration.set(configuration(method("a")))
    with desk_at(root) as desk:
        desk.proofing.methods = {"vouch": Sharing("vouch")}
        person = entered(desk)
        view = desk.enrollment.proof.open(person).view
        assert view is not None
        desk.proofing.dispatch(view.execution_id, "a")
        (piece,) = desk.evidence.submissions(person)
        return root, person, piece.artifacts[0].digest


def asked(known: Known, *arguments: object, who: str = SUPERVISOR.user_id) -> Result:
    root = known[0]
    return run("evidence", *arguments, "--data", root, "--user", who, "--password-file", root.parent / who)


def test_no_officer_copies_a_file(known: Known, tmp_path: Path) -> None:
    copied = asked(known, "file", known[1].text, known[2], "--out", tmp_path / "bill", who=OFFICER.user_id)
    assert copied.exit_code == 1
    assert not (tmp_path / "bill").exists()


def test_a_file_that_is_not_there_is_refused(known: Known, tmp_path: Path) -> None:
    assert asked(known, "file", known[1].text, "0" * 64, "--out", tmp_path / "bill").exit_code == 2


def test_a_supervisor_is_told_of_the_files_and_copies_one(known: Known, tmp_path: Path) -> None:
    shown = asked(known, "show", known[1].text, "--all").stdout
    assert f"proof_of_residence application/pdf, {len(BILL)} bytes, {known[2]} RE1.jpg" in shown
    assert asked(known, "file", known[1].text, known[2], "--out", tmp_path / "bill").exit_code == 0
    assert (tmp_path / "bill").read_bytes() == BILL
