"""Documents that a proof brought, as documents of the registration."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from muster.domain.evidence import ArtifactRole
from muster.domain.lifecycle import Registration
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Refused
from muster.proofing.method import Brought, NotDone, Outcome, Work
from muster.workstation.desk import Desk
from muster.workstation.shared_documents import SharedDocument
from muster.workstation.station import Station
from simulators.scripted_method import SCRIPTED_NO, ScriptedMethod, done_by
from unit.proofing.graphs import method
from unit.workstation.desks import audited, desk_at
from unit.workstation.test_evidence import SEES_ALL
from unit.workstation.test_proofing_step import configuration, entered

BILL = b"%PDF-1.7 a bill for water"  # of words: no picture is in it


def jpeg(grey: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((300, 480, 3), grey, np.uint8)).save(buffer, "JPEG")
    return buffer.getvalue()


class Sharing(ScriptedMethod):
    """Brings a bill and both sides of a card; ``no`` brings them and refuses."""

    def _answer(self, verb: str, work: Work) -> Outcome:
        files = (
            Brought(ArtifactRole.PROOF_OF_RESIDENCE, BILL),
            Brought(ArtifactRole.BACK, jpeg(90)),
            Brought(ArtifactRole.FRONT, jpeg(200)),
        )
        if isinstance(super()._answer(verb, work), NotDone):
            return NotDone(SCRIPTED_NO, files=files)
        return replace(done_by(work), files=files)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, new_station: Station) -> Iterator[Desk]:
    root = tmp_path_factory.mktemp("shared") / "station"
    shutil.copytree(new_station.folder.root, root)
    with desk_at(root, policy=SEES_ALL) as desk:
        desk.proofing_configuration.set(configuration(method("a")))
        yield desk


def shared(desk: Desk, *answers: str) -> RegistrationId:
    desk.proofing.methods = {"vouch": Sharing("vouch", {"a": [*answers]})}
    registration_id = entered(desk)
    view = desk.enrollment.proof.open(registration_id).view
    assert view is not None
    desk.proofing.dispatch(view.execution_id, "a")
    return registration_id


@pytest.fixture(scope="module")
def person(desk: Desk) -> RegistrationId:
    return shared(desk)


def offers(desk: Desk, registration_id: RegistrationId) -> dict[ArtifactRole, SharedDocument]:
    return {each.role: each for each in desk.enrollment.shared.offers(registration_id)}


def taken(desk: Desk, registration_id: RegistrationId, role: ArtifactRole, slot: str) -> Registration:
    offer = offers(desk, registration_id)[role]
    kind = next(each for each in offer.slots if each.field == slot).types[0].code
    return desk.enrollment.shared.take(registration_id, offer.id, slot, kind)


def test_what_a_refused_proof_brought_is_offered_to_nobody(desk: Desk) -> None:
    assert offers(desk, shared(desk, "no")) == {}


def test_what_nobody_brought_is_refused(desk: Desk, person: RegistrationId) -> None:
    with pytest.raises(BadInput, match="SHARED_DOCUMENT_UNKNOWN"):
        desk.enrollment.shared.take(person, "0" * 64, "proofOfAddress", "X")


def test_a_place_that_is_taken_is_left_alone(desk: Desk) -> None:
    registration_id = shared(desk)
    offer = offers(desk, registration_id)[ArtifactRole.FRONT]
    kind = offer.slots[0].types[0].code
    desk.enrollment.attach_document(registration_id, "proofOfIdentity", kind, None, jpeg(10))
    assert ArtifactRole.FRONT not in offers(desk, registration_id)
    with pytest.raises(Refused, match="DOCUMENT_THERE_ALREADY"):
        desk.enrollment.shared.take(registration_id, offer.id, "proofOfIdentity", kind)


def test_each_is_offered_for_what_it_proves(desk: Desk, person: RegistrationId) -> None:
    found = {role: [slot.field for slot in offer.slots] for role, offer in offers(desk, person).items()}
    assert found == {ArtifactRole.PROOF_OF_RESIDENCE: ["proofOfAddress"], ArtifactRole.FRONT: ["proofOfIdentity"]}


def test_a_pdf_is_kept_as_it_was_shared_and_says_from_whom(desk: Desk) -> None:
    registration_id = shared(desk)
    state = taken(desk, registration_id, ArtifactRole.PROOF_OF_RESIDENCE, "proofOfAddress")
    assert desk._journal.read(registration_id, state.documents["proofOfAddress"].content) == BILL
    provenance = state.provenance("proofOfAddress")
    assert provenance is not None
    assert provenance.provider == "script"
    assert audited(desk, registration_id)[-2:] == ["MUS-REG-004", "MUS-IDV-014"]


def test_a_pdf_of_words_has_a_page_nobody_can_see_here(desk: Desk) -> None:
    registration_id = shared(desk)
    taken(desk, registration_id, ArtifactRole.PROOF_OF_RESIDENCE, "proofOfAddress")
    page = desk.enrollment.document_page(registration_id, "proofOfAddress")
    assert (page.pixels, page.of) == (None, 1)
    assert desk.enrollment.document_findings(registration_id, "proofOfAddress") == ()
    with pytest.raises(BadInput, match="DOCUMENT_NOT_SHOWN"):
        desk.enrollment.prefill.read_document(registration_id, "proofOfAddress")


def test_both_sides_of_a_card_are_its_pages_the_front_first(desk: Desk) -> None:
    registration_id = shared(desk)
    taken(desk, registration_id, ArtifactRole.FRONT, "proofOfIdentity")
    pages = [desk.enrollment.document_page(registration_id, "proofOfIdentity", page) for page in (0, 1)]
    assert [each.of for each in pages] == [2, 2]
    assert [round(float(each.pixels.mean()), -1) for each in pages if each.pixels is not None] == [200, 90]


def test_what_was_taken_over_is_offered_no_more_until_it_is_removed(desk: Desk) -> None:
    registration_id = shared(desk)
    taken(desk, registration_id, ArtifactRole.PROOF_OF_RESIDENCE, "proofOfAddress")
    assert ArtifactRole.PROOF_OF_RESIDENCE not in offers(desk, registration_id)
    desk.enrollment.remove_document(registration_id, "proofOfAddress")
    assert ArtifactRole.PROOF_OF_RESIDENCE in offers(desk, registration_id)


def test_a_document_that_is_scanned_in_its_place_is_nobody_elses(desk: Desk) -> None:
    registration_id = shared(desk)
    state = taken(desk, registration_id, ArtifactRole.PROOF_OF_RESIDENCE, "proofOfAddress")
    kind = state.documents["proofOfAddress"].facts.type_code
    state = desk.enrollment.attach_document(registration_id, "proofOfAddress", kind, None, jpeg(10))
    assert state.provenance("proofOfAddress") is None


def test_it_stays_the_providers_under_another_kind(desk: Desk) -> None:
    registration_id = shared(desk)
    state = taken(desk, registration_id, ArtifactRole.PROOF_OF_RESIDENCE, "proofOfAddress")
    kind = state.documents["proofOfAddress"].facts.type_code
    state = desk.enrollment.call_document(registration_id, "proofOfAddress", kind, "RE1")
    assert state.provenance("proofOfAddress") is not None
