"""What a server tells its stations: fetched from a real receiver, kept in versions, and counting when it may."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from muster import base64url
from muster.clock import utc_now
from muster.crypto.machine_data import encrypt_machine_data
from muster.crypto.signing import SigningKey
from muster.errors import BadInput, MalformedData, MusterError, NetworkUnavailable, NotAuthentic, Refused
from muster.receiver.served import Served
from muster.upload.transport import Answer, Exchange, Request
from muster.workstation.desk import Desk
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.master_data import Kind
from muster.workstation.reference import ReferenceData
from muster.workstation.server import RemoteServer, ServerTerms
from muster.workstation.spec_versions import Source
from muster.workstation.station import Station
from unit.upload import wire
from unit.upload.wire import wire_server
from unit.workstation.desks import SUPERVISOR, SetClock, desk_at

_ENDLESS = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + b" " * 40_000_000


class _Saying(Exchange):
    """Answers each path as it is told."""

    def __init__(self, **answers: Any) -> None:
        self._answers = answers

    def send(self, request: Request) -> Answer:
        (content,) = [each for name, each in self._answers.items() if name in request.path]
        return Answer(json.dumps(content).encode(), content, "")


def _schema(version: object, **changes: object) -> dict[str, Any]:
    served = Served(Path("/nowhere")).id_schema()
    return {"response": {**served, "idVersion": version, **changes}, "errors": None}


@pytest.fixture
def served(new_station: Station) -> Iterator[Path]:
    """The receiver's own files; whatever a test puts there is gone afterwards."""
    folder = new_station.folder.receiver / "served"
    folder.mkdir(exist_ok=True)
    yield folder
    for each in folder.iterdir():
        each.unlink()


def _fetch_all(desk: Desk) -> list[bool]:
    return [desk.master_data.fetch(kind) for kind in Kind]


def test_the_lists_of_the_demo_country_come_back_as_they_are(root: Path, receiver: EmbeddedReceiver) -> None:
    with desk_at(root, receiver) as desk:
        assert _fetch_all(desk) == [True] * 5
    with desk_at(root) as desk:
        reference = desk.master_data.reference()
    mine = ReferenceData.load()
    assert reference.locations == mine.locations
    assert reference.dynamic == mine.dynamic
    assert reference.document_types == mine.document_types
    assert reference.ui_specs == mine.ui_specs
    assert reference.schema == mine.schema
    assert reference.levels == mine.levels
    assert reference.blocklisted == mine.blocklisted


def test_what_is_wrong_with_served_forms_is_counted_in_the_trail_and_told(root: Path) -> None:
    form = json.loads(json.dumps(Served(Path("/nowhere")).id_schema()["newProcess"]))
    form["screens"][1]["fields"][0]["controlType"] = "slider"
    with desk_at(root) as desk:
        desk.master_data.take(Kind.ID_SCHEMA, _Saying(latestidschema=_schema(0.7, newProcess=form)))
        ((name, remark),) = desk.master_data.form_remarks()
        record = next(each for each in desk.trail.newest_first(10) if "form_errors" in each.detail)
    assert (name, remark.code.name) == ("newProcess", "SPEC_CONTROL_UNKNOWN")
    assert record.detail["form_errors"] == "1"


def test_the_demo_server_s_forms_leave_nothing_to_remark(root: Path) -> None:
    with desk_at(root) as desk:
        assert desk.master_data.form_remarks() == ()
        desk.master_data.take(Kind.ID_SCHEMA, _Saying(latestidschema=_schema(0.7)))
        assert desk.master_data.form_remarks() == ()


def test_age_groups_handles_and_the_region_of_telephones_come_with_the_configuration(
    root: Path, receiver: EmbeddedReceiver, served: Path
) -> None:
    content = {
        "globalConfiguration": {
            "mosip.regproc.packet.classifier.tagging.agegroup.ranges": "'CHILD':'0-9','REST':'10-200'",
            "mosip.registration.default-selected-handle-fields": "phone, ",
        },
        "registrationConfiguration": {"muster.registration.phone_region": "ma"},
    }
    (served / "configuration.json").write_text(json.dumps(content))
    with desk_at(root, receiver) as desk:
        desk.master_data.fetch(Kind.CONFIGURATION)
        reference = desk.master_data.reference()
    assert reference.age_groups.names == ("CHILD", "REST")
    assert (reference.handles, reference.region) == (("phone",), "MA")


def test_age_groups_that_overlap_are_not_taken(root: Path, receiver: EmbeddedReceiver, served: Path) -> None:
    groups = {"mosip.regproc.packet.classifier.tagging.agegroup.ranges": "'CHILD':'0-9','REST':'9-200'"}
    (served / "configuration.json").write_text(
        json.dumps({"globalConfiguration": groups, "registrationConfiguration": {}})
    )
    with desk_at(root, receiver) as desk:
        with pytest.raises(BadInput) as refusal:
            desk.master_data.fetch(Kind.CONFIGURATION)
        assert desk.master_data.configuration() == {}
    assert refusal.value.code.name == "AGE_GROUPS_OVERLAP"


def test_the_same_said_twice_is_kept_once(root: Path, receiver: EmbeddedReceiver) -> None:
    with desk_at(root, receiver) as desk:
        _fetch_all(desk)
        again = _fetch_all(desk)
        kinds = [each.kind for each in desk.master_data.copies()]
    assert again == [False] * 5
    assert sorted(kinds) == sorted(each.value for each in Kind)


def test_configuration_counts_at_once(root: Path, receiver: EmbeddedReceiver, served: Path) -> None:
    content = {"globalConfiguration": {"a": "1", "b": "1"}, "registrationConfiguration": {"b": 2}}
    (served / "configuration.json").write_text(json.dumps(content))
    with desk_at(root, receiver) as desk:
        assert desk.master_data.configuration() == {}
        desk.master_data.fetch(Kind.CONFIGURATION)
        assert desk.master_data.configuration() == {"a": "1", "b": "2"}


def test_a_new_schema_counts_at_the_next_sign_in(root: Path) -> None:
    with desk_at(root) as desk:
        desk.master_data.take(Kind.ID_SCHEMA, _Saying(latestidschema=_schema(0.7)))
        begun = desk.enrollment.start()
        assert begun.started.schema_version == 0.1
        desk.enrollment.discard(begun.id, "done with")
    with desk_at(root) as desk:
        assert desk.enrollment.start().started.schema_version == 0.7


def test_a_registration_that_lies_unfinished_keeps_the_schema_it_was_begun_by(root: Path) -> None:
    with desk_at(root) as desk:
        draft = desk.enrollment.start().id
        desk.master_data.take(Kind.ID_SCHEMA, _Saying(latestidschema=_schema(0.7)))
        assert desk.master_data.waits_for_drafts
    with desk_at(root) as desk:
        assert desk.master_data.reference().schema.version == 0.1
        desk.enrollment.discard(draft, "done with")
    with desk_at(root) as desk:
        assert desk.master_data.reference().schema.version == 0.7
        assert not desk.master_data.waits_for_drafts


def test_what_counts_stays_however_many_newer_versions_come(root: Path) -> None:
    with desk_at(root) as desk:
        desk.master_data.take(Kind.ID_SCHEMA, _Saying(latestidschema=_schema(0.5)))
    with desk_at(root) as desk:
        desk.enrollment.start()
        for version in range(1, 9):
            desk.master_data.take(Kind.ID_SCHEMA, _Saying(latestidschema=_schema(version)))
    with desk_at(root) as desk:
        assert desk.master_data.reference().schema.version == 0.5


@pytest.mark.parametrize(
    "answer",
    [
        {"response": {}},
        {"response": "text"},
        _schema("many"),
        _schema(0.2, schemaJson="{"),
        _schema(0.2, newProcess={"screens": 1}),
    ],
)
def test_a_schema_nobody_could_work_by_is_not_kept(root: Path, answer: object) -> None:
    with desk_at(root) as desk:
        with pytest.raises(MalformedData):
            desk.master_data.take(Kind.ID_SCHEMA, _Saying(latestidschema=answer))
        assert desk.master_data.copies() == ()


@pytest.mark.parametrize(
    "rows",
    [
        [{"entityName": "Location", "rows": [{"code": "A"}]}],
        [
            {
                "entityName": "Location",
                "rows": [{"code": "A", "name": "A", "langCode": "eng", "hierarchyLevel": "x"}],
            }
        ],
        [{"entityName": "DynamicField", "rows": [{"name": "gender", "langCode": "eng", "fieldVal": 3}]}],
        [{"entityName": "Location", "rows": [3]}],
    ],
)
def test_lists_nobody_could_choose_from_are_not_kept(root: Path, rows: list[dict[str, Any]]) -> None:
    public = (root / "keys" / "machine.pub.pem").read_bytes()
    entities = [
        {
            "entityName": each["entityName"],
            "entityType": "structured",
            "data": base64url.encode(encrypt_machine_data(public, json.dumps(each["rows"]).encode())),
        }
        for each in rows
    ]
    answer = {"response": {"lastSyncTime": "2026-03-01T12:00:00.000Z", "dataToSync": entities}}
    with desk_at(root) as desk:
        with pytest.raises(MalformedData):
            desk.master_data.take(Kind.MASTER_DATA, _Saying(clientsettings=answer))
        assert desk.master_data.copies() == ()


def test_what_was_encrypted_to_another_station_is_not_authentic(root: Path) -> None:
    sealed = base64url.encode(encrypt_machine_data(SigningKey.generate().public_pem, b"{}"))
    detail = {"globalConfiguration": sealed, "registrationConfiguration": sealed}
    with desk_at(root) as desk, pytest.raises(NotAuthentic) as caught:
        desk.master_data.take(Kind.CONFIGURATION, _Saying(configs={"response": {"configDetail": detail}}))
    assert caught.value.code.name == "SYNC_FOR_ANOTHER_KEY"


def test_a_station_the_server_does_not_know_is_told_so(root: Path, receiver: EmbeddedReceiver) -> None:
    refusal = {"response": None, "errors": [{"errorCode": "KER-SNC-155", "message": "who?"}]}
    with desk_at(root) as desk, pytest.raises(Refused) as caught:
        desk.master_data.take(Kind.USERS, _Saying(userdetails=refusal))
    assert caught.value.detail["server_code"] == "KER-SNC-155"


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (wire.Answer(status=500), "SERVER_IN_TROUBLE"),
        (wire.Answer(status=429, headers={"Retry-After": "60"}), "SERVER_BUSY"),
        (wire.Answer(body=b"<html>portal</html>"), "SERVER_ANSWER_UNREADABLE"),
        (wire.Answer(body=b'{"response": {"lastSyncTime": "2026'), "SERVER_ANSWER_UNREADABLE"),
        (wire.Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"), "SERVER_UNREACHABLE"),
        (wire.Answer(raw=_ENDLESS), "SERVER_ANSWER_TOO_LARGE"),
        (wire.Answer(body=b'{"response": []}'), "SYNC_ANSWER_UNREADABLE"),
    ],
)  # fmt: skip
def test_a_hostile_server_gets_nothing_kept_and_one_sentence(
    hostile: Desk, kind: Kind, answer: wire.Answer, code: str, server: wire.WireServer
) -> None:
    server.answers[:] = [answer]
    with pytest.raises(MusterError) as caught:
        hostile.master_data.fetch(kind)
    assert caught.value.code.name == code
    assert hostile.master_data.copies() == ()


@pytest.fixture(scope="module")
def server() -> Iterator[wire.WireServer]:
    with wire_server() as running:
        yield running


@pytest.fixture(scope="module")
def hostile(
    tmp_path_factory: pytest.TempPathFactory, new_station: Station, server: wire.WireServer
) -> Iterator[Desk]:
    """Somebody signed in at a station whose server is hostile; answers count unsigned so that they are read."""
    root = tmp_path_factory.mktemp("hostile") / "station"
    shutil.copytree(new_station.folder.root, root)
    with desk_at(root, RemoteServer(server.url, ServerTerms(signed_answers=False))) as desk:
        yield desk


def test_an_answer_without_a_signature_is_not_believed(root: Path, server: wire.WireServer) -> None:
    server.answers[:] = [wire.Answer(body=json.dumps(_schema(9)).encode())] * 2
    with desk_at(root, RemoteServer(server.url)) as desk:
        with pytest.raises(MusterError):
            desk.master_data.fetch(Kind.ID_SCHEMA)
        assert desk.master_data.copies() == ()


def test_jobs_that_never_ran_are_due_and_then_have_a_next_time(root: Path, receiver: EmbeddedReceiver) -> None:
    clock = SetClock(utc_now().replace(microsecond=0))
    with desk_at(root, receiver, clock=clock) as desk:
        desk.jobs.run_due()
        table = desk.jobs.table()
        desk.jobs.run_due()
        again = desk.jobs.table()
    assert len(table) >= 5
    for job, runs in table:
        assert (runs.last_good_run, runs.failures, runs.last_problem) == (clock(), 0, None)
        assert runs.next_run is not None
        assert job.every * 0.875 < runs.next_run - clock() <= job.every
    assert again == table


def test_a_job_that_failed_is_tried_again_soon_and_says_why(root: Path) -> None:
    clock = SetClock(utc_now())
    with desk_at(root, clock=clock) as desk:
        desk.jobs.run_due()
        first, *others = desk.jobs.table()
    runs = first[1]
    assert (runs.failures, runs.last_problem, runs.last_good_run) == (1, "SERVER_NOT_SET", None)
    assert runs.next_run is not None and runs.next_run - clock() < timedelta(minutes=1)
    ran = [job.name for job, each in others if each.last_run is not None]
    assert ran == ["pre_registrations_over"]  # which asks nobody


def test_a_clock_set_back_puts_no_job_off_for_a_year(root: Path, receiver: EmbeddedReceiver) -> None:
    with desk_at(root, receiver) as desk:
        desk.jobs.run_due()
        ((_, runs), *_) = desk.jobs.table()
    assert runs.is_due(utc_now() - timedelta(days=365))
    assert not replace(runs, last_run=utc_now() - timedelta(days=400)).is_due(utc_now() - timedelta(days=365))


def test_a_job_nobody_wrote_is_refused_by_name(root: Path) -> None:
    with desk_at(root) as desk, pytest.raises(BadInput) as caught:
        desk.jobs.run("tea")
    assert "configuration" in str(caught.value.detail["names"])


def test_asked_for_by_a_person_a_job_says_what_is_wrong(root: Path) -> None:
    with desk_at(root) as desk, pytest.raises(NetworkUnavailable):
        desk.jobs.run("users")


def test_what_the_server_said_tells_who_was_signed_in_and_who_signed_it(
    root: Path, receiver: EmbeddedReceiver
) -> None:
    with desk_at(root, receiver, who=SUPERVISOR) as desk:
        desk.master_data.fetch(Kind.CONFIGURATION)
        (version,) = desk.spec_versions.list()
        told = next(each for each in desk.trail.newest_first(30) if each.event == "MUS-SRV-001")
        signer = desk.server.pinned_signer()
    assert signer
    assert (version.whence.source, version.whence.taken_by) == (Source.SERVER, SUPERVISOR.user_id)
    assert version.whence.signer == told.detail["signer"] == signer
    assert told.detail["source"] == "server"
