"""What a registration's identity rests on: who sees how much of it, and whom it is told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest

from muster.clock import utc_now
from muster.domain.evidence import EvidenceKind, LevelOfAssurance
from muster.domain.operators import Permission, Role
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Refused
from muster.workstation.desk import Desk
from muster.workstation.exporting import Wording
from muster.workstation.station import Station
from unit.proofing.graphs import method
from unit.workstation.desks import QUICK, audited, desk_at
from unit.workstation.test_proofing_step import configuration, entered, vouched

EVIDENCE = [each for each in Wording if each is not Wording.GOVSTACK]
SEES_ALL = replace(QUICK, permissions={**QUICK.permissions, Role.OFFICER: frozenset(Permission)})


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory, new_station: Station) -> Station:
    root = tmp_path_factory.mktemp("evidence") / "station"
    shutil.copytree(new_station.folder.root, root)
    return Station.at(root, utc_now)


@pytest.fixture(scope="module")
def person(station: Station) -> RegistrationId:
    """Somebody whom the officer vouched for."""
    with desk_at(station.folder.root, policy=SEES_ALL) as desk:
        desk.proofing_configuration.set(configuration(method("a")))
        registration_id = entered(desk)
        vouched(desk, registration_id)
        return registration_id


@pytest.fixture(scope="module")
def officer(station: Station, person: RegistrationId) -> Iterator[Desk]:
    with desk_at(station.folder.root) as desk:
        yield desk


def test_an_officer_sees_the_level_and_what_would_raise_it(officer: Desk, person: RegistrationId) -> None:
    view = officer.evidence.assurance(person)
    assert (view.level, view.pieces) == (LevelOfAssurance.LOA0, 1)  # a vouch alone is LEVEL1
    assert ("document_chip", "face_match") in {path.add for path in view.upgrade_paths}


def test_an_officer_sees_none_of_the_rest(officer: Desk, person: RegistrationId) -> None:
    with pytest.raises(Refused):
        officer.evidence.evaluation(person)


def test_who_may_see_it_sees_all_and_that_is_on_record(station: Station, person: RegistrationId) -> None:
    with desk_at(station.folder.root, policy=SEES_ALL) as desk:
        evaluation = desk.evidence.evaluation(person)
        assert [each.submission.kind for each in evaluation.evidence] == [EvidenceKind.VOUCH]
        assert audited(desk, person)[-1] == "MUS-IDV-011"


@pytest.mark.parametrize("wording", EVIDENCE)
def test_it_is_told_in_each_ones_words_and_that_is_on_record(
    officer: Desk, person: RegistrationId, wording: Wording
) -> None:
    told = officer.exporting.told(person, wording, partner="health-fund")
    assert json.loads(json.dumps(told)) == told
    record = list(officer.trail.about(person))[-1]
    assert (record.event, record.detail["wording"]) == ("MUS-REG-012", wording.value)


@pytest.mark.parametrize("wording", EVIDENCE)
def test_of_somebody_who_proved_nothing_there_is_nothing_to_tell(officer: Desk, wording: Wording) -> None:
    nobody = entered(officer)
    assert officer.evidence.assurance(nobody).pieces == 0
    with pytest.raises(Refused, match="EVIDENCE_ABSENT"):
        officer.exporting.told(nobody, wording, partner="health-fund")
    assert "MUS-REG-012" not in audited(officer, nobody)


def test_where_the_content_is_gone_nobody_says_that_nothing_was_proven(officer: Desk) -> None:
    person = entered(officer)
    vouched(officer, person)
    assert not officer.evidence.assurance(person).is_destroyed
    officer._submission.destroy_content(person)
    assert officer.evidence.assurance(person).is_destroyed
    with pytest.raises(Refused, match="EVIDENCE_DESTROYED"):
        officer.exporting.told(person, Wording.GOVSTACK_CLAIMS, partner="health-fund")


def test_each_partner_knows_the_person_by_a_number_of_its_own(officer: Desk, person: RegistrationId) -> None:
    def subject(partner: str) -> str:
        return str(officer.exporting.told(person, Wording.GOVSTACK_CLAIMS, partner=partner)["sub"])

    assert subject("health-fund") == subject("health-fund")
    assert subject("health-fund") != subject("tax-office")
    assert person.text not in subject("health-fund")


def test_govstacks_words_for_a_partner_are_its_claims(officer: Desk, person: RegistrationId) -> None:
    claims = officer.exporting.told(person, Wording.GOVSTACK_CLAIMS, partner="health-fund")
    assert officer.exporting.told(person, Wording.GOVSTACK, partner="health-fund") == claims
    assert list(officer.trail.about(person))[-1].detail["wording"] == "govstack-claims"


def test_claims_are_for_somebody(officer: Desk, person: RegistrationId) -> None:
    with pytest.raises(BadInput, match="PARTNER_NEEDED"):
        officer.exporting.told(person, Wording.GOVSTACK_CLAIMS)
