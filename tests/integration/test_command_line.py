"""The command line as scripts use it: one JSON document, stable codes, exit statuses that can be relied on.

Every test starts the real program. A start costs about a second, so one station serves the whole file.
"""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sqlcipher3 import dbapi2 as sqlcipher

from integration.conftest import ERIKA, make_folder
from muster.clock import utc_now
from muster.crypto.key_slots import open_slot
from muster.crypto.sealing import derive_key
from muster.crypto.signing import SigningKey
from muster.domain.registration import USUAL_STEPS
from muster.workstation.station import Station
from receivers import kept_packet

Muster = Callable[..., Any]
STEPS = [step.value for step in USUAL_STEPS]


@pytest.fixture(scope="module")
def station(muster: Muster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo station, made by the command for it."""
    data = tmp_path_factory.mktemp("cli") / "station"
    made = muster("station", "create", "--demo", "--data", data, "--json")
    assert made.status == 0
    assert made.document == {
        "station": "10001_10001",
        "data": str(data),
        "machine_public_key": str(data / "keys" / "machine.pub.pem"),
        "bound_to": "nothing",
    }
    return data


@pytest.fixture(scope="module")
def delivered(muster: Muster, station: Path, erika_whole: Path) -> dict[str, Any]:
    """The answer of one whole enrollment."""
    ran = muster("enroll", "--from", erika_whole, "--data", station, "--json")
    assert ran.status == 0, ran.err
    return dict(ran.document)


@pytest.fixture
def copy(station: Path, tmp_path: Path) -> Path:
    """The station, to be spoiled."""
    shutil.copytree(station, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def packet(station: Path, delivered: dict[str, Any], tmp_path: Path) -> Path:
    """The delivered packet's file, to be spoiled."""
    return Path(shutil.copy(station / "outbox" / f"{delivered['packet_id']}.zip", tmp_path))


# Enrolling


def test_a_whole_enrollment_answers_with_the_agreed_keys(delivered: dict[str, Any]) -> None:
    assert set(delivered) == {"registration_id", "state", "steps", "packet_id"}
    assert delivered["state"] == "delivered"
    assert [set(step) for step in delivered["steps"]] == [{"name", "state", "findings", "devices"}] * len(STEPS)
    assert [(step["name"], step["state"]) for step in delivered["steps"]] == [(name, "done") for name in STEPS]
    face, hand = (step["devices"] for step in delivered["steps"] if step["name"] in ("face", "left_slap"))
    assert [each.partition(" FILES")[0] for each in (*face, *hand)] == ["Muster Picture files"] * 2
    # The portrait smiles: said, and no reason to refuse it.
    findings = [
        (step["name"], each["code"], each["severity"]) for step in delivered["steps"] for each in step["findings"]
    ]
    assert findings == [("face", "FACE_MOUTH_OPEN", "warns")]
    assert delivered["packet_id"].startswith(f"{delivered['registration_id']}-10001_10001-")


def test_a_whole_enrollment_leaves_the_packet_at_the_receiver_and_no_plaintext_here(
    station: Path, delivered: dict[str, Any]
) -> None:
    kept = kept_packet(station / "receiver", delivered["packet_id"])
    assert kept.read_bytes() == (station / "outbox" / f"{delivered['packet_id']}.zip").read_bytes()
    assert list((station / "blobs").iterdir()) == []


def test_stopping_here_and_there_and_resuming_completes_the_enrollment(
    muster: Muster, station: Path, erika_whole: Path
) -> None:
    arguments = ["enroll", "--from", erika_whole, "--data", station, "--json"]
    answer = muster(*arguments, "--stop-after", STEPS[0]).document
    done = 1
    for upto in (4, 8, len(STEPS)):  # after each of them a program is killed in test_resume_after_kill.py
        assert (answer["state"], answer["packet_id"]) == ("draft", None)
        assert [each["state"] for each in answer["steps"]] == ["done"] * done + ["open"] * (len(STEPS) - done)
        ran = muster(*arguments, "--resume", answer["registration_id"], "--stop-after", STEPS[upto - 1])
        assert ran.status == 0, ran.err
        done = upto
        assert ran.document["registration_id"] == answer["registration_id"]
        answer = ran.document
    assert (answer["state"], answer["packet_id"]) == ("draft", None)
    assert {each["state"] for each in answer["steps"]} == {"done"}
    ended = muster(*arguments, "--resume", answer["registration_id"]).document
    assert ended["state"] == "delivered"
    assert ended["packet_id"].startswith(answer["registration_id"])


def test_a_draft_resumed_with_another_persons_folder_is_bad_input(
    muster: Muster, station: Path, erika_whole: Path, tmp_path: Path
) -> None:
    name = {"eng": "Otto Mustermann", "fra": "Otto Mustermann"}
    otto = make_folder(tmp_path / "otto", demographics={**ERIKA["demographics"], "fullName": name})
    begun = muster("enroll", "--from", otto, "--data", station, "--stop-after", "demographics", "--json").document
    draft = begun["registration_id"]
    ran = muster("enroll", "--from", erika_whole, "--data", station, "--resume", draft, "--json")
    assert (ran.status, ran.error_code) == (2, "SCRIPT_OF_ANOTHER")


def test_an_update_is_enrolled_from_what_changed(muster: Muster, station: Path, tmp_path: Path) -> None:
    changed = {"UIN": "2345678906", "email": "mustermann@erika.example"}
    parts = {"documents": None, "exceptions": None, "exceptionPhoto": None, "biometrics": {"face": "face.jpg"}}
    folder = make_folder(tmp_path / "erika", process="UPDATE", demographics=changed, **parts)
    ran = muster("enroll", "--from", folder, "--data", station, "--json")
    assert (ran.status, ran.document["state"]) == (0, "delivered")
    assert [step["name"] for step in ran.document["steps"]] == [
        "consent", "demographics", "documents", "face", "preview", "signature",
    ]  # fmt: skip


def test_a_child_is_enrolled_with_its_mother(muster: Muster, station: Path, tmp_path: Path) -> None:
    thumbs = {"leftThumb": "leftThumb.png", "rightThumb": "rightThumb.png"}
    relation = {"field": "proofOfRelationship", "type": "CRN", "file": "document.png"}
    mother = {
        "introducerName": {"eng": "Erika Mustermann", "fra": "Erika Mustermann"},
        "introducerUIN": "5736190427",
    }
    name = {"eng": "Leon Mustermann", "fra": "Leon Mustermann"}
    child = {**ERIKA["demographics"], "fullName": name, "dateOfBirth": f"{utc_now().year - 2}/01/02", **mother}
    folder = make_folder(
        tmp_path / "leon",
        demographics=child,
        documents=[relation],
        exceptions=None,
        exceptionPhoto=None,
        biometrics={"face": "face.jpg"},
        introducer={"biometrics": thumbs},
    )
    ran = muster("enroll", "--from", folder, "--data", station, "--json")
    assert (ran.status, ran.document["state"]) == (0, "delivered")
    assert [step["name"] for step in ran.document["steps"]] == [
        "consent", "demographics", "documents", "face", "introducer", "preview", "signature",
    ]  # fmt: skip
    packet, key = station / "outbox" / f"{ran.document['packet_id']}.zip", station / "receiver" / "server.pem"
    opened = muster("packet", "inspect", packet, "--key", key)
    assert opened.status == 0
    assert "Introducer    captures: 2" in opened.out


def test_a_correction_without_its_request_is_bad_input_and_begins_nothing(
    muster: Muster, station: Path, tmp_path: Path
) -> None:
    folder = make_folder(tmp_path / "erika", process="BIOMETRIC_CORRECTION", demographics=None)
    ran = muster("enroll", "--from", folder, "--data", station, "--json")
    assert (ran.status, ran.error_code) == (2, "CORRECTION_WITHOUT_REQUEST")
    assert "registration_id" not in ran.document["error"]


def test_documents_too_large_are_a_finding_of_their_step(muster: Muster, station: Path, tmp_path: Path) -> None:
    document = {"type": "CIN", "reference": "L01X00T47", "file": "grain.jpg"}
    fields = [{**document, "field": "proofOfIdentity"}, {**document, "field": "proofOfAddress", "type": "RNC"}]
    folder = make_folder(tmp_path / "erika", documents=fields)
    grain = np.random.default_rng(1).normal(190, 60, (2340, 1654, 3))
    Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8)).save(folder / "grain.jpg", quality=90)
    ran = muster("enroll", "--from", folder, "--data", station, "--stop-after", "documents")
    assert ran.status == 0
    below = ran.out.partition("  documents        done\n")[2]
    assert "    This will be too large to be sent" in below.partition("\n  face ")[0]
    assert "[PACKET_GROWS_TOO_LARGE]" in ran.out


def _two_people(face: Path) -> bytes:
    with Image.open(face) as picture:
        half = picture.convert("RGB").resize((picture.width // 2, picture.height // 2))
        both = Image.new("RGB", picture.size, (200, 200, 196))
    both.paste(half, (0, picture.height // 4))
    both.paste(half, (picture.width // 2, picture.height // 4))
    buffer = io.BytesIO()
    both.save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def refused_faces(
    start_muster: Callable[..., Callable[[], Any]],
    station: Path,
    erika_whole: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, tuple[Path, Path, Any]]:
    """Two enrollments that wait in vain for one face in the picture, run beside each other: name -> station,
    folder, answer."""
    pictures = {
        "FACE_ABSENT": (erika_whole / "empty_chair.jpg").read_bytes(),
        "FACE_SEVERAL": _two_people(erika_whole / "face.jpg"),
    }
    begun = {}
    for name, content in pictures.items():
        root = tmp_path_factory.mktemp(name.lower())
        shutil.copytree(erika_whole, root / "erika")
        shutil.copytree(station, root / "station")
        (root / "erika" / "face.jpg").write_bytes(content)
        running = start_muster("enroll", "--from", root / "erika", "--data", root / "station", "--json")
        begun[name] = (root / "station", root / "erika", running)
    return {name: (data, folder, running()) for name, (data, folder, running) in begun.items()}


@pytest.mark.parametrize("code", ["FACE_ABSENT", "FACE_SEVERAL"])
def test_a_photograph_without_one_face_stops_at_the_face_with_the_finding(
    refused_faces: dict[str, tuple[Path, Path, Any]], code: str
) -> None:
    _, _, ran = refused_faces[code]
    assert ran.status == 1
    answer = ran.document
    assert (answer["state"], answer["packet_id"]) == ("draft", None)
    face = answer["steps"][STEPS.index("face")]
    assert face["state"] == "refused"
    assert [each["code"] for each in face["findings"] if each["severity"] == "blocks"] == [code]
    assert face["findings"][0]["code"] == code
    assert set(face["findings"][0]) == {"code", "field", "severity", "message"}
    assert {each["state"] for each in answer["steps"][STEPS.index("face") + 1 :]} == {"open"}


def test_a_draft_refused_for_its_photograph_is_kept_and_goes_on_with_a_better_one(
    muster: Muster, refused_faces: dict[str, tuple[Path, Path, Any]], erika_whole: Path
) -> None:
    data, _, ran = refused_faces["FACE_ABSENT"]
    again = muster(
        "enroll", "--from", erika_whole, "--data", data, "--json",
        "--resume", ran.document["registration_id"], "--stop-after", "face",
    )  # fmt: skip
    assert again.status == 0
    assert [each["state"] for each in again.document["steps"][:5]] == ["done"] * 4 + ["open"]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:4000]), "PICTURE_TRUNCATED", id="cut-off"),
        pytest.param(lambda path: path.write_bytes(b""), "FILE_EMPTY", id="empty"),
        pytest.param(lambda path: path.unlink(), "FILE_ABSENT", id="absent"),
    ],
)
def test_a_picture_that_cannot_be_read_is_bad_input_and_nothing_is_written(
    muster: Muster, copy: Path, erika: Path, spoil: Callable[[Path], object], code: str
) -> None:
    before = sorted((path, path.stat().st_mtime_ns) for path in copy.rglob("*"))
    spoil(erika / "face.jpg")
    ran = muster("enroll", "--from", erika, "--data", copy, "--json")
    assert (ran.status, ran.error_code) == (2, code)
    assert sorted((path, path.stat().st_mtime_ns) for path in copy.rglob("*")) == before


def test_an_absent_folder_is_bad_input(muster: Muster, station: Path, tmp_path: Path) -> None:
    ran = muster("enroll", "--from", tmp_path / "nobody", "--data", station, "--json")
    assert (ran.status, ran.error_code) == (2, "FOLDER_ABSENT")


def test_without_a_station_the_environment_is_missing_something(
    muster: Muster, erika_whole: Path, tmp_path: Path
) -> None:
    ran = muster("enroll", "--from", erika_whole, "--data", tmp_path / "nowhere", "--json")
    assert (ran.status, ran.error_code) == (3, "STATION_ABSENT")
    assert not (tmp_path / "nowhere").exists()


def test_without_json_the_error_is_a_sentence_on_standard_error(muster: Muster, tmp_path: Path) -> None:
    ran = muster("queue", "list", "--data", tmp_path)
    assert (ran.status, ran.out) == (3, "")
    assert ran.err.strip().endswith("[STATION_ABSENT]")


def test_a_wrong_password_is_refused(muster: Muster, station: Path, erika_whole: Path, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("not the password\n")
    ran = muster(
        "enroll", "--from", erika_whole, "--data", station, "--password-file", tmp_path / "password", "--json"
    )
    assert (ran.status, ran.error_code) == (2, "SIGN_IN_REFUSED")


def test_a_draft_nobody_knows_cannot_be_resumed(muster: Muster, station: Path, erika_whole: Path) -> None:
    unknown = "10001100019999920260301120000"
    ran = muster("enroll", "--from", erika_whole, "--data", station, "--resume", unknown, "--json")
    assert (ran.status, ran.error_code) == (2, "REGISTRATION_UNKNOWN")


def test_a_delivered_registration_cannot_be_resumed(
    muster: Muster, station: Path, erika_whole: Path, delivered: dict[str, Any]
) -> None:
    ran = muster(
        "enroll", "--from", erika_whole, "--data", station, "--resume", delivered["registration_id"], "--json"
    )
    assert (ran.status, ran.error_code) == (2, "REGISTRATION_CLOSED")


def test_a_step_that_does_not_exist_is_a_usage_error(muster: Muster, station: Path, erika_whole: Path) -> None:
    ran = muster("enroll", "--from", erika_whole, "--data", station, "--stop-after", "lunch", "--json")
    assert (ran.status, ran.out) == (2, "")
    assert "lunch" in ran.err


def test_a_scanner_that_is_busy_is_something_missing_and_the_draft_is_named(
    muster: Muster, copy: Path, erika: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = json.loads((erika / "registration.json").read_text(encoding="utf-8"))
    del content["documents"][0]["file"]
    (erika / "registration.json").write_text(json.dumps(content))
    monkeypatch.setenv("MUSTER_SIMULATED_FAULTS", "scanner=busy")
    ran = muster("enroll", "--from", erika, "--data", copy, "--json")
    assert (ran.status, ran.error_code) == (3, "DEVICE_BUSY")
    assert len(ran.document["error"]["registration_id"]) == 29


# Packets


def test_the_delivered_packet_is_valid(
    muster: Muster, station: Path, packet: Path, delivered: dict[str, Any]
) -> None:
    ran = muster(
        "packet", "inspect", packet, "--key", station / "receiver" / "server.pem",
        "--machine-key", station / "keys" / "machine.pub.pem", "--json",
    )  # fmt: skip
    assert ran.status == 0
    report = ran.document
    assert {"registration_id", "packet_id", "process", "refid", "subpackets", "valid"} <= set(report)
    assert (report["valid"], report["process"], report["refid"]) == (True, "NEW", "10001_10001")
    assert report["registration_id"] == delivered["registration_id"]
    agreed = {"name", "signature", "hash", "data_hash", "operations_hash", "fields", "files"}
    assert all(agreed <= set(each) for each in report["subpackets"])
    checks = [(each["name"], each["signature"], each["hash"], each["data_hash"]) for each in report["subpackets"]]
    assert checks == [(name, "valid", "valid", "valid") for name in ("id", "evidence", "optional")]
    assert "Mustermann" not in ran.out


def test_a_wrong_key_is_bad_input(muster: Muster, packet: Path, tmp_path: Path) -> None:
    (tmp_path / "other.pem").write_bytes(SigningKey.generate().to_pem())
    ran = muster("packet", "inspect", packet, "--key", tmp_path / "other.pem", "--json")
    assert ran.status == 2
    assert ran.error_code


def test_one_flipped_byte_is_found(muster: Muster, station: Path, packet: Path) -> None:
    content = bytearray(packet.read_bytes())
    content[len(content) // 2] ^= 1
    packet.write_bytes(content)
    ran = muster("packet", "inspect", packet, "--key", station / "receiver" / "server.pem", "--json")
    assert (ran.status, ran.error_code) == (1, "ENVELOPE_DAMAGED")


@pytest.mark.parametrize("content", [pytest.param(b"", id="empty"), pytest.param(None, id="absent")])
def test_a_file_that_is_no_packet_is_bad_input(
    muster: Muster, station: Path, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "packet.zip"
    if content is not None:
        path.write_bytes(content)
    ran = muster("packet", "inspect", path, "--key", station / "receiver" / "server.pem", "--json")
    assert ran.status == 2
    assert (ran.error_code == "FILE_ABSENT") is (content is None)


# The rest


def test_the_devices_are_listed_with_the_agreed_keys(muster: Muster) -> None:
    ran = muster("devices", "list", "--json")
    assert ran.status == 0
    devices = [each for each in ran.document["devices"] if each["driver"] == "simulated"]
    assert {each["kind"] for each in devices} == {
        "camera",
        "fingerprint reader",
        "iris camera",
        "document scanner",
    }
    keys = {"id", "kind", "driver", "make", "model", "serial", "status", "capabilities", "problem"}
    of_its_condition = {"chosen", "address", "firmware", "certificate_expires_at", "clock_offset_s"}
    assert all(set(each) == keys | of_its_condition for each in devices)
    assert {(each["status"], each["problem"]) for each in devices} == {("Ready", None)}


def test_the_trail_of_an_enrollment_is_valid(muster: Muster, station: Path, delivered: dict[str, Any]) -> None:
    ran = muster("audit", "verify", "--data", station, "--json")
    assert ran.status == 0
    verdict = ran.document
    assert set(verdict) == {
        "records", "valid", "first_bad", "head", "checkpoints", "vouched_for", "end_known",
    }  # fmt: skip
    assert (verdict["valid"], verdict["first_bad"]) == (True, None)
    assert verdict["records"] > 30 and len(verdict["head"]) == 64


def test_a_broken_trail_is_said_to_be_broken_and_where(muster: Muster, copy: Path) -> None:
    opened = Station.at(copy, utc_now)
    credentials = opened.demo_credentials()
    assert credentials is not None
    key = derive_key(open_slot(opened._slots[0], credentials[0][1]), "database")
    connection = sqlcipher.connect(str(copy / "muster.db"))
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute("UPDATE audit SET actor = 'nobody' WHERE sequence = 2")
    connection.commit()
    connection.close()
    ran = muster("audit", "verify", "--data", copy, "--json")
    assert ran.status == 1
    assert (ran.document["valid"], ran.document["first_bad"]) == (False, 2)


def test_the_queue_lists_the_delivered_packet(
    muster: Muster, station: Path, packet: Path, delivered: dict[str, Any]
) -> None:
    ran = muster("queue", "list", "--data", station, "--json")
    assert ran.status == 0
    entries = {each["packet_id"]: each for each in ran.document["packets"]}
    entry = entries[delivered["packet_id"]]
    assert {"packet_id", "registration_id", "state", "attempts", "size", "next_attempt"} <= set(entry)
    assert (entry["state"], entry["attempts"]) == ("PUSHED", 0)
    assert entry["size"] == packet.stat().st_size


def test_a_packet_that_the_upload_leaves_behind_makes_it_a_failure(
    muster: Muster, copy: Path, erika_whole: Path, delivered: dict[str, Any]
) -> None:
    nobody = ("--server", "http://127.0.0.1:1")
    sealed = muster("enroll", "--from", erika_whole, "--data", copy, *nobody, "--json")
    assert (sealed.status, sealed.document["state"]) == (0, "sealed")
    file = copy / "outbox" / f"{sealed.document['packet_id']}.zip"
    content = file.read_bytes()
    file.write_bytes(content[:-1])
    ran = muster("queue", "upload", "--data", copy, "--json")
    problems = {each["packet_id"]: each["last_problem"] for each in ran.document["packets"]}
    packet_id = sealed.document["packet_id"]
    assert (ran.status, problems[packet_id]) == (1, "PACKET_FILE_CHANGED")
    file.write_bytes(content)
    listed = muster("queue", "list", "--data", copy)
    assert "GIVEN_UP" in listed.out
    assert f"muster queue upload --again {packet_id}" in listed.out
    assert "was changed on this computer" in listed.out
    assert muster("queue", "upload", "--data", copy, "--json").status == 1
    assert muster("queue", "upload", "--again", packet_id, "--data", copy, "--json").status == 0
    followed = muster("queue", "status", "--data", copy, "--json")
    said = {each["packet_id"]: each["server_status"] for each in followed.document["packets"]}
    assert (followed.status, said[packet_id]) == (0, "ACCEPTED")


@pytest.fixture
def no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")


def _made_real(data: Path) -> None:
    content = json.loads((data / "station.json").read_text())
    (data / "station.json").write_text(json.dumps({**content, "demo": False}))


@pytest.mark.parametrize("demo", ["demo", "--demo"], ids=["command", "window"])
def test_the_demo_keeps_away_from_a_real_station(muster: Muster, no_screen: None, copy: Path, demo: str) -> None:
    _made_real(copy)
    ran = muster(demo, "--data", copy)
    said = f"Opening the training station in {copy}\n" if demo == "--demo" else ""
    assert (ran.status, ran.out) == (2, said)
    assert ran.err.endswith("[NOT_A_DEMO_STATION]\n")


def test_a_window_over_a_damaged_station_ends_with_a_sentence(muster: Muster, no_screen: None, copy: Path) -> None:
    (copy / "station.json").write_text("{")
    ran = muster("--data", copy)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.endswith("[STATION_UNREADABLE]\n")


def test_a_demo_station_that_lost_its_passwords_is_opened_with_one_from_a_file(
    muster: Muster, copy: Path, tmp_path: Path
) -> None:
    credentials = Station.at(copy, utc_now).demo_credentials()
    assert credentials is not None
    (copy / "demo-credentials.json").unlink()
    ran = muster("drafts", "list", "--data", copy, "--json")
    assert (ran.status, ran.error_code) == (3, "DEMO_PASSWORDS_MISSING")
    (tmp_path / "password").write_bytes(b"\xef\xbb\xbf" + credentials[0][1].encode() + b"\r\n")
    ran = muster("drafts", "list", "--data", copy, "--password-file", tmp_path / "password", "--json")
    assert ran.status == 0


def test_a_second_station_in_the_same_folder_is_refused(muster: Muster, station: Path) -> None:
    before = (station / "station.json").read_bytes()
    ran = muster("station", "create", "--demo", "--data", station, "--json")
    assert (ran.status, ran.error_code) == (2, "STATION_EXISTS")
    assert (station / "station.json").read_bytes() == before


def test_a_real_station_asks_for_a_password_that_nobody_can_type(muster: Muster, tmp_path: Path) -> None:
    for name in ("erika", "max"):
        (tmp_path / name).write_text(f"{name} has a long password\n")
    made = muster(
        "station", "create", "--officer", "erika", "--officer-password-file", tmp_path / "erika",
        "--supervisor", "max", "--supervisor-password-file", tmp_path / "max",
        "--data", tmp_path / "station", "--json",
    )  # fmt: skip
    assert made.status == 0
    ran = muster("audit", "verify", "--data", tmp_path / "station", "--json")
    assert (ran.status, ran.error_code) == (2, "PASSWORD_NEEDED")
    known = ("--user", "max", "--password-file", tmp_path / "max")
    assert muster("audit", "verify", "--data", tmp_path / "station", *known, "--json").status == 0


def test_the_data_folder_before_the_command_is_a_mistake_that_is_told(muster: Muster) -> None:
    ran = muster("--data", "somewhere", "queue", "list")
    assert ran.status == 2


def test_drafts_are_listed_by_number_and_next_step_and_name_nobody(
    muster: Muster, copy: Path, erika_whole: Path
) -> None:
    begun = muster("enroll", "--from", erika_whole, "--data", copy, "--stop-after", "demographics", "--json")
    ran = muster("drafts", "list", "--data", copy, "--json")
    assert ran.status == 0, ran.err
    found = {draft["registration_id"]: draft for draft in ran.document["drafts"]}
    assert found[begun.document["registration_id"]]["next_step"] == "documents"
    assert "Mustermann" not in ran.out


def test_a_damaged_database_is_rebuilt_by_command_and_the_second_look_finds_it_whole(
    muster: Muster, copy: Path
) -> None:
    muster("drafts", "list", "--data", copy)  # leaves a carbon copy
    content = bytearray((copy / "muster.db").read_bytes())
    content[len(content) // 2] ^= 1
    (copy / "muster.db").write_bytes(content)
    first = muster("station", "repair", "--data", copy, "--json")
    rebuilt = first.document["rebuilt"]
    assert not first.document["whole"]
    assert {name: rebuilt[name] for name in rebuilt if name.endswith("_lost") and rebuilt[name]} == {}
    # the byte may lie in a table of which there is no copy, such as the gallery: then the command says so
    assert first.status == (1 if rebuilt["incomplete"] else 0)
    second = muster("station", "repair", "--data", copy, "--json")
    assert (second.status, second.document) == (0, {"whole": True, "rebuilt": None})


def test_the_trail_is_listed_and_exported_for_supervisors_only(
    muster: Muster, station: Path, tmp_path: Path
) -> None:
    ran = muster("audit", "list", "--data", station, "--json")
    assert (ran.status, ran.error_code) == (1, "SUPERVISOR_ONLY")
    ran = muster("audit", "export", tmp_path / "trail", "--data", station, "--json")
    assert (ran.status, ran.error_code) == (1, "SUPERVISOR_ONLY")
    assert not (tmp_path / "trail").exists()


def test_an_exported_trail_is_verified_by_a_command_that_has_no_station(
    muster: Muster, copy: Path, tmp_path: Path
) -> None:
    exported = muster("audit", "export", tmp_path / "trail", "--user", "supervisor", "--data", copy, "--json")
    assert exported.status == 0, exported.err
    key = copy / "keys" / "machine.pub.pem"
    good = muster("audit", "verify", "--file", tmp_path / "trail", "--machine-key", key, "--json")
    count = exported.document["records"]
    assert (good.status, good.document["valid"], good.document["records"]) == (0, True, count)
    text = (tmp_path / "trail").read_text()
    (tmp_path / "trail").write_text(text.replace("MUS-AUT-001", "MUS-AUT-002", 1))
    bad = muster("audit", "verify", "--file", tmp_path / "trail", "--machine-key", key, "--json")
    assert (bad.status, bad.document["valid"]) == (1, False)


def test_the_newest_records_are_told_by_what_happened_as_well_as_by_id(muster: Muster, copy: Path) -> None:
    ran = muster("audit", "list", "--limit", 1, "--user", "supervisor", "--data", copy)
    assert "MUS-AUT-001" in ran.out and "Operator signed in" in ran.out


def test_an_exported_trail_whose_end_lost_its_signature_is_not_good_enough_for_a_script(
    muster: Muster, copy: Path, tmp_path: Path
) -> None:
    muster("audit", "export", tmp_path / "trail", "--user", "supervisor", "--data", copy, "--json")
    title, *lines = (tmp_path / "trail").read_text().splitlines()
    unsigned = {name: value for name, value in json.loads(title).items() if name != "signature"}
    (tmp_path / "trail").write_text("\n".join([json.dumps(unsigned), *lines[:-3]]) + "\n")
    ran = muster("audit", "verify", "--file", tmp_path / "trail")
    assert ran.status == 1 and "NOT known to be complete" in ran.out
