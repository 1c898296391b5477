"""Browsers that come back to the station, over the loopback interface, with a method that answers by script."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from muster import base64url
from muster.domain.proofing import ExecutionStatus, NodeStatus, RedirectAction
from muster.errors import BadInput, Refused, Unavailable
from muster.workstation.browser_return import BrowserReturn
from muster.workstation.desk import Desk
from muster.workstation.proofing import ExecutionView
from muster.workstation.station import Station
from simulators.scripted_method import ScriptedMethod
from unit.proofing.graphs import method, plan
from unit.workstation.desks import SetClock, desk_at

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CORPORATE = {
    "_type": "OidcMethodDefinition",
    "id": "corporate",
    "discoveryUrl": "https://idp.example/.well-known/openid-configuration",
    "clientIdRef": {"key": "client"},
}


@pytest.fixture(scope="module")
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, new_station: Station, clock: SetClock) -> Iterator[Desk]:
    root = tmp_path_factory.mktemp("returning") / "station"
    shutil.copytree(new_station.folder.root, root)
    with desk_at(root, clock=clock) as desk:
        yield desk


@pytest.fixture
def desk(shared: Desk, clock: SetClock) -> Desk:
    clock.moment = NOON
    shared.proofing.methods = {"oidc": ScriptedMethod("oidc", {"a.dispatch": ["redirect"] * 3})}
    return shared


def _begun(desk: Desk) -> tuple[ExecutionView, str]:
    view = desk.proofing.start(plan(method("a", "corporate"), [CORPORATE]))
    return _dispatched(desk, view)


def _dispatched(desk: Desk, view: ExecutionView) -> tuple[ExecutionView, str]:
    view = desk.proofing.dispatch(view.execution_id, "a")
    action = view.awaited[0].action
    assert isinstance(action, RedirectAction)
    return view, action.callback_ref


def _refusal(desk: Desk, data: Mapping[str, str]) -> str:
    with pytest.raises(Refused) as refused:
        desk.proofing.returned(data)
    return refused.value.code.name


# --- whose answer it is ----------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [{}, {"state": ""}, {"state": "x" * 43}, {"code": "c"}, {"state": "ref"}])
def test_an_answer_nobody_waits_for_is_refused_and_changes_nothing(desk: Desk, data: Mapping[str, str]) -> None:
    view, _ = _begun(desk)
    assert _refusal(desk, data) == "RETURN_UNKNOWN"
    assert desk.proofing.get(view.execution_id).version == view.version


def test_an_answer_finds_its_step_among_others_that_wait(desk: Desk) -> None:
    _begun(desk)
    view, state = _begun(desk)
    _begun(desk)
    after = desk.proofing.returned({"state": state, "code": "c"})
    assert (after.execution_id, after.status) == (view.execution_id, ExecutionStatus.COMPLETED)


def test_a_state_that_was_used_is_refused_with_another_code_and_no_error_with_the_same(desk: Desk) -> None:
    _, state = _begun(desk)
    after = desk.proofing.returned({"state": state, "code": "c"})
    assert _refusal(desk, {"state": state, "code": "another"}) == "RETURN_USED"
    assert desk.proofing.returned({"state": state, "code": "c"}).version == after.version


def test_the_state_of_an_attempt_before_this_one_is_refused(desk: Desk) -> None:
    view, before = _begun(desk)
    _, now = _dispatched(desk, view)
    assert _refusal(desk, {"state": before, "code": "c"}) == "RETURN_USED"
    assert desk.proofing.returned({"state": now, "code": "c"}).status is ExecutionStatus.COMPLETED


def test_an_answer_after_its_time_is_refused_and_the_step_can_be_begun_again(desk: Desk, clock: SetClock) -> None:
    view, state = _begun(desk)
    clock.moment = NOON + timedelta(minutes=10)
    assert _refusal(desk, {"state": state, "code": "c"}) == "ACTION_EXPIRED"
    again, _ = _dispatched(desk, view)
    assert again.awaited[0].node == "a"


def test_who_stands_by_is_told_when_the_browser_comes_and_does_not_wait_longer_than_asked(desk: Desk) -> None:
    view, state = _begun(desk)
    assert desk.proofing.stand_by(view.execution_id, "a", 0.05).nodes[0].status is NodeStatus.AWAITING_CALLBACK
    desk.proofing.returned({"state": state, "code": "c"})
    assert desk.proofing.stand_by(view.execution_id, "a", 60).status is ExecutionStatus.COMPLETED


def test_k3_a_state_is_random_of_256_bits_and_tells_neither_execution_nor_step(desk: Desk) -> None:
    begun = [_begun(desk) for _ in range(3)]
    states = {state for _, state in begun}
    assert len(states) == 3
    for view, state in begun:
        drawn = base64url.decode(state)
        assert len(drawn) == 32
        assert view.execution_id.encode() not in drawn
        assert bytes.fromhex(view.execution_id) not in drawn


# --- over the wire ---------------------------------------------------------------------------------------


class Arrivals:
    """What came in; states that begin with ``bad`` are refused, with ``no`` they do not do."""

    def __init__(self) -> None:
        self.seen: list[Mapping[str, str]] = []

    def __call__(self, data: Mapping[str, str]) -> bool:
        self.seen.append(data)
        if data.get("state", "").startswith("bad"):
            from muster.workstation.proofing import RETURN_UNKNOWN

            raise Refused(RETURN_UNKNOWN)
        return not data.get("state", "").startswith("no")


@pytest.fixture
def arrivals() -> Arrivals:
    return Arrivals()


@pytest.fixture
def way_back(arrivals: Arrivals) -> Iterator[BrowserReturn]:
    back = BrowserReturn(arrivals)
    yield back
    back.close()


def _get(address: str, **more: str) -> httpx2.Response:
    return httpx2.get(address, headers=more, trust_env=False, timeout=5)


def test_nobody_listens_before_the_first_need_or_after_the_end(arrivals: Arrivals) -> None:
    back = BrowserReturn(arrivals)
    assert back._server is None
    address = back.address()
    assert _get(f"{address}?state=s").status_code == 200
    back.close()
    with pytest.raises(httpx2.ConnectError):
        _get(f"{address}?state=s")


def test_the_address_is_this_machines_alone_and_stays_the_same(way_back: BrowserReturn) -> None:
    assert way_back.address().startswith("http://127.0.0.1:")
    assert way_back.address() == way_back.address()


def test_a_provider_that_knows_one_address_only_has_its_port(way_back: BrowserReturn, arrivals: Arrivals) -> None:
    port = httpx2.URL(way_back.address()).port
    way_back.close()
    again = BrowserReturn(arrivals, {"MUSTER_BROWSER_PORT": str(port)})
    assert again.address() == f"http://127.0.0.1:{port}/callback"
    assert _get(again.address() + "?state=s").status_code == 200
    again.close()


@pytest.mark.parametrize("port", ["", "x", "70000", "-1"])
def test_a_port_that_is_none_is_told(arrivals: Arrivals, port: str) -> None:
    with pytest.raises(Unavailable) as error:
        BrowserReturn(arrivals, {"MUSTER_BROWSER_PORT": port}).address()
    assert error.value.code.name == "RETURN_PORT_UNUSABLE"


def test_a_port_that_another_program_has_is_told(way_back: BrowserReturn, arrivals: Arrivals) -> None:
    taken = str(httpx2.URL(way_back.address()).port)
    with pytest.raises(Unavailable):
        BrowserReturn(arrivals, {"MUSTER_BROWSER_PORT": taken}).address()


def test_a_page_that_reaches_the_station_by_another_name_is_turned_away(
    way_back: BrowserReturn, arrivals: Arrivals
) -> None:
    answer = _get(f"{way_back.address()}?state=s", Host="attacker.example")
    assert (answer.status_code, arrivals.seen) == (404, [])


def test_another_path_is_nobody_s(way_back: BrowserReturn, arrivals: Arrivals) -> None:
    answer = _get(way_back.address().replace("/callback", "/favicon.ico"))
    assert (answer.status_code, arrivals.seen) == (404, [])


@pytest.mark.parametrize(
    "query", ["", "state=a&state=b", "state=%ff", "&".join(f"n{each}=1" for each in range(21))]
)
def test_what_cannot_be_read_is_handed_to_nobody(way_back: BrowserReturn, arrivals: Arrivals, query: str) -> None:
    answer = _get(f"{way_back.address()}?{query}")
    assert (answer.status_code, arrivals.seen) == (400, [])


def test_the_page_says_whether_it_worked_and_holds_nothing_of_what_was_brought(way_back: BrowserReturn) -> None:
    good, bad = _get(f"{way_back.address()}?state=good&code=c0de"), _get(f"{way_back.address()}?state=bad-s7ate")
    no = _get(f"{way_back.address()}?state=no")
    assert (good.status_code, bad.status_code, no.status_code) == (200, 400, 200)
    assert "Done." in good.text and "did not work" in bad.text and "did not work" in no.text
    assert "c0de" not in good.text and "s7ate" not in bad.text
    assert good.headers["cache-control"] == "no-store"


def test_a_program_that_takes_no_page_is_told_201_without_content(way_back: BrowserReturn) -> None:
    answer = _get(f"{way_back.address()}?state=s", Accept="application/json")
    assert (answer.status_code, answer.content) == (201, b"")
    assert _get(f"{way_back.address()}?state=s", Accept="text/html,*/*;q=0.8").status_code == 200


def test_a_program_hears_of_what_did_not_do(way_back: BrowserReturn) -> None:
    assert _get(f"{way_back.address()}?state=bad", Accept="application/json").status_code == 400
    assert _get(f"{way_back.address()}?state=no", Accept="application/json").status_code == 200


def test_who_goes_on_elsewhere_is_sent_there_with_302_and_nothing_of_the_answer(desk: Desk) -> None:
    onward = {**CORPORATE, "postAuthRedirectUri": "https://portal.example/thanks"}
    view = desk.proofing.start(plan(method("a", "corporate"), [onward]))
    _, state = _dispatched(desk, view)
    answer = _get(f"{desk.proofing._way_back.address()}?state={state}&code=c")
    assert (answer.status_code, answer.headers["location"]) == (302, "https://portal.example/thanks")
    assert desk.proofing.get(view.execution_id).status is ExecutionStatus.COMPLETED


def test_an_answer_nobody_waits_for_is_sent_nowhere(desk: Desk) -> None:
    assert _get(f"{desk.proofing._way_back.address()}?state=unknown&code=c").status_code == 400


def test_an_address_that_is_not_secure_is_no_place_to_go_on_to() -> None:
    with pytest.raises(BadInput):
        plan(method("a", "corporate"), [{**CORPORATE, "postAuthRedirectUri": "http://portal.example/"}])
