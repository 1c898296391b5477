"""What stations PUT at a hub as enrollments goes on to a national system that takes such."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from starlette.testclient import TestClient

from integration.receiver.conftest import Place
from integration.receiver.line import Line
from integration.receiver.national import National, pass_time
from muster.crypto.key_slots import Argon2Cost, make_slot
from muster.crypto.sealing import new_station_key
from muster.domain.delivery import ServerStatus
from muster.formats.govstack import EnrollmentRequest
from muster.formats.govstack_profile import Profile
from muster.packet.seal import SealedPacket
from muster.receiver import backup
from muster.receiver.app import create_app
from muster.receiver.database import Database
from muster.receiver.forwarding import Forwarding, going_on
from muster.receiver.forwarding_queue import EnrollmentQueue, PacketQueue
from muster.receiver.national_line import NationalLine
from muster.receiver.objects import open_objects
from muster.receiver.operations import Receiver
from muster.receiver.storage import Storage
from muster.upload.transport import Transport
from unit.receiver.counter import NOW, REF_ID

RID = "10001100020000120260102030000"
REQUEST = EnrollmentRequest(
    id=RID,
    requested_at=NOW - timedelta(days=2),
    ref_id=REF_ID,
    offline=True,
    process="NEW",
    source="REGISTRATION_CLIENT",
    fields={"postalCode": "14022"},
)
TRAINING = {"label": "Registration Client Version Number", "value": "0.1.0-training"}
MORE = EnrollmentRequest(RID, NOW, fields={"city": "Berlin"})


def _hub(place: Place, national: National, kind: str = "govstack") -> tuple[Storage, Forwarding]:
    hub = place.open()
    line = NationalLine(
        national.settings(kind), hub, place.clock, lambda url: Transport(url, transport=national.line)
    )
    return hub, going_on(hub, line, place.clock)


def _put(hub: Storage, place: Place, request: EnrollmentRequest) -> int:
    return Receiver(hub, place.clock).enroll(request.encode(Profile.SOURCE))[0]


def _counts(place: Place) -> dict[str, int]:
    return EnrollmentQueue(place.open().database, place.clock).counts()


def _there(national: National) -> EnrollmentRequest | None:
    kept = national.storage.enrollment(RID)
    return None if kept is None else EnrollmentRequest.parse(kept)


def test_an_enrollment_that_a_station_put_goes_on_once_though_an_answer_is_lost(
    place: Place, national: National
) -> None:
    hub, forwarding = _hub(place, national)
    assert _put(hub, place, REQUEST) == 201
    national.line.broken = True
    assert forwarding.round() == 0
    assert _counts(place) == {"waiting": 1}
    assert forwarding.round() == 0  # not yet its time
    national.line.broken = False
    pass_time(place, national, timedelta(minutes=5))
    assert forwarding.round() == 1
    assert _there(national) == replace(REQUEST, requested_at=place.now)
    assert (_counts(place), forwarding.round()) == ({"sent": 1}, 0)


def test_the_station_hears_the_same_whatever_the_national_system_does(small: Place, national: National) -> None:
    hub, forwarding = _hub(small, national)
    national.line.broken = True
    first = _put(hub, small, REQUEST)
    forwarding.round()
    assert (first, _put(hub, small, MORE)) == (201, 200)
    told = hub.states_by_registration([RID])
    assert told == {RID: ServerStatus.ACCEPTED}


def test_more_about_an_enrollment_goes_on_with_what_was_known_and_the_same_again_does_not(
    place: Place, national: National
) -> None:
    hub, forwarding = _hub(place, national)
    for request, sent in ((REQUEST, 1), (REQUEST, 0), (MORE, 1)):
        _put(hub, place, request)
        assert forwarding.round() == sent
    there = _there(national)
    assert there is not None
    assert there.fields == {"postalCode": "14022", "city": "Berlin"}


def test_what_comes_while_the_enrollment_is_on_its_way_goes_on_after_it(place: Place, national: National) -> None:
    hub = place.open()
    hub.enrollment_forwards = queue = EnrollmentQueue(hub.database, place.clock)
    _put(hub, place, REQUEST)
    on_its_way = queue.take()
    assert on_its_way is not None
    _put(hub, place, MORE)
    queue.sent(on_its_way)
    assert _counts(place) == {"waiting": 1}
    assert _hub(place, national)[1].round() == 1
    there = _there(national)
    assert there is not None and "city" in there.fields


def test_who_lost_the_lease_of_an_enrollment_settles_nothing(place: Place) -> None:
    hub = place.open()
    hub.enrollment_forwards = queue = EnrollmentQueue(hub.database, place.clock)
    _put(hub, place, REQUEST)
    slow = queue.take()
    place.pass_time(timedelta(minutes=11))
    fast = queue.take()
    assert slow is not None and fast is not None
    queue.sent(fast)
    queue.refused(slow, "X")
    assert _counts(place) == {"sent": 1}


def test_an_enrollment_and_a_packet_of_one_number_both_go_on(
    small: Place, national: National, sealed: SealedPacket
) -> None:
    """A packet of an older client is named as its registration."""
    hub, forwarding = _hub(small, national)
    hub.accept(sealed.registration_id, sealed.content)
    request = replace(REQUEST, id=sealed.registration_id, ref_id=REF_ID)
    assert _put(hub, small, request) == 201
    assert forwarding.round() == 2
    kept = national.storage.enrollment(sealed.registration_id)
    assert kept is not None
    assert {"email", "postalCode"} <= set(EnrollmentRequest.parse(kept).fields)


def test_many_packets_that_wait_keep_no_enrollment_waiting(small: Place, national: National) -> None:
    hub, forwarding = _hub(small, national)
    for number in range(3):
        hub.accept(f"{number:029}", b"no packet: refused, one after the other")
    _put(hub, small, REQUEST)
    for _ in range(2):
        forwarding.round(for_s=0)
    assert _counts(small) == {"sent": 1}


def test_to_a_mosip_no_enrollment_goes_and_none_waits_for_it(small: Place, national: National) -> None:
    hub, forwarding = _hub(small, national, "mosip")
    assert _put(hub, small, REQUEST) == 201
    assert (forwarding.round(), _counts(small)) == (0, {})


def test_an_enrollment_the_national_system_refuses_waits_for_a_person_who_sends_it_again(
    small: Place, national: National
) -> None:
    hub, forwarding = _hub(small, national)
    invented = replace(REQUEST, meta_info={"metaData": json.dumps([TRAINING])})
    Receiver(hub, small.clock, training=True).enroll(invented.encode(Profile.SOURCE))
    assert forwarding.round() == 0
    assert _counts(small) == {"refused": 1}
    _press(hub, small, "enrollment", RID)
    assert _counts(small) == {"waiting": 1}


def test_what_came_before_there_was_where_to_go_goes_on_when_a_supervisor_says_so(
    small: Place, national: National
) -> None:
    _put(small.open(), small, REQUEST)
    hub, forwarding = _hub(small, national)
    assert (forwarding.round(), _counts(small)) == (0, {})
    _press(hub, small, "enrollments", "all")
    assert (forwarding.round(), _counts(small)) == (1, {"sent": 1})


@contextmanager
def _before_each_insert(happens: Callable[[], object]) -> Iterator[None]:
    """Into the enrollments that go on, of whatever process."""

    def heard(connection: object, cursor: object, statement: str, *more: object) -> None:
        if statement.startswith("INSERT INTO enrollment_forward"):
            happens()

    sa.event.listen(sa.Engine, "before_cursor_execute", heard)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", heard)


def test_however_many_came_before_it_is_one_statement_that_says_they_go_on(place: Place) -> None:
    hub, inserts = place.open(), []
    for number in range(3):
        _put(hub, place, replace(REQUEST, id=f"1000110002{number:05}20260102030000"))
    with _before_each_insert(lambda: inserts.append(1)):
        EnrollmentQueue(hub.database, place.clock).put_those_before()
    assert (_counts(place), len(inserts)) == ({"waiting": 3}, 1)


def test_what_another_process_sent_while_a_supervisor_said_so_does_not_go_again(large: Place) -> None:
    _put(large.open(), large, REQUEST)
    here, other = (EnrollmentQueue(large.open().database, large.clock) for _ in range(2))
    to_come = [other]

    def sent() -> None:
        if to_come:
            queue = to_come.pop()
            queue.put_those_before()
            due = queue.take()
            assert due is not None
            queue.sent(due)

    with _before_each_insert(sent):
        here.put_those_before()
    assert _counts(large) == {"sent": 1}


def _press(hub: Storage, place: Place, name: str, value: str) -> None:
    """The button of the supervisors' page that says ``name``."""
    cheap = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
    hub.register_user(make_slot("erika", "correct horse", new_station_key(), cheap), supervises=True)
    line = Line(create_app(hub, place.clock), place.clock)
    form = {"name": "erika", "password": "correct horse"}
    cookie = line.ask("POST", "/console/sign-in", data=form).headers["set-cookie"].partition(";")[0]
    page = line.ask("GET", "/console", headers={"Cookie": cookie}).text
    (button,) = [each for each in page.split("</form>") if f'name="{name}" value="{value}"' in each]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', button[button.rindex("<form") :]))
    line.ask("POST", "/console/decide", headers={"Cookie": cookie}, data=fields)


def test_a_hub_that_runs_sends_on_what_a_station_puts_by_itself(small: Place, national: National) -> None:
    hub = small.open()
    line = NationalLine(
        national.settings("govstack"), hub, small.clock, lambda url: Transport(url, transport=national.line)
    )
    with TestClient(create_app(hub, small.clock, line=line)) as running:
        assert running.put("/enrollment", content=REQUEST.encode(Profile.SOURCE)).status_code == 201
        ends = time.monotonic() + 20
        while _counts(small) != {"sent": 1} and time.monotonic() < ends:
            time.sleep(0.1)
    assert _there(national) == replace(REQUEST, requested_at=small.now)


def test_a_backup_holds_enrollments_and_those_that_wait_go_on_from_it(place: Place, tmp_path: Path) -> None:
    hub = place.open()
    hub.enrollment_forwards = EnrollmentQueue(hub.database, place.clock)
    _put(hub, place, REQUEST)
    backup.back_up(hub.database, hub.objects, tmp_path / "hub.zip", place.clock)
    database = Database.open(f"sqlite:///{tmp_path / 'other.db'}")
    backup.restore(database, open_objects((tmp_path / "other").as_uri()), tmp_path / "hub.zip")
    due = EnrollmentQueue(database, place.clock).take()
    assert due is not None and due.number == RID
    assert PacketQueue(database, place.clock).take() is None
    database.close()
