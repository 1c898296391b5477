"""A service of the deployment's own at a station: it is looked at when it says, and told when nobody waits."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from muster.domain.proofing import ExecutionStatus, NodeStatus
from muster.errors import NetworkUnavailable, Refused
from muster.workstation.desk import Desk, sign_in
from muster.workstation.proofing import ExecutionView
from muster.workstation.server import NoServer
from muster.workstation.station import Station
from simulators.loopback import Asked, LoopbackServer, Reply
from unit.proofing.graphs import method, plan
from unit.workstation.desks import SUPERVISOR, SetClock

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = Reply(202, headers={"Location": "/proofs/1", "x-ms-retry-after-ms": "2000"})
VERIFIED = Reply.of({"status": "VERIFIED", "attributes": {"nin": "123"}})


class Service(LoopbackServer):
    reply = VERIFIED

    def answer(self, asked: Asked) -> Reply:
        return self.reply


@pytest.fixture(scope="module")
def started() -> Iterator[Service]:
    service = Service()
    yield service
    service.close()


@pytest.fixture
def service(started: Service) -> Service:
    started.reply = VERIFIED
    started.asked.clear()
    return started


@pytest.fixture(scope="module")
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, new_station: Station, clock: SetClock) -> Iterator[Desk]:
    root = tmp_path_factory.mktemp("services") / "station"
    shutil.copytree(new_station.folder.root, root)
    with sign_in(Station.at(root, clock), SUPERVISOR.user_id, SUPERVISOR.password, NoServer(), clock) as desk:
        yield desk


@pytest.fixture
def desk(shared: Desk, clock: SetClock) -> Desk:
    clock.moment = NOON
    return shared


def _started(desk: Desk, service: Service) -> ExecutionView:
    register = {
        "_type": "RestApiMethodDefinition",
        "id": "register",
        "endpoint": f"{service.origin}/proofs",
        "attributeMappings": [{"sourceAttribute": "nin", "targetAttribute": "number", "identifierType": "NIN"}],
    }
    bound = [{"source": {"_type": "ContextAttribute", "attributePath": "name"}, "target": "name"}]
    compiled = plan(method("a", "register", inputBindings=bound), [register])
    return desk.proofing.start(compiled, attributes={"name": "Erika", "phone": "1"})


def test_a_service_that_is_not_there_changes_nothing_and_is_asked_the_same_later(
    desk: Desk, service: Service
) -> None:
    view = _started(desk, service)
    service.reply = Reply(500)
    for _ in range(2):
        with pytest.raises(NetworkUnavailable):
            desk.proofing.dispatch(view.execution_id, "a")
    service.reply = VERIFIED
    done = desk.proofing.dispatch(view.execution_id, "a")
    assert (done.status, done.attributes["number"]) == (ExecutionStatus.COMPLETED, "123")
    assert len({each.headers["idempotency-key"] for each in service.asked}) == 1
    assert len({each.body for each in service.asked}) == 1
    assert b"Erika" in service.asked[0].body and b"phone" not in service.asked[0].body


def test_an_answer_that_takes_its_time_is_looked_at_when_the_service_says(
    desk: Desk, service: Service, clock: SetClock
) -> None:
    service.reply = LATER
    view = desk.proofing.dispatch(_started(desk, service).execution_id, "a")
    assert view.nodes[0].status is NodeStatus.AWAITING_POLL
    with pytest.raises(Refused) as early:
        desk.proofing.poll(view.execution_id, "a")
    assert early.value.code.name == "TOO_EARLY"
    clock.moment = NOON + timedelta(seconds=2)
    service.reply = VERIFIED
    assert desk.proofing.poll(view.execution_id, "a").status is ExecutionStatus.COMPLETED
    assert [each.method for each in service.asked] == ["POST", "GET"]


def test_a_service_is_told_when_a_supervisor_cancels(desk: Desk, service: Service) -> None:
    service.reply = LATER
    view = desk.proofing.dispatch(_started(desk, service).execution_id, "a")
    assert desk.proofing.cancel(view.execution_id, "went home").status is ExecutionStatus.CANCELLED
    assert (service.asked[-1].method, service.asked[-1].path) == ("DELETE", "/proofs/1")
