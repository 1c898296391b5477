"""A supervisor reads the trail, finds what a complaint is about, and hands on a report."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from muster.clock import utc_now
from muster.crypto.pdf_signing import is_signed_pdf
from muster.crypto.signing import SigningKey, public_pem
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Refused
from muster.ui.audit.report_pdf import lay_out
from muster.workstation.audit_report import AuditReport
from muster.workstation.desk import Desk, sign_in
from muster.workstation.server import NoServer
from muster.workstation.station import Station
from muster.workstation.trail import verify_file
from muster.workstation.trail_reading import TrailFilter
from muster.workstation.trail_story import StoryLine, Tone
from unit.workstation.desks import QUICK, SUPERVISOR, audited, desk_at, with_database_key

_RECIPE = Path(__file__).parents[3] / "packaging" / "check_trail.py"


@pytest.fixture(scope="module")
def supervised(
    tmp_path_factory: pytest.TempPathFactory, signed_station: tuple[Path, RegistrationId]
) -> Iterator[tuple[Desk, RegistrationId]]:
    """A supervisor at a station where Erika Mustermann was registered; the trail only grows by these tests."""
    root = tmp_path_factory.mktemp("trail") / "station"
    shutil.copytree(signed_station[0], root)
    with sign_in(
        Station.at(root, utc_now), SUPERVISOR.user_id, SUPERVISOR.password, NoServer(), utc_now, policy=QUICK
    ) as desk:
        yield desk, signed_station[1]


def _found(desk: Desk, **wanted: str) -> list[str]:
    asked = TrailFilter(**wanted)  # type: ignore[arg-type]
    left = desk.trail_reading.begin(asked)
    while left:
        left = desk.trail_reading.go_on_indexing()
    return [each.event for each in desk.trail_reading.page(asked, 1000)]


def test_an_officer_reads_nobodys_trail(signed: tuple[Path, RegistrationId], tmp_path: Path) -> None:
    root, registration_id = signed
    with desk_at(root) as desk:
        reading = desk.trail_reading
        for action in (
            lambda: reading.begin(TrailFilter()),
            lambda: reading.page(TrailFilter(), 10),
            lambda: reading.story(registration_id),
            lambda: reading.registrations("Mustermann"),
            lambda: reading.newest_records(10),
            lambda: desk.audit_reports.compose(registration_id),
            lambda: desk.trail.export(tmp_path / "trail"),
        ):
            with pytest.raises(Refused):
                action()
    assert not (tmp_path / "trail").exists()


def test_of_a_number_that_was_never_given_nothing_is_told(supervised: tuple[Desk, RegistrationId]) -> None:
    with pytest.raises(BadInput) as caught:
        supervised[0].trail_reading.story(RegistrationId("10001100019999920260301120000"))
    assert caught.value.code.name == "STORY_UNKNOWN"


def test_every_look_is_on_record_and_no_word_that_was_searched_for(
    supervised: tuple[Desk, RegistrationId],
) -> None:
    desk, registration_id = supervised
    _found(desk, text="Mustermann", actor="erika")
    desk.trail_reading.registrations("Erika Mustermann")
    desk.trail_reading.story(registration_id)
    shown, sought, searched = desk.trail.newest_first(3)
    assert (shown.event, shown.subject) == ("MUS-AUD-004", registration_id.text)
    assert (sought.event, sought.subject) == ("MUS-AUD-003", "")
    assert sought.detail == {"words": "2", "registrations": "1"}
    assert searched.event == "MUS-AUD-003" and searched.detail["of"] == "erika"
    assert "ustermann" not in repr([each.detail for each in desk.trail.newest_first(1000)])


def test_the_newest_records_are_listed_and_that_somebody_looked(
    supervised: tuple[Desk, RegistrationId],
) -> None:
    desk, _ = supervised
    before = desk.trail.newest_first(1)[0]
    assert desk.trail_reading.newest_records(1) == (before,)
    assert desk.trail.newest_first(1)[0].event == "MUS-AUD-003"


def test_a_word_of_an_events_title_finds_it_and_a_module_all_of_its_events(
    supervised: tuple[Desk, RegistrationId],
) -> None:
    desk, _ = supervised
    assert set(_found(desk, text="consent")) == {"MUS-REG-002"}
    assert {each[:7] for each in _found(desk, module="Biometrics")} == {"MUS-BIO"}
    assert set(_found(desk, event="MUS-REG-007")) == {"MUS-REG-007"}
    assert _found(desk, text="consent zebra") == []


def test_a_person_is_found_by_name_while_the_registration_is_here(
    supervised: tuple[Desk, RegistrationId],
) -> None:
    desk, registration_id = supervised
    reading = desk.trail_reading
    assert reading.registrations("Mustermann") == (registration_id,)
    assert reading.registrations(registration_id.text[:12]) == (registration_id,)
    for nobody in ("Musterfrau", "%", "__", "M", "99999"):
        assert reading.registrations(nobody) == ()


def test_the_story_tells_who_when_with_which_device_and_how_good(
    supervised: tuple[Desk, RegistrationId],
) -> None:
    desk, registration_id = supervised
    told = desk.trail_reading.story(registration_id)
    assert told.people[0] == "erika" and told.lines[0].event == "MUS-REG-001"
    (first, *_) = [each for each in told.lines if each.event == "MUS-BIO-001"]
    assert {"attribute", "quality", "attempt", "device"} <= {name for name, _ in first.facts}
    assert told.devices and all(each.certificate for each in told.devices)
    assert any(each.tone is Tone.DECIDED for each in told.lines)


def test_a_report_is_signed_and_says_how_the_trail_was_found(
    supervised: tuple[Desk, RegistrationId], tmp_path: Path
) -> None:
    desk, registration_id = supervised
    report = desk.audit_reports.compose(registration_id)
    assert report.verdict.valid and report.made_by == "max"
    desk.audit_reports.write(report, lay_out(report), tmp_path / "report.pdf")
    content = (tmp_path / "report.pdf").read_bytes()
    assert is_signed_pdf(content, desk.trail._machine_key.signing_public)
    assert audited(desk, registration_id)[-1] == "MUS-AUD-005"


def _read(report: AuditReport) -> str:
    """What stands on its pages, without blanks, which a page may hold anywhere."""
    pages = PdfReader(io.BytesIO(lay_out(report))).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def test_a_report_names_packets_whole_and_times_with_their_difference_to_utc(
    supervised: tuple[Desk, RegistrationId],
) -> None:
    desk, registration_id = supervised
    report = desk.audit_reports.compose(registration_id)
    packet = f"{registration_id.text}-10001_10001-20261122101010"
    line = StoryLine(report.made_at, Tone.DECIDED, facts=(("packet", packet), ("sha256", "ab" * 32)), sequence=7)
    said = _read(replace(report, story=replace(report.story, lines=(line,))))
    assert packet in said and "abababababababab…" in said
    assert f"{report.made_at.astimezone():%H:%M:%S%z}"[:-2] + ":" in said
    assert "somebodydecided" in said and "training" not in said


def test_the_report_of_a_training_station_says_that_everybody_is_invented(
    supervised: tuple[Desk, RegistrationId],
) -> None:
    desk, registration_id = supervised
    report = replace(desk.audit_reports.compose(registration_id), is_training=True)
    assert "inventedpeople" in _read(report)


# Without this program


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stand-alone script, alone."""
    path = tmp_path_factory.mktemp("recipe") / "check_trail.py"
    path.write_bytes(_RECIPE.read_bytes())
    return path


def _check(recipe: Path, *trail_and_key: Path) -> tuple[int, str]:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here")
    # An interpreter without any package: not even this one.
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(recipe), *map(str, trail_and_key)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.fixture
def exported(supervised: tuple[Desk, RegistrationId], tmp_path: Path) -> Path:
    supervised[0].trail.export(tmp_path / "trail.jsonl")
    return tmp_path / "trail.jsonl"


def test_a_third_party_verifies_an_exported_trail_with_the_recipe_alone(recipe: Path, exported: Path) -> None:
    code, said = _check(recipe, exported)
    assert code == 0 and "unbroken" in said and "\ncomplete, as it was exported at " in said
    assert "stands in the file itself" in said


def test_the_recipe_believes_the_key_that_was_brought_along_and_tells_its_fingerprint(
    recipe: Path, exported: Path, supervised: tuple[Desk, RegistrationId], tmp_path: Path
) -> None:
    key = tmp_path / "station.pem"
    key.write_text(public_pem(supervised[0].trail._machine_key.signing_public))
    code, said = _check(recipe, exported, key)
    assert code == 0 and "stands in the file itself" not in said
    assert supervised[0].trail._machine_key.signing_key_index.replace(":", "") in said
    key.write_text(public_pem(SigningKey.generate().public_der))
    assert _check(recipe, exported, key)[0] == 1


def test_the_recipe_misses_what_was_cut_off_the_end(recipe: Path, exported: Path) -> None:
    title, *lines = exported.read_text(encoding="utf-8").splitlines()
    exported.write_text("\n".join([title, *lines[:-3]]) + "\n", encoding="utf-8")
    code, said = _check(recipe, exported)
    assert code == 1 and "BROKEN at the end" in said
    unsigned = {name: value for name, value in json.loads(title).items() if name != "signature"}
    exported.write_text("\n".join([json.dumps(unsigned), *lines]) + "\n", encoding="utf-8")
    code, said = _check(recipe, exported)
    assert code == 1 and "NOT COMPLETE" in said


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]\n", b'{"machine_public_key_pem": 5}\n[5]\n', b"\xff\xfe", b"{}\nx\n"]
)
def test_the_recipe_says_of_a_damaged_file_that_it_is_one(recipe: Path, exported: Path, damage: bytes) -> None:
    exported.write_bytes(damage)
    code, said = _check(recipe, exported)
    assert code in (1, 2) and "complete" not in said


@pytest.mark.parametrize("line", ["", "{", "5", "[]", '[1,2,3,4,5,"x",7,8]', "[" * 30_000])
def test_the_recipe_names_the_line_that_is_no_record(recipe: Path, exported: Path, line: str) -> None:
    lines = exported.read_text(encoding="utf-8").splitlines()
    lines[4] = line
    exported.write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, said = _check(recipe, exported)
    assert (code, said.splitlines()[0]) == (1, "BROKEN at record 4: this line is no record")


@pytest.mark.parametrize("column", [1, 2, 3, 4, 6, 7])
def test_the_recipe_finds_the_record_that_was_changed(recipe: Path, exported: Path, column: int) -> None:
    lines = exported.read_text(encoding="utf-8").splitlines()
    record = json.loads(lines[5])
    record[column] = record[column][:-1] + "x"
    lines[5] = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    exported.write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, said = _check(recipe, exported)
    assert code == 1 and "BROKEN at record 5" in said


def _write_anew(exported: Path, change: Callable[[list[Any]], None]) -> None:
    """The trail with its records changed, in a chain that fits."""
    title, *lines = exported.read_text(encoding="utf-8").splitlines()
    previous, forged = "0" * 64, [title]
    for line in lines:
        record = json.loads(line)[:-1]
        change(record)
        record[5], record[6] = dict(sorted(record[5].items())), previous
        text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        previous = hashlib.sha256(text.encode()).hexdigest()
        forged.append(json.dumps([*record, previous], ensure_ascii=False, separators=(",", ":")))
    exported.write_text("\n".join(forged) + "\n", encoding="utf-8")


def test_the_recipe_finds_a_trail_that_was_written_anew_by_somebody_without_the_key(
    recipe: Path, exported: Path
) -> None:
    def by_mallory(record: list[Any]) -> None:
        record[3] = "mallory" if record[3] == "erika" else record[3]

    _write_anew(exported, by_mallory)
    code, said = _check(recipe, exported)
    assert code == 1 and "checkpoint" in said


@pytest.mark.parametrize("signature", [None, 5, ["x"], "", "x", "é"])
def test_a_checkpoint_whose_signature_is_none_is_a_broken_record(
    recipe: Path, exported: Path, signature: object
) -> None:
    """``None``: there is none."""
    checkpoints: list[int] = []

    def change(record: list[Any]) -> None:
        if record[2] == "MUS-AUD-001" and not checkpoints:
            checkpoints.append(record[0])
            record[5].pop("signature")
            record[5].update({} if signature is None else {"signature": signature})

    _write_anew(exported, change)
    code, said = _check(recipe, exported)
    assert code == 1 and f"BROKEN at record {checkpoints[0]}: a checkpoint" in said
    verdict = verify_file(exported)
    assert (verdict.valid, verdict.first_bad) == (False, checkpoints[0])


def test_both_verdicts_name_the_same_record(
    signed: tuple[Path, RegistrationId], recipe: Path, tmp_path: Path
) -> None:
    root, _ = signed
    with_database_key(root, "UPDATE audit SET actor = 'mallory' WHERE sequence = 7")
    with desk_at(root) as desk:
        assert desk.trail.verify().first_bad == 7
    with desk_at(root, who=SUPERVISOR) as desk:
        desk.trail.export(tmp_path / "trail.jsonl")
    code, said = _check(recipe, tmp_path / "trail.jsonl")
    assert code == 1 and "BROKEN at record 7" in said
