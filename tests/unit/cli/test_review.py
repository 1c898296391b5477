"""``muster review`` and ``muster audit`` in this process: a registration from the list to the checked trail."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from typer.testing import Result

from muster.clock import utc_now
from muster.crypto.key_slots import Argon2Cost, make_slot
from muster.domain.registration import RegistrationId, Step
from muster.domain.review import ReviewRules
from muster.domain.review_decision import Reason
from muster.workstation import station as station_module
from muster.workstation.demo import demo_script
from muster.workstation.desk import sign_in
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.review_bundles import Part
from muster.workstation.script import ScriptedEnrollment
from muster.workstation.server import NoServer
from muster.workstation.station import NewStation, Station
from unit.cli.test_app import run
from unit.workstation.desks import QUICK

_LEFT_OUT = (Step.RIGHT_SLAP, Step.THUMBS, Step.IRISES, Step.EXCEPTION_PHOTO)  # for speed
_POLICY = replace(
    QUICK,
    steps=tuple(step for step in Step if step not in _LEFT_OUT),
    review=ReviewRules(required=True, sample=0, look_from=100),
)
_UNKNOWN = "10001100019999920260301120000"

Waiting = tuple[Path, RegistrationId]


@pytest.fixture(scope="module")
def _registered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Waiting]:
    root = tmp_path_factory.mktemp("reviewed") / "station"
    cheap = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(station_module, "make_slot", partial(make_slot, cost=cheap))
        patch.setenv("MUSTER_SIMULATED_SPEED", "50")
        station = Station.create(root, NewStation.for_demo(), utc_now)
        user_id, password = (station.demo_credentials() or ())[0]
        receiver = EmbeddedReceiver(station.folder, station.identity)
        with sign_in(station, user_id, password, receiver, utc_now, policy=_POLICY) as desk:
            number = ScriptedEnrollment(desk.enrollment, demo_script(), password).run().registration.id
            desk.enrollment.submit(number)
        receiver.close()
    yield root, number


@pytest.fixture
def waiting(tmp_path: Path, _registered: Waiting) -> Waiting:
    """A registration that is not sent before a supervisor approved it. Decided about in the tests."""
    shutil.copytree(_registered[0], tmp_path / "station")
    return tmp_path / "station", _registered[1]


def _as_supervisor(data: Path, *words: object) -> Result:
    user_id, _ = (Station.at(data, utc_now).demo_credentials() or ())[1]
    return run(*words, "--user", user_id, "--data", data)


def _json(ran: Result) -> dict[str, object]:
    said = json.loads(ran.stdout)
    assert isinstance(said, dict)
    return said


def test_an_officer_is_refused_with_a_sentence(waiting: Waiting) -> None:
    ran = run("review", "list", "--data", waiting[0])
    assert (ran.exit_code, ran.stdout) == (1, "") and "[SUPERVISOR_ONLY]" in ran.stderr


def test_a_number_nobody_has_and_a_decision_without_a_reason_are_bad_input(waiting: Waiting) -> None:
    data, number = waiting
    for words, code in (
        (("show", _UNKNOWN), "REVIEW_NOT_FOUND"),
        (("decide", number, "approve", "--reason", "POC"), "REVIEW_REASON_UNASKED"),
    ):
        ran = _as_supervisor(data, "review", *words, "--json")
        assert (ran.exit_code, _json(ran)["error"]["code"]) == (2, code)  # type: ignore[index]


def test_every_reason_has_words_beside_its_code() -> None:
    ran = run("review", "reasons")
    assert ran.exit_code == 0
    assert [line.split("  ")[0] for line in ran.stdout.splitlines()] == [each.value for each in Reason]
    assert all(each.words in ran.stdout for each in Reason)


def test_the_person_is_shown_to_whoever_decides_and_the_look_is_on_record(waiting: Waiting) -> None:
    data, number = waiting
    ran = _as_supervisor(data, "review", "show", number)
    assert ran.exit_code == 0 and "Erika Mustermann" in ran.stdout and "demographics" in ran.stdout
    shown = _as_supervisor(data, "audit", "story", number, "--json")
    lines = _json(shown)["lines"]
    assert isinstance(lines, list) and "MUS-REV-001" in [each["event"] for each in lines]


def test_a_decision_is_signed_off_and_nothing_is_left_to_be_signed(waiting: Waiting) -> None:
    data, number = waiting
    decided = _as_supervisor(data, "review", "decide", number, "reject", "--reason", "POC")
    assert decided.exit_code == 0 and "captured again" in decided.stdout
    signed = _as_supervisor(data, "review", "sign-off", "--json")
    assert signed.exit_code == 0
    assert [each["reason"] for each in _json(signed)["signed"]] == ["POC"]  # type: ignore[attr-defined]
    again = _as_supervisor(data, "review", "sign-off")
    assert (again.exit_code, again.stdout) == (1, "") and "[NOTHING_TO_SIGN_OFF]" in again.stderr


def test_a_station_takes_nothing_of_its_own_in_and_says_so_by_its_status(waiting: Waiting, tmp_path: Path) -> None:
    data, number = waiting
    keys, drive = tmp_path / "keys", tmp_path / "drive"
    drive.mkdir()
    station = Station.at(data, utc_now)
    with sign_in(station, *(station.demo_credentials() or ())[1], NoServer(), utc_now) as desk:
        key = desk.review_bundles.tell_keys(keys)
        for part in Part:
            desk.review_bundles.accept(keys, key, part)
        desk.review_bundles.hand_out(drive, key)
    taken = _as_supervisor(data, "review", "take-in", drive, "--json")
    assert (taken.exit_code, _json(taken)["refused"]) == (1, [number.text])


def test_an_exported_trail_is_good_until_somebody_cuts_it_short(waiting: Waiting, tmp_path: Path) -> None:
    data, _ = waiting
    key = data / "keys" / "machine.pub.pem"
    trail = tmp_path / "trail.jsonl"
    assert _as_supervisor(data, "audit", "export", trail).exit_code == 0
    whole = run("audit", "verify", "--file", trail, "--machine-key", key)
    assert whole.exit_code == 0 and "all good" in whole.stdout and "complete" not in whole.stdout
    by_own_key = run("audit", "verify", "--file", trail)
    assert by_own_key.exit_code == 0 and "--machine-key" in by_own_key.stdout
    trail.write_text("\n".join(trail.read_text().splitlines()[:-1]) + "\n")
    cut = run("audit", "verify", "--file", trail, "--machine-key", key)
    assert cut.exit_code == 1 and "BROKEN" in cut.stdout


def test_a_station_says_that_nobody_told_it_where_its_trail_ends(waiting: Waiting) -> None:
    data, _ = waiting
    ran = _as_supervisor(data, "audit", "verify")
    assert ran.exit_code == 0 and "not known to be complete" in ran.stdout
    head = ran.stdout.partition("head ")[2][:64]
    told = _as_supervisor(data, "audit", "verify", "--head", head)
    assert told.exit_code == 0 and "not known" not in told.stdout


def test_a_report_that_is_none_is_told(waiting: Waiting, tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7\n")
    key = waiting[0] / "keys" / "machine.pub.pem"
    checked = run("audit", "check-report", tmp_path / "report.pdf", "--machine-key", key)
    assert checked.exit_code in (1, 2) and "Traceback" not in checked.output
