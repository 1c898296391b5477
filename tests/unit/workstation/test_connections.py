"""The services around the station: whether each is there, what is told of its tokens, and of what went wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from muster.domain.connections import ConnectionState, ConnectionView
from muster.domain.sharing import TokenStanding
from muster.errors import BadInput, Refused
from muster.workstation.desk import Desk
from muster.workstation.station import Station
from simulators.id_and_v_service import BACKEND_KEY, IdAndVServer
from simulators.loopback import Reply
from simulators.mitrust_service import CLIENT_ID, SECRET, TOKEN, MitrustServer
from unit.proofing.graphs import VOUCH
from unit.workstation.desks import SUPERVISOR, SetClock, desk_at
from unit.workstation.test_autoupdate import records

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def mitrust() -> Iterator[MitrustServer]:
    server = MitrustServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def id_and_v() -> Iterator[IdAndVServer]:
    server = IdAndVServer({})
    yield server
    server.close()


@pytest.fixture(scope="module")
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory, new_station: Station, clock: SetClock) -> Station:
    root = tmp_path_factory.mktemp("connections") / "station"
    shutil.copytree(new_station.folder.root, root)
    return Station.at(root, clock)


@pytest.fixture(scope="module")
def shared(station: Station, mitrust: MitrustServer, id_and_v: IdAndVServer, clock: SetClock) -> Iterator[Desk]:
    trusted = {
        "_type": "IdAndVMethodDefinition",
        "id": "trusted",
        "display": {"name": "Trusted sign-in"},
        "origin": id_and_v.origin,
        "backendKeyRef": {"key": "gips.rs"},
        "idpIdentifier": "MIDSERVER",
        "askedBy": "relying_party",
    }
    configured = {"methods": [records(mitrust.origin), trusted, VOUCH], "useCases": []}
    with desk_at(station.folder.root, clock=clock, who=SUPERVISOR) as desk:
        desk.proofing_configuration.set(json.dumps(configured).encode())
        desk.proofing.secrets.keep("mitrust.client", f"{CLIENT_ID}:{SECRET}")
        desk.proofing.secrets.keep("mitrust.token", TOKEN)
        desk.proofing.secrets.keep("gips.rs", BACKEND_KEY)
        desk.sharing_tokens.adopt()
        yield desk


@pytest.fixture
def desk(shared: Desk, mitrust: MitrustServer, id_and_v: IdAndVServer, clock: SetClock) -> Desk:
    clock.forward(days=1)  # what was heard in an earlier test counts no more
    for server in (mitrust, id_and_v):
        server.forget()
        server.asked.clear()
    mitrust.clock = clock()
    return shared


def of(views: tuple[ConnectionView, ...], name: str = "autoupdate") -> ConnectionView:
    return next(each for each in views if each.id == name)


def test_services_that_can_be_asked_are_listed_without_being_asked(
    desk: Desk, mitrust: MitrustServer, id_and_v: IdAndVServer
) -> None:
    views = desk.connections.list()
    assert [(each.id, each.name, each.kind, each.host, each.state) for each in views] == [
        ("autoupdate", "autoupdate", "mitrust", "127.0.0.1", ConnectionState.UNKNOWN),
        ("trusted", "Trusted sign-in", "id_and_v", "127.0.0.1", ConnectionState.UNKNOWN),
    ]
    assert mitrust.asked + id_and_v.asked == []


def test_a_service_that_is_there_is_available_with_what_it_tells_of_its_sources(
    desk: Desk, mitrust: MitrustServer, id_and_v: IdAndVServer
) -> None:
    views = desk.connections.check()
    assert [(each.state, each.sources, each.problem) for each in views] == [
        (ConnectionState.AVAILABLE, 53, None),
        (ConnectionState.AVAILABLE, None, None),
    ]
    assert mitrust.complaints + id_and_v.complaints == []
    assert desk.connections.downgraded() == frozenset()


def test_a_service_without_any_source_is_downgraded_with_a_sentence(desk: Desk, mitrust: MitrustServer) -> None:
    mitrust.active = 0
    (view,) = desk.connections.check("autoupdate")
    assert view.state is ConnectionState.DOWNGRADED
    assert view.problem is not None
    assert view.problem.name == "CONNECTION_WITHOUT_SOURCES"
    assert desk.connections.downgraded() == {"autoupdate"}


def test_a_service_that_does_not_answer_is_downgraded_for_two_hours(
    desk: Desk, mitrust: MitrustServer, clock: SetClock
) -> None:
    mitrust.trouble["GET", "/v2/public/dp/statistics"] = Reply(503)
    (view,) = desk.connections.check("autoupdate")
    assert (view.state, view.problem and view.problem.name) == (ConnectionState.DOWNGRADED, "PROVIDER_IN_TROUBLE")
    clock.forward(hours=2, seconds=1)
    assert of(desk.connections.list()).state is ConnectionState.UNKNOWN
    assert desk.connections.downgraded() == frozenset()


def test_a_clock_that_is_set_back_keeps_nobody_downgraded(
    desk: Desk, mitrust: MitrustServer, clock: SetClock
) -> None:
    mitrust.active = 0
    desk.connections.check("autoupdate")
    now = clock()
    clock.moment = now - timedelta(days=300)
    assert desk.connections.downgraded() == frozenset()
    clock.moment = now


def test_a_key_that_is_not_taken_is_told_as_a_sentence(desk: Desk) -> None:
    desk.proofing.secrets.keep("gips.rs", "another")
    (view,) = desk.connections.check("trusted")
    desk.proofing.secrets.keep("gips.rs", BACKEND_KEY)
    assert (view.state, view.problem and view.problem.name) == (ConnectionState.DOWNGRADED, "ID_AND_V_KEY_REFUSED")


def test_tokens_are_told_with_their_age_and_when_each_is_renewed(desk: Desk, clock: SetClock) -> None:
    view = of(desk.connections.list())
    (token,) = view.tokens
    assert (token.age_days, token.standing) == ((clock() - NOON).days, TokenStanding.FRESH)
    assert view.next_renewal == token.next_renewal == NOON + timedelta(days=60)
    assert token.dies_at == NOON + timedelta(days=90)


def test_a_token_is_renewed_when_somebody_asks_for_it(desk: Desk, mitrust: MitrustServer, clock: SetClock) -> None:
    view = desk.connections.renew("autoupdate")
    (token,) = view.tokens
    assert (token.renewed_at, token.age_days) == (clock(), 0)
    assert mitrust.calls[-1] == ("POST", "/v2/sp/autoupdate")


def test_what_nobody_configured_is_neither_asked_nor_renewed(desk: Desk) -> None:
    for unknown in (lambda: desk.connections.check("nobody"), lambda: desk.connections.renew("vouch")):
        with pytest.raises(BadInput) as error:
            unknown()
        assert error.value.code.name == "CONNECTION_UNKNOWN"


def test_an_officer_sees_no_services(desk: Desk, clock: SetClock) -> None:
    with desk_at(desk.folder.root, clock=clock) as officer:
        for forbidden in (officer.connections.list, officer.connections.check):
            with pytest.raises(Refused):
                forbidden()


def test_every_question_is_on_record_and_none_with_an_address(desk: Desk) -> None:
    desk.connections.check()
    trusted, autoupdate = desk.trail.newest_first(2)
    assert (autoupdate.event, trusted.event) == ("MUS-IDV-020", "MUS-IDV-020")
    assert autoupdate.detail == {"method": "autoupdate", "outcome": "available"}
    assert trusted.detail == {"method": "trusted", "outcome": "available"}


def test_the_station_asks_by_itself(desk: Desk, mitrust: MitrustServer) -> None:
    desk.jobs.run("connections")
    assert ("GET", "/v2/public/dp/statistics") in mitrust.calls
    assert of(desk.connections.list()).state is ConnectionState.AVAILABLE
