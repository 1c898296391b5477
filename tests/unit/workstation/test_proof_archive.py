"""Taking the proof of an identity: when, by whom, what is in it, what is left here, and what a crash undoes."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from muster import base64url, durable
from muster.audit.catalogue import AuditEvent
from muster.crypto.signing import SigningKey
from muster.domain.evidence import ArtifactRole, LevelOfAssurance
from muster.domain.operators import PERMISSIONS, Role
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, MusterError, NetworkUnavailable, NotAuthentic, Refused, StorageUnavailable
from muster.formats.proof_archive import read_proof
from muster.formats.zip_archive import pack
from muster.formats.zip_reading import unpack
from muster.methods.web import PROVIDER_UNREACHABLE
from muster.proofing.definitions import Method
from muster.proofing.method import Brought, Outcome, Work
from muster.store.database import Work as StoreWork
from muster.workstation import proof_archive
from muster.workstation.desk import Desk
from muster.workstation.exporting import Wording
from muster.workstation.proof_archive import TakenProof, verify_proof
from simulators.scripted_method import ScriptedMethod, done_by
from unit.proofing.graphs import method, plan
from unit.workstation.desks import QUICK, SUPERVISOR, audited, blob_files, desk_at, with_database_key

FRONT = b"\xff\xd8\xff\xe0 the front of a card"
SIGNED_BY_SERVICE = b"PK\x05\x06 what a service signed"


class Sharing(ScriptedMethod):
    """Brings a picture."""

    def _answer(self, verb: str, work: Work) -> Outcome:
        return replace(done_by(work), files=(Brought(ArtifactRole.FRONT, FRONT),))


class Attesting(ScriptedMethod):
    """Its service signs in the end what it found, and then deletes it."""

    service: list[bytes | MusterError]

    def service_proof(self, definition: Method, metadata: Mapping[str, str], secret: object) -> bytes | None:
        said = self.service.pop(0) if self.service else None
        if isinstance(said, MusterError):
            raise said
        return said


def attested(desk: Desk, *said: bytes | MusterError) -> None:
    method = Attesting("vouch")
    method.service = list(said)
    desk.proofing.methods = {"vouch": method}


def proven(desk: Desk, registration_id: RegistrationId) -> None:
    desk.proofing.methods = {"vouch": Sharing("vouch")}
    view = desk.proofing.start(plan(method("a")), subject=registration_id.text)
    desk.proofing.dispatch(view.execution_id, "a")


@pytest.fixture(scope="module")
def proven_station(
    tmp_path_factory: pytest.TempPathFactory, sealed_station: tuple[Path, RegistrationId, str]
) -> tuple[Path, RegistrationId]:
    """A station with a sealed registration of somebody who proved who they are. Only to be copied."""
    root = tmp_path_factory.mktemp("proven") / "station"
    shutil.copytree(sealed_station[0], root)
    with desk_at(root, who=SUPERVISOR) as desk:
        proven(desk, sealed_station[1])
    return root, sealed_station[1]


@pytest.fixture
def root(tmp_path: Path, proven_station: tuple[Path, RegistrationId]) -> Path:
    shutil.copytree(proven_station[0], tmp_path / "station")
    return tmp_path / "station"


@pytest.fixture
def person(proven_station: tuple[Path, RegistrationId]) -> RegistrationId:
    return proven_station[1]


@pytest.fixture
def desk(root: Path) -> Iterator[Desk]:
    with desk_at(root, who=SUPERVISOR) as desk:
        yield desk


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "proof.zip"


@dataclass(frozen=True)
class Taken:
    """A proof that was taken, at a desk where nothing else happens."""

    desk: Desk
    person: RegistrationId
    proof: TakenProof
    file: Path
    files_before: int


@pytest.fixture(scope="module")
def taken(
    tmp_path_factory: pytest.TempPathFactory, proven_station: tuple[Path, RegistrationId]
) -> Iterator[Taken]:
    root, person = tmp_path_factory.mktemp("taken") / "station", proven_station[1]
    shutil.copytree(proven_station[0], root)
    with desk_at(root, who=SUPERVISOR) as desk:
        attested(desk, SIGNED_BY_SERVICE)
        before, file = len(blob_files(root)), root.with_name("proof.zip")
        yield Taken(desk, person, desk.proof_archives.take(person, file), file, before)


@contextmanager
def killed(monkeypatch: pytest.MonkeyPatch, name: str) -> Iterator[None]:
    """As this is about to happen."""

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(proof_archive.ProofArchives, name, dies)
        yield


def refusal(desk: Desk, person: RegistrationId, out: Path) -> str:
    with pytest.raises(Refused) as error:
        desk.proof_archives.take(person, out)
    assert not out.exists()
    return error.value.code.name


# --- when, and by whom -----------------------------------------------------------------------------------


def test_no_proof_is_taken_of_a_draft(desk: Desk, out: Path) -> None:
    draft = desk.enrollment.start().id
    proven(desk, draft)
    assert refusal(desk, draft, out) == "PROOF_TOO_EARLY"


def test_no_proof_is_taken_of_somebody_who_proved_nothing(
    sealed: tuple[Path, RegistrationId, str], out: Path
) -> None:
    with desk_at(sealed[0], who=SUPERVISOR) as desk:
        assert refusal(desk, sealed[1], out) == "EVIDENCE_ABSENT"


def test_an_officer_takes_no_proof(root: Path, person: RegistrationId, out: Path) -> None:
    with desk_at(root) as officer:
        assert refusal(officer, person, out) == "SUPERVISOR_ONLY"


def test_a_folder_that_is_not_there_is_said_before_anything_happens(desk: Desk, person: RegistrationId) -> None:
    with pytest.raises(BadInput) as error:
        desk.proof_archives.take(person, Path("/nowhere at all/proof.zip"))
    assert error.value.code.name == "PROOF_FILE_UNWRITABLE"
    assert desk._journal.load(person).proof_waiting is None


# --- what is told before ---------------------------------------------------------------------------------


def test_what_would_be_destroyed_is_told_before(desk: Desk, person: RegistrationId) -> None:
    told = desk.proof_archives.outlook(person)
    assert (told.hindrance, told.pieces, told.files, told.taken) == (None, 1, 1, None)


def test_a_draft_is_told_to_be_too_early(desk: Desk) -> None:
    draft = desk.enrollment.start().id
    proven(desk, draft)
    assert _hindrance(desk, draft) == "PROOF_TOO_EARLY"


def test_somebody_who_proved_nothing_is_told_to_have_no_evidence(
    sealed: tuple[Path, RegistrationId, str],
) -> None:
    with desk_at(sealed[0], who=SUPERVISOR) as desk:
        assert _hindrance(desk, sealed[1]) == "EVIDENCE_ABSENT"


def test_a_proof_that_was_taken_is_told_with_when_and_by_whom(taken: Taken) -> None:
    told = taken.desk.proof_archives.outlook(taken.person)
    assert told.taken is not None
    assert (told.taken.digest, told.taken.operator) == (taken.proof.digest, taken.desk.operator.user_id)
    assert _hindrance(taken.desk, taken.person) == "PROOF_ALREADY_TAKEN"


def test_an_officer_is_offered_no_proof(root: Path, person: RegistrationId) -> None:
    with desk_at(root) as officer:
        assert not officer.proof_archives.is_offered
        with pytest.raises(Refused, match="SUPERVISOR_ONLY"):
            officer.proof_archives.outlook(person)


def test_an_officer_takes_it_where_the_policy_lets_officers_see_indicators(
    root: Path, person: RegistrationId, out: Path
) -> None:
    lets = replace(QUICK, permissions={**PERMISSIONS, Role.OFFICER: PERMISSIONS[Role.SUPERVISOR]})
    with desk_at(root, policy=lets) as officer:
        assert officer.proof_archives.is_offered
        officer.proof_archives.take(person, out)
    verify_proof(out)


def _hindrance(desk: Desk, person: RegistrationId) -> str | None:
    hindrance = desk.proof_archives.outlook(person).hindrance
    return None if hindrance is None else hindrance.name


# --- what is in it, and what is left ---------------------------------------------------------------------


def test_k20_the_proof_holds_the_evidence_in_all_words_and_no_picture(taken: Taken) -> None:
    found = read_proof(taken.file.read_bytes())
    evidence = [name for name in found.files if name.startswith("evidence/")]
    assert [name.removeprefix("evidence/") for name in evidence] == [
        "gips.json",
        "mitrust.json",
        "openid-ida.json",
        "govstack.json",
        "ledger.json",
    ]
    assert all(json.loads(found.files[name]) for name in evidence)
    assert found.manifest.evaluation == json.loads(found.files["evidence/gips.json"])
    assert found.manifest.evaluation["globalStatus"]["status"] == "CLOSED"
    assert SIGNED_BY_SERVICE in found.files.values()
    assert FRONT not in taken.file.read_bytes()
    assert [each.name for each in found.manifest.not_inside] == ["front"]
    assert taken.proof.level == LevelOfAssurance.LOA0.value


def test_k20_what_the_proof_rests_on_is_destroyed_once_it_was_written(taken: Taken) -> None:
    root = taken.desk.folder.root
    assert taken.desk.evidence.assurance(taken.person).pieces == 0
    with pytest.raises(Refused):
        taken.desk.exporting.told(taken.person, Wording.GIPS)
    assert len(blob_files(root)) == taken.files_before - 1  # the picture; what the service signed came and went
    assert with_database_key(root, "SELECT 1 FROM proofing_event WHERE body LIKE '%vouched%'") == []
    of_the_proof = ("MUS-IDV-025", "MUS-IDV-026")
    assert tuple(each for each in audited(taken.desk, taken.person) if each in of_the_proof) == of_the_proof


def test_what_the_person_was_registered_with_stays_for_the_slip(taken: Taken) -> None:
    assert taken.desk.enrollment.with_slip([taken.person]) == {taken.person}
    assert taken.desk._journal.load(taken.person).demographics


def test_the_case_is_closed_for_good(taken: Taken, out: Path) -> None:
    assert refusal(taken.desk, taken.person, out) == "PROOF_ALREADY_TAKEN"
    state = taken.desk._journal.load(taken.person)
    assert state.proof_taken is not None
    assert state.proof_taken.digest == taken.proof.digest


# --- what services signed --------------------------------------------------------------------------------


def test_what_a_service_signed_in_the_end_is_asked_for_once_and_kept_in_the_proof(
    desk: Desk, person: RegistrationId, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attested(desk, SIGNED_BY_SERVICE, b"another")
    with killed(monkeypatch, "_put_together"):
        desk.proof_archives.take(person, out)
    desk.proof_archives.take(person, out)
    found = read_proof(out.read_bytes()).files.values()
    assert SIGNED_BY_SERVICE in found
    assert b"another" not in found


def test_a_service_that_is_not_there_keeps_the_case_open_unless_somebody_goes_on_without_it(
    desk: Desk, person: RegistrationId, out: Path
) -> None:
    attested(desk, NetworkUnavailable(PROVIDER_UNREACHABLE))
    with pytest.raises(NetworkUnavailable):
        desk.proof_archives.take(person, out)
    assert not out.exists()
    assert desk.evidence.assurance(person).pieces == 1
    attested(desk, NetworkUnavailable(PROVIDER_UNREACHABLE))
    desk.proof_archives.take(person, out, with_services=False)
    assert desk.evidence.assurance(person).pieces == 0


def test_a_later_step_is_given_the_pages_that_an_earlier_one_looked_at(desk: Desk, person: RegistrationId) -> None:
    (execution,) = desk.evidence._executions(person)
    assert [(each.role, each.content) for each in desk.proofing._pages(execution.id)] == [
        (ArtifactRole.FRONT, FRONT)
    ]
    about_nobody = desk.proofing.start(plan(method("a")))
    assert desk.proofing._pages(about_nobody.execution_id) == ()


# --- crashes ---------------------------------------------------------------------------------------------


def test_killed_between_writing_and_closing_the_next_time_gives_the_same_octets(
    root: Path, person: RegistrationId, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk_at(root, who=SUPERVISOR) as desk, killed(monkeypatch, "_close"):
        desk.proof_archives.take(person, out)
    first = out.read_bytes()
    with desk_at(root, who=SUPERVISOR) as after:
        assert after.evidence.assurance(person).pieces == 1
        after.proof_archives.take(person, out)
        assert out.read_bytes() == first
        assert after.evidence.assurance(person).pieces == 0


def test_a_full_disk_loses_nothing(
    desk: Desk, person: RegistrationId, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "full"
    folder.mkdir()
    with monkeypatch.context() as patch:
        patch.setattr("muster.durable.os.open", _full(folder))
        with pytest.raises(StorageUnavailable):
            desk.proof_archives.take(person, folder / "proof.zip")
    assert desk.evidence.assurance(person).pieces == 1
    desk.proof_archives.take(person, folder / "proof.zip")
    verify_proof(folder / "proof.zip")


def test_a_proof_that_waits_to_be_written_keeps_the_content(
    desk: Desk, person: RegistrationId, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with killed(monkeypatch, "_close"):
        desk.proof_archives.take(person, out)
    desk._submission.destroy_content(person)
    assert desk.enrollment.with_slip([person]) == {person}
    desk.proof_archives.take(person, out)
    desk._submission.destroy_content(person)
    assert desk.enrollment.with_slip([person]) == frozenset()


# --- several windows -------------------------------------------------------------------------------------


def test_content_is_kept_for_a_proof_that_was_put_together_a_moment_before_it_would_go(
    desk: Desk, person: RegistrationId, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = desk._journal.database.work

    def another_is_quicker() -> AbstractContextManager[StoreWork]:
        meanwhile.undo()
        with killed(monkeypatch, "_close"):
            desk.proof_archives.take(person, out)
        return begin()

    with pytest.MonkeyPatch.context() as meanwhile:
        meanwhile.setattr(desk._journal.database, "work", another_is_quicker)
        desk._submission.destroy_content(person)
    assert desk.enrollment.with_slip([person]) == {person}
    desk.proof_archives.take(person, out)
    verify_proof(out)


def test_the_case_stays_open_when_another_proof_waits_by_the_time_this_one_is_written(
    desk: Desk, person: RegistrationId, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = durable.write

    def another_is_put_together(path: Path, content: bytes) -> None:
        write(path, content)
        if path != out:
            return
        waiting = desk._journal.load(person).proof_waiting
        assert waiting is not None
        another = desk._journal.keep(person, content)
        with desk._journal.database.work() as work:
            work.registrations.append(person, replace(waiting, archive=another))
            work.blobs.add(person, another)
            work.record(AuditEvent.PROOF_PUT_TOGETHER, actor="erika", subject=person.text)

    with monkeypatch.context() as patch, pytest.raises(Refused):
        patch.setattr(durable, "write", another_is_put_together)
        desk.proof_archives.take(person, out)
    assert desk.evidence.assurance(person).pieces == 1
    desk.proof_archives.take(person, out)
    assert desk.evidence.assurance(person).pieces == 0


# --- elsewhere -------------------------------------------------------------------------------------------


def test_anybody_with_the_stations_key_can_check_it(taken: Taken, tmp_path: Path) -> None:
    key = tmp_path / "station.pub"
    key.write_bytes(taken.desk.proof_archives._key.signing_public)
    verdict = verify_proof(taken.file, key)
    assert (verdict.registration_id, verdict.station) == (taken.person.text, taken.desk.station.ref_id)
    assert verdict.is_compared
    assert not verify_proof(taken.file).is_compared
    record = with_database_key(
        taken.desk.folder.root, "SELECT digest FROM audit WHERE sequence = ?", verdict.trail_sequence
    )
    assert record == [(verdict.trail_head,)]


def test_a_proof_that_another_station_signed_is_no_proof_of_this_one(taken: Taken, tmp_path: Path) -> None:
    key = tmp_path / "another.pub"
    key.write_bytes(SigningKey.generate().signing_public)
    with pytest.raises(NotAuthentic) as error:
        verify_proof(taken.file, key)
    assert error.value.code.name == "PROOF_OF_ANOTHER"


def test_a_proof_that_was_signed_anew_after_a_change_is_found_by_the_key(taken: Taken, out: Path) -> None:
    files = unpack(taken.file.read_bytes())
    header, payload, _ = files["manifest.jws"].decode().split(".")
    forged = SigningKey.generate().sign(f"{header}.{payload}".encode())
    files["manifest.jws"] = f"{header}.{payload}.{base64url.encode(forged)}".encode()
    out.write_bytes(pack(files))
    with pytest.raises(NotAuthentic):
        verify_proof(out)


def test_what_is_no_proof_is_said_to_be_none(tmp_path: Path) -> None:
    for name, content in {"a": b"", "b": pack({"a.json": b"{}"})}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(MusterError):
            verify_proof(tmp_path / name)


def _full(folder: Path) -> Callable[..., int]:
    there = os.open

    def full(path: Path, *arguments: int) -> int:
        if Path(path).parent == folder:
            raise OSError(28, "No space left on device")
        return there(path, *arguments)

    return full
