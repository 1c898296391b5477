"""The files behind evidence: who opens them, and how long they are there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from muster.domain.evidence import Artifact, ArtifactRole
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Refused
from muster.proofing.method import Brought, Outcome, Work
from muster.workstation.desk import Desk
from muster.workstation.exporting import Wording
from muster.workstation.station import Station
from simulators.scripted_method import ScriptedMethod, done_by
from unit.proofing.graphs import method
from unit.workstation.desks import audited, desk_at
from unit.workstation.test_evidence import SEES_ALL
from unit.workstation.test_proofing_step import configuration, entered

BILL = b"%PDF-1.7 a bill for water, to Erika Mustermann"
FRONT = b"\xff\xd8\xff\xe0 the front of a card"


class Sharing(ScriptedMethod):
    """Brings files with its answer."""

    def _answer(self, verb: str, work: Work) -> Outcome:
        bill = Brought(ArtifactRole.PROOF_OF_RESIDENCE, BILL, "RE1.jpg")
        return replace(done_by(work), files=(bill, Brought(ArtifactRole.FRONT, FRONT)))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, new_station: Station) -> Iterator[Desk]:
    """Whoever may see everything."""
    root = tmp_path_factory.mktemp("files") / "station"
    shutil.copytree(new_station.folder.root, root)
    with desk_at(root, policy=SEES_ALL) as desk:
        desk.proofing_configuration.set(configuration(method("a")))
        desk.proofing.methods = {"vouch": Sharing("vouch")}
        yield desk


@pytest.fixture(scope="module")
def person(desk: Desk) -> RegistrationId:
    return shared(desk)


def shared(desk: Desk) -> RegistrationId:
    registration_id = entered(desk)
    view = desk.enrollment.proof.open(registration_id).view
    assert view is not None
    desk.proofing.dispatch(view.execution_id, "a")
    return registration_id


def artifacts(desk: Desk, registration_id: RegistrationId) -> tuple[Artifact, ...]:
    (piece,) = desk.evidence.submissions(registration_id)
    return piece.artifacts


def test_nobody_opens_a_file_who_may_not_see_indicators(desk: Desk, person: RegistrationId) -> None:
    bill, _ = artifacts(desk, person)
    with desk_at(desk.folder.root) as officer, pytest.raises(Refused):
        officer.evidence.file(person, bill.digest)


def test_a_file_that_no_piece_has_is_refused(desk: Desk, person: RegistrationId) -> None:
    with pytest.raises(BadInput, match="EVIDENCE_FILE_UNKNOWN"):
        desk.evidence.file(person, "0" * 64)


def test_what_a_file_is_says_its_content_and_not_its_name(desk: Desk, person: RegistrationId) -> None:
    told = {each.role: (each.media_type, each.filename) for each in artifacts(desk, person)}
    assert told == {
        ArtifactRole.PROOF_OF_RESIDENCE: ("application/pdf", "RE1.jpg"),
        ArtifactRole.FRONT: ("image/jpeg", ""),
    }


def test_who_may_opens_it_and_that_is_on_record(desk: Desk, person: RegistrationId) -> None:
    bill, _ = artifacts(desk, person)
    seen = desk.evidence.file(person, bill.digest)
    assert (seen.content, seen.pages) == (BILL, ())  # a PDF without a picture is shown elsewhere
    assert audited(desk, person)[-1] == "MUS-IDV-012"


def test_a_copy_is_written_and_that_is_on_record(desk: Desk, person: RegistrationId, tmp_path: Path) -> None:
    bill, _ = artifacts(desk, person)
    desk.evidence.copy_file(person, bill.digest, tmp_path / "bill.pdf")
    assert (tmp_path / "bill.pdf").read_bytes() == BILL
    assert audited(desk, person)[-1] == "MUS-IDV-013"


def test_on_the_disk_it_is_sealed(desk: Desk, person: RegistrationId) -> None:
    bill, _ = artifacts(desk, person)
    assert BILL not in (desk.folder.blobs / bill.kept).read_bytes()


def test_it_is_destroyed_with_the_registration(desk: Desk) -> None:
    registration_id = shared(desk)
    kept = [desk.folder.blobs / each.kept for each in artifacts(desk, registration_id)]
    assert all(each.exists() for each in kept)
    desk.enrollment.discard(registration_id, "begun for somebody else")
    assert not any(each.exists() for each in kept)


def test_it_outlives_the_tidying_up_at_the_next_sign_in(desk: Desk, person: RegistrationId) -> None:
    desk._submission.tidy()
    bill, _ = artifacts(desk, person)
    assert desk.evidence.file(person, bill.digest).content == BILL


def test_about_nobody_nothing_is_kept(desk: Desk) -> None:
    definitions = desk.proofing_configuration.definitions()
    begun = desk.proofing.start(desk.proofing.compile(definitions, definitions.use_cases[0]).required())
    before = {*desk.folder.blobs.iterdir()}
    desk.proofing.dispatch(begun.execution_id, "a")
    assert {*desk.folder.blobs.iterdir()} == before


def test_other_systems_are_told_what_it_is_and_by_which_digest_it_is_known(
    desk: Desk, person: RegistrationId
) -> None:
    told = json.dumps(desk.exporting.told(person, Wording.OIDC_IDA))
    assert all(each.media_type in told for each in artifacts(desk, person))


def test_nothing_is_told_as_agreed_to_where_nothing_was_asked(desk: Desk, person: RegistrationId) -> None:
    assert desk.evidence.consents(person) == ()
