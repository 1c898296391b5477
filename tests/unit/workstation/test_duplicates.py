"""Whether somebody was here before: found, told to the supervisor only, and over when its time is."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from muster.analysis.api import Pixels
from muster.analysis.face_recognition import FaceTemplate
from muster.analysis.weights import models_folder
from muster.audit.catalogue import AuditEvent
from muster.clock import Clock, utc_now
from muster.crypto.key_slots import open_slot
from muster.crypto.sealing import Sealer
from muster.crypto.signing import SigningKey
from muster.domain.biometrics import BiometricAttribute
from muster.domain.duplicates import MEASURE, Look, Person, Whose
from muster.domain.registration import RegistrationId, Step
from muster.errors import BadInput, NotAuthentic, Refused
from muster.formats.center_gallery import ENROL_PATH
from muster.receiver.app import create_app
from muster.receiver.storage import Storage
from muster.upload.transport import Answer, Request
from muster.workstation.center_search import Brought, CenterSearch
from muster.workstation.desk import Desk, sign_in
from muster.workstation.duplicates import _FORGOTTEN, Duplicates, _context, _write
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.policy import Policy
from muster.workstation.server import NoServer
from muster.workstation.station import Station
from unit.workstation.center_hub import Center, Line
from unit.workstation.desks import (
    OFFICER,
    QUICK,
    SUPERVISOR,
    SetClock,
    audited,
    desk_at,
    play,
    with_database_key,
)

SEARCHING = replace(QUICK, face_template_kept_for_days=30)
SOUGHT, FOUND, SHOWN, KEPT, EXPIRED = (f"MUS-DUP-00{number}" for number in (1, 2, 3, 4, 6))
NETWORK = "fr_feature"

Sealed = tuple[Path, RegistrationId, str]


@contextmanager
def officer(root: Path, clock: Clock = utc_now, policy: Policy = SEARCHING) -> Iterator[Desk]:
    with desk_at(root, clock=clock, policy=policy) as desk:
        desk.duplicates.settle()
        yield desk


@contextmanager
def supervisor(root: Path, clock: Clock = utc_now, policy: Policy = SEARCHING) -> Iterator[Desk]:
    name, password = SUPERVISOR.user_id, SUPERVISOR.password
    with sign_in(Station.at(root, clock), name, password, NoServer(), clock, policy=policy) as desk:
        desk.duplicates.settle()
        yield desk


def found(root: Path, registration_id: RegistrationId, policy: Policy = SEARCHING) -> Look:
    with supervisor(root, policy=policy) as desk:
        look = desk.duplicates.found(registration_id)
    assert look is not None
    return look


def portrait(desk: Desk, registration_id: RegistrationId) -> Pixels:
    return desk.enrollment.sample_picture(registration_id, BiometricAttribute.FACE)


def rows(root: Path) -> list[tuple[Any, ...]]:
    return with_database_key(root, "SELECT number, whose, name, network, kept_at, sealed FROM gallery")


def gallery_sealer(root: Path) -> Sealer:
    return Sealer(open_slot(Station.at(root, utc_now)._slots[0], OFFICER.password), "gallery")


@pytest.fixture(scope="module")
def _remembered(
    tmp_path_factory: pytest.TempPathFactory, sealed_station: Sealed
) -> tuple[Path, RegistrationId, RegistrationId]:
    """One sealed registration whose face is kept, and a draft of the same face. Only to be copied."""
    root = tmp_path_factory.mktemp("remembered") / "station"
    shutil.copytree(sealed_station[0], root)
    with officer(root) as desk:
        draft = desk.enrollment.start().id
    return root, sealed_station[1], draft


@pytest.fixture
def remembered(
    tmp_path: Path, _remembered: tuple[Path, RegistrationId, RegistrationId]
) -> tuple[Path, RegistrationId, RegistrationId]:
    shutil.copytree(_remembered[0], tmp_path / "station")
    return tmp_path / "station", *_remembered[1:]


Remembered = tuple[Path, RegistrationId, RegistrationId]


# Pictures nobody can be searched for by


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((1, 1, 3), np.uint8),
        np.full((480, 640, 3), 255, np.uint8),
        np.zeros((600, 1), np.uint8),
        np.zeros((1, 600, 3), np.uint8),
        np.random.default_rng(0).integers(0, 255, (240, 320, 3), np.uint8),
    ],
    ids=["one pixel", "blank", "one pixel wide", "one pixel high", "noise"],
)
def test_a_picture_without_a_face_is_a_reason_and_no_error(remembered: Remembered, picture: Pixels) -> None:
    root, _, draft = remembered
    with officer(root) as desk:
        look = desk.duplicates.look(draft, picture)
    assert look.reason is not None
    assert look.reason.name == "FACE_ABSENT"
    assert [each.reason.name for each in look.assessment.measures] == ["FACE_ABSENT"]  # type: ignore[union-attr]
    assert look.candidates == ()


def test_two_faces_are_a_reason_and_no_error(remembered: Remembered) -> None:
    root, sealed, draft = remembered
    with officer(root) as desk:
        face = portrait(desk, sealed)
        look = desk.duplicates.look(draft, np.hstack([face, face]))
    assert look.reason is not None
    assert look.reason.name == "FACE_SEVERAL"


def test_a_network_without_a_threshold_for_searching_finds_nobody_and_says_so(
    remembered: Remembered, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root, sealed, draft = remembered
    pack = tmp_path / "pack"
    pack.mkdir()
    shutil.copy(models_folder() / "fr_feature.onnx", pack)
    (pack / "calibration.toml").write_text(
        '["face match"]\npoints = [[0, 0], [1, 100]]\nthresholds = { match = 0.3 }\n', encoding="utf-8"
    )
    monkeypatch.setenv("MUSTER_FACE_PACK", str(pack))
    with officer(root) as desk:
        look = desk.duplicates.look(draft, portrait(desk, sealed))
    assert look.reason is not None
    assert look.reason.name == "SEARCH_UNCALIBRATED"


# Who is found, and who hears of it


def test_whoever_was_here_before_is_found(remembered: Remembered) -> None:
    root, sealed, draft = remembered
    with officer(root) as desk:
        look = desk.duplicates.look(draft, portrait(desk, sealed))
    (candidate,) = look.candidates
    assert candidate.person == Person(Whose.REGISTRATION, sealed.text)
    assert candidate.cosine == pytest.approx(1, abs=0.002)  # a template at rest has half the precision
    assert (look.compared, look.damaged, look.reason) == (1, 0, None)
    (finding,) = look.assessment.findings
    assert (finding.code.name, finding.severity.value, finding.field) == ("FACE_SEEN_BEFORE", "warns", sealed.text)
    assert sealed.text not in finding.sentence


def test_a_grey_picture_is_searched_for_as_well(remembered: Remembered) -> None:
    root, sealed, draft = remembered
    with officer(root) as desk:
        grey = portrait(desk, sealed).mean(axis=2).astype(np.uint8)
        assert len(desk.duplicates.look(draft, grey).candidates) == 1


def test_nobody_is_a_duplicate_of_himself(remembered: Remembered) -> None:
    root, sealed, _ = remembered
    with officer(root) as desk:
        look = desk.duplicates.look(sealed, portrait(desk, sealed))
    assert (look.candidates, look.compared) == ((), 0)


def test_somebody_else_is_not_found(remembered: Remembered, face_of_another: Pixels) -> None:
    root, _, draft = remembered
    with officer(root) as desk:
        look = desk.duplicates.look(draft, face_of_another)
    assert (look.candidates, look.compared, look.reason) == ((), 1, None)
    assert look.assessment.measures == look.assessment.findings == ()


def test_an_operator_is_found(remembered: Remembered, face_of_another: Pixels) -> None:
    root, _, draft = remembered
    with officer(root) as desk:
        desk.duplicates.remember_operator("max", face_of_another)
        (candidate,) = desk.duplicates.look(draft, face_of_another).candidates
        assert candidate.person == Person(Whose.OPERATOR, "max")
        desk.duplicates.forget_operator("max")
        assert desk.duplicates.look(draft, face_of_another).candidates == ()


def test_the_face_of_somebody_who_does_not_work_here_is_not_kept(
    remembered: Remembered, face_of_another: Pixels
) -> None:
    root, _, _ = remembered
    with officer(root) as desk, pytest.raises(BadInput):
        desk.duplicates.remember_operator("nobody", face_of_another)


def test_an_officer_is_not_shown_what_was_found(remembered: Remembered) -> None:
    root, sealed, draft = remembered
    with officer(root) as desk:
        desk.duplicates.look(draft, portrait(desk, sealed))
        with pytest.raises(Refused) as caught:
            desk.duplicates.found(draft)
    assert caught.value.code.name == "SUPERVISOR_ONLY"


def test_a_supervisor_is_shown_what_was_found_and_that_is_on_record(remembered: Remembered) -> None:
    root, sealed, draft = remembered
    with officer(root) as desk:
        look = desk.duplicates.look(draft, portrait(desk, sealed))
    with supervisor(root) as desk:
        shown = desk.duplicates.found(draft)
        assert audited(desk, draft)[-1] == SHOWN
    assert shown is not None
    assert replace(shown, at=look.at) == look
    assert abs(shown.at - look.at) < timedelta(seconds=1)


def test_where_nobody_was_searched_for_there_is_no_answer(remembered: Remembered) -> None:
    root, _, draft = remembered
    with supervisor(root) as desk:
        assert desk.duplicates.found(draft) is None


def test_the_trail_holds_counts_and_neither_a_score_nor_whom_was_found(remembered: Remembered) -> None:
    root, sealed, draft = remembered
    with officer(root) as desk:
        desk.duplicates.look(draft, portrait(desk, sealed))
        records = [each for each in desk.trail.about(draft) if each.event.startswith("MUS-DUP")]
    assert [(each.event, dict(each.detail)) for each in records] == [
        (SOUGHT, {"compared": "1"}),
        (FOUND, {"candidates": "1"}),
    ]


# Damage


def test_a_damaged_template_is_told_and_counts_as_not_assessed(remembered: Remembered) -> None:
    root, sealed, draft = remembered
    with_database_key(root, "UPDATE gallery SET sealed = zeroblob(1052)")
    with officer(root) as desk:
        look = desk.duplicates.look(draft, portrait(desk, sealed))
        assert "MUS-DUP-007" in [each.event for each in desk.trail.newest_first(5)]
    assert (look.compared, look.damaged, look.candidates) == (0, 1, ())
    assert [each.measure for each in look.assessment.measures] == [MEASURE]
    assert [each.code.name for each in look.assessment.findings] == ["TEMPLATES_DAMAGED"]


def test_beside_a_damaged_template_the_others_are_still_found(
    remembered: Remembered, face_of_another: Pixels
) -> None:
    root, _, draft = remembered
    with officer(root) as desk:
        desk.duplicates.remember_operator("max", face_of_another)
        desk.duplicates.remember_operator("erika", face_of_another)
    with_database_key(root, "UPDATE gallery SET sealed = substr(sealed, 2) WHERE name = 'erika'")
    with officer(root) as desk:
        look = desk.duplicates.look(draft, face_of_another)
    assert [each.person.name for each in look.candidates] == ["max"]
    assert (look.compared, look.damaged) == (2, 1)


def test_a_template_moved_to_another_person_does_not_open(remembered: Remembered) -> None:
    root, sealed, draft = remembered
    with_database_key(root, "UPDATE gallery SET whose = 'operator', name = 'max'")
    with officer(root) as desk:
        look = desk.duplicates.look(draft, portrait(desk, sealed))
    assert look.damaged == 1
    assert [each.person.name for each in look.candidates] == [sealed.text]  # made up again; not the operator


@pytest.mark.parametrize("content", [bytes(1024), b"\xff\x7f" * 512, bytes(1022)], ids=["0", "nan", "short"])
def test_a_sealed_template_that_is_no_vector_is_damaged(remembered: Remembered, content: bytes) -> None:
    root, sealed, draft = remembered
    blob = gallery_sealer(root).seal(content, f"gallery/registration/{sealed}/{NETWORK}")
    with_database_key(root, "UPDATE gallery SET sealed = ?", blob)
    with officer(root) as desk:
        assert desk.duplicates.look(draft, portrait(desk, sealed)).damaged == 1


def test_an_answer_that_was_changed_is_not_shown(remembered: Remembered) -> None:
    root, sealed, draft = remembered
    with officer(root) as desk:
        desk.duplicates.look(draft, portrait(desk, sealed))
    with_database_key(root, "UPDATE duplicate_look SET sealed = zeroblob(100)")
    with supervisor(root) as desk, pytest.raises(NotAuthentic):
        desk.duplicates.found(draft)


# When a template is kept, and when it ends


def test_a_template_is_made_up_at_the_next_sign_in(sealed: Sealed) -> None:
    root, registration_id, _ = sealed
    assert rows(root) == []  # sealed at a station that kept none
    with officer(root) as desk:
        assert KEPT in audited(desk, registration_id)
    ((_, whose, name, network, _, _),) = rows(root)
    assert (whose, name, network) == ("registration", registration_id.text, NETWORK)
    with officer(root) as desk:
        assert audited(desk, registration_id).count(KEPT) == 1


def test_no_template_lies_readable_in_the_database(remembered: Remembered) -> None:
    root, sealed, _ = remembered
    ((*_, blob),) = rows(root)
    vector = np.frombuffer(gallery_sealer(root).open(blob, f"gallery/registration/{sealed}/{NETWORK}"), "<f2")
    assert np.linalg.norm(vector.astype(np.float32)) == pytest.approx(1, abs=0.001)
    assert vector.tobytes() not in blob
    with pytest.raises(NotAuthentic):
        Sealer(bytes(32), "gallery").open(blob, f"gallery/registration/{sealed}/{NETWORK}")


def test_a_draft_is_not_remembered(signed: tuple[Path, RegistrationId]) -> None:
    root, registration_id = signed
    with officer(root) as desk:
        desk.duplicates.remember(registration_id)
    assert rows(root) == []


def test_an_outdated_template_is_gone_from_the_disk_and_from_memory(remembered: Remembered) -> None:
    root, sealed, draft = remembered
    clock = SetClock(utc_now())
    with officer(root, clock) as desk:
        face = portrait(desk, sealed)
        assert len(desk.duplicates.look(draft, face).candidates) == 1
        clock.forward(days=31)
        look = desk.duplicates.look(draft, face)
        assert (look.candidates, look.compared) == ((), 0)
        assert desk.duplicates._search is not None
        assert len(desk.duplicates._search) == 0
        assert EXPIRED in [each.event for each in desk.trail.newest_first(5)]
        assert rows(root) == []


def test_what_is_outdated_goes_at_sign_in_and_is_not_made_up_again(remembered: Remembered) -> None:
    root, sealed, draft = remembered
    with officer(root) as desk:
        desk.duplicates.look(draft, portrait(desk, sealed))
    later = SetClock(utc_now() + timedelta(days=31))
    with officer(root, later):
        pass
    assert rows(root) == []
    assert with_database_key(root, "SELECT * FROM duplicate_look") == []


def test_a_station_that_keeps_none_destroys_what_it_kept(remembered: Remembered) -> None:
    root, _, _ = remembered
    with desk_at(root, policy=QUICK) as desk:
        desk.duplicates.settle()
        assert EXPIRED in [each.event for each in desk.trail.newest_first(5)]
    assert rows(root) == []


def test_what_another_program_added_and_destroyed_is_seen(remembered: Remembered) -> None:
    root, sealed, draft = remembered
    with officer(root) as here, officer(root) as there:
        face = portrait(here, sealed)
        here.duplicates.look(draft, face)
        there.duplicates.remember_operator("max", face)
        names = [each.person.name for each in here.duplicates.look(draft, face).candidates]
        assert sorted(names) == sorted(["max", sealed.text])
        there.duplicates.forget_operator("max")
        assert len(here.duplicates.look(draft, face).candidates) == 1


# In the enrollment


def test_who_says_yes_to_the_preview_is_searched_for(sealed: Sealed) -> None:
    root, first, _ = sealed
    with officer(root) as desk:
        second = play(desk)
        desk.duplicates.settle()
        assert SOUGHT in audited(desk, second)
        assert desk.enrollment.registration(second).signed is not None
    assert [each.person.name for each in found(root, second).candidates] == [first.text]


def test_a_face_that_was_sought_is_kept_without_being_looked_at_again(
    sealed: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, first, _ = sealed
    looked_at = []

    def made(self: Duplicates, portrait: Pixels) -> FaceTemplate:
        looked_at.append(portrait)
        return real(self, portrait)

    real = Duplicates._template
    with officer(root) as desk:
        monkeypatch.setattr(Duplicates, "_template", made)
        second = play(desk)
        desk.enrollment.submit(second)
        desk.duplicates.settle()
        assert len(looked_at) == 1
        third, _ = play(desk), play(desk)
        desk.enrollment.submit(third)  # another one was sought meanwhile
        desk.duplicates.settle()
        assert len(looked_at) == 4
    assert desk.duplicates._sought is None
    assert [row[2] for row in rows(root)] == [first.text, second.text, third.text]


def test_a_face_that_was_sought_is_held_until_its_draft_is_sealed_or_destroyed(sealed: Sealed) -> None:
    with officer(sealed[0]) as desk:
        signed = play(desk)
        desk.duplicates.settle()
        assert desk.duplicates._sought is not None
        desk.enrollment.submit(signed)
        desk.duplicates.settle()
        assert desk.duplicates._sought is None
        draft = play(desk, stop_after=Step.PREVIEW)
        desk.duplicates.settle()
        assert desk.duplicates._sought is not None
        desk.enrollment.discard(draft, "left")
        desk.duplicates.settle()
        assert desk.duplicates._sought is None


def test_a_search_that_breaks_keeps_nobody_from_being_enrolled(
    sealed: Sealed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root, _, _ = sealed
    monkeypatch.setenv("MUSTER_FACE_PACK", str(tmp_path / "no such folder"))
    with officer(root) as desk:
        registration_id = play(desk)
        assert desk.enrollment.registration(registration_id).signed is not None
    look = found(root, registration_id)
    assert look.reason is not None


def test_a_face_is_kept_before_the_content_it_is_made_of_is_destroyed(
    signed: tuple[Path, RegistrationId], receiver: EmbeddedReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, registration_id = signed
    monkeypatch.setattr(Duplicates, "remember_soon", lambda *_: None)  # the lane did not come to it
    with desk_at(root, receiver, policy=SEARCHING) as desk:
        desk.sync.deliver(desk.enrollment.submit(registration_id).packet_id)
        desk.enrollment.forget(registration_id)
    assert [row[2] for row in rows(root)] == [registration_id.text]


def test_what_was_found_of_a_discarded_draft_is_destroyed(remembered: Remembered) -> None:
    root, sealed, draft = remembered
    with officer(root) as desk:
        face = portrait(desk, sealed)
        desk.duplicates.look(draft, face)
        desk.enrollment.discard(draft, "wrong person")
        assert with_database_key(root, "SELECT * FROM duplicate_look") == []
        desk.duplicates.look(draft, face)  # came late
    assert with_database_key(root, "SELECT * FROM duplicate_look") == []


# Many


def test_one_is_found_among_a_thousand_and_beyond_the_limit_by_sketches(remembered: Remembered) -> None:
    root, sealed, draft = remembered
    with officer(root) as desk:
        _fill(desk, 1000)
        face = portrait(desk, sealed)
        look = desk.duplicates.look(draft, face)
        assert (look.compared, [each.person.name for each in look.candidates]) == (1001, [sealed.text])
    with officer(root, policy=replace(SEARCHING, faces_compared_each=500)) as desk:
        by_graph = desk.duplicates.look(draft, face)
    assert desk.duplicates._search is None  # closed: nothing stays in memory
    assert by_graph.candidates[0].person == look.candidates[0].person
    assert by_graph.candidates[0].cosine == pytest.approx(look.candidates[0].cosine, abs=1e-5)


def _fill(desk: Desk, count: int) -> None:
    vectors = np.random.default_rng(0).standard_normal((count, 512), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    duplicates = desk.duplicates
    with duplicates._journal.database.work() as work:
        for number, vector in enumerate(vectors):
            person = Person(Whose.OPERATOR, f"operator{number}")
            sealed = duplicates._sealer.seal(_write(FaceTemplate(NETWORK, vector)), _context(person, NETWORK))
            work.gallery.put(person, NETWORK, utc_now(), sealed)
        work.record(AuditEvent.TEMPLATE_KEPT, actor="erika")


@pytest.fixture(scope="session")
def face_of_another() -> Pixels:
    """A portrait in the public domain (NASA; in the package of scikit-image), pulled so wide that recognition sees
    somebody else than whom the simulated camera shows."""
    from skimage.data import astronaut

    return np.asarray(Image.fromarray(astronaut()).resize((922, 512)))


# At the center

AT_CENTER = replace(SEARCHING, faces_sought_at_center=True)


@pytest.fixture
def center(tmp_path: Path) -> Iterator[tuple[Center, SigningKey]]:
    storage, key = Storage(tmp_path / "hub", utc_now), SigningKey.generate()
    storage.register_machine("10001_10001", key.public_pem)
    yield Center(storage, create_app(storage, utc_now), utc_now), key
    storage.close()


def test_a_center_that_cannot_be_reached_is_on_record_and_keeps_nobody_from_being_found_here(
    remembered: Remembered,
) -> None:
    root, sealed, draft = remembered
    with officer(root, policy=AT_CENTER) as desk:
        (candidate,) = desk.duplicates.look(draft, portrait(desk, sealed)).candidates
    assert candidate.person.name == sealed.text
    assert with_database_key(root, "SELECT count(*) FROM audit WHERE event = 'MUS-DUP-008'") == [(1,)]


def test_what_was_brought_to_the_center_is_found_there_by_a_station_that_has_it_no_more(
    remembered: Remembered, center: tuple[Center, SigningKey]
) -> None:
    root, sealed, draft = remembered
    hub, key = center
    with officer(root, policy=AT_CENTER) as desk:
        desk.duplicates._center = hub.station(key)
        desk.duplicates.catch_up()
        desk.duplicates.settle()
        with_database_key(root, "DELETE FROM gallery")
        look = desk.duplicates.look(draft, portrait(desk, sealed))
    assert ([each.person.name for each in look.candidates], look.compared) == ([sealed.text], 1)


def test_whoever_is_forgotten_is_found_neither_here_nor_at_the_center_and_not_kept_again(
    remembered: Remembered, center: tuple[Center, SigningKey]
) -> None:
    root, sealed, draft = remembered
    hub, key = center
    with supervisor(root, policy=AT_CENTER) as desk:
        desk.duplicates._center = hub.station(key)
        desk.duplicates.catch_up()
        desk.duplicates.forget(sealed)
        assert desk.duplicates.look(draft, portrait(desk, sealed)).candidates == ()
    with officer(root):
        pass
    assert rows(root) == []


class Meanwhile(Line):
    """Another program does something just before or after one request (its method, or its path) is served."""

    def __init__(
        self,
        hub: Center,
        key: SigningKey,
        which: str,
        before: Callable[[], object] = lambda: None,
        after: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__(hub.app, key, hub.clock)
        self._which, self._before, self._after = which, before, after

    def send(self, request: Request) -> Answer:
        if self._which not in {request.method, request.path}:
            return super().send(request)
        self._which = ""
        self._before()
        answer = super().send(request)
        self._after()
        return answer


def at_center(hub: Center) -> int:
    with hub.storage.database.reading() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM gallery_template").scalar_one())


def forgotten_by_another(root: Path, registration_id: RegistrationId) -> None:
    mark = f"'{_FORGOTTEN}{registration_id.text}'"
    with_database_key(root, f"INSERT INTO setting (name, value) VALUES ({mark}, '2026-01-01T00:00:00.000Z')")


def test_whoever_was_forgotten_by_another_program_meanwhile_is_not_kept(remembered: Remembered) -> None:
    root, sealed, _ = remembered
    vector = np.eye(1, 512, dtype=np.float32)[0]
    with officer(root) as desk:
        with_database_key(root, "DELETE FROM gallery")
        forgotten_by_another(root, sealed)
        desk.duplicates._keep(Person(Whose.REGISTRATION, sealed.text), FaceTemplate(NETWORK, vector))
    assert rows(root) == []


def test_whoever_is_forgotten_while_being_brought_does_not_stay_at_the_center(
    remembered: Remembered, center: tuple[Center, SigningKey]
) -> None:
    root, sealed, _ = remembered
    hub, key = center
    line = Meanwhile(hub, key, ENROL_PATH, before=lambda: forgotten_by_another(root, sealed))
    with officer(root, policy=AT_CENTER) as desk:
        desk.duplicates._center = CenterSearch(lambda: nullcontext(line), key)
        desk.duplicates.catch_up()
        desk.duplicates.settle()
    assert line._which == ""
    assert at_center(hub) == 0


def test_whoever_is_brought_by_another_program_while_being_forgotten_does_not_stay_at_the_center(
    remembered: Remembered, center: tuple[Center, SigningKey]
) -> None:
    root, sealed, _ = remembered
    hub, key = center
    brought = Brought(Person(Whose.REGISTRATION, sealed.text), np.eye(1, 512, dtype=np.float32)[0], utc_now())
    line = Meanwhile(hub, key, "DELETE", after=lambda: hub.station(key).bring(NETWORK, [brought]))
    with supervisor(root, policy=AT_CENTER) as desk:
        desk.duplicates._center = CenterSearch(lambda: nullcontext(line), key)
        desk.duplicates.forget(sealed)
    assert line._which == ""
    assert at_center(hub) == 0


def test_an_officer_makes_nobody_forgotten(remembered: Remembered) -> None:
    root, sealed, _ = remembered
    with officer(root) as desk, pytest.raises(Refused):
        desk.duplicates.forget(sealed)
    assert len(rows(root)) == 1
