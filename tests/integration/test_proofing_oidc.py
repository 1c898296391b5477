"""The source document's use case with a sign-in, by commands and at a desk, against a real OpenID provider."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc.jwk import RSAKey

import forked
from muster.clock import utc_now
from muster.domain.proofing import Eidas, ExecutionStatus, NodeStatus, RedirectAction
from muster.errors import Refused
from muster.proofing.definitions import parse_definitions
from muster.proofing.method import Outcome, Work
from muster.workstation.desk import Desk, sign_in
from muster.workstation.proofing import ExecutionView, Proofing, Situation
from muster.workstation.server import NoServer
from muster.workstation.station import NewStation, Station
from simulators.real_openid_provider import Person, brought, real_provider

SAMPLE = Path(__file__).parents[1] / "unit" / "proofing" / "source_sample.json"
NODE = "step-oidc"
Begin = Callable[..., tuple[ExecutionView, str]]


@pytest.fixture(scope="module")
def client_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "station", "use": "sig"})


@pytest.fixture(scope="module")
def issuer(client_key: RSAKey) -> Iterator[str]:
    with real_provider(client_key) as issuer:
        yield issuer


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Station:
    return Station.create(tmp_path_factory.mktemp("oidc") / "station", NewStation.for_demo(), utc_now)


@pytest.fixture
def person() -> Iterator[Person]:
    with Person() as person:
        yield person


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch, client_key: RSAKey) -> None:
    """The client of the source's sample has a secret, one has a key; the others are known by their name."""
    monkeypatch.setenv("MUSTER_SECRET_IDV_OIDC_CORPORATE_CLIENT_ID", "secret")
    monkeypatch.setenv("MUSTER_SECRET_IDV_OIDC_CORPORATE_CLIENT_SECRET", "s3cret+:%")
    for client in ("public", "pairwise", "post", "key", "signed"):
        monkeypatch.setenv(f"MUSTER_SECRET_{client.upper()}", client)
    monkeypatch.setenv("MUSTER_SECRET_CLIENT_KEY", client_key.as_pem(private=True).decode())


def _configuration(issuer: str, **changes: Any) -> dict[str, Any]:
    """The source's, verbatim but for the provider's address; changes are the method's, and None leaves out."""
    content: dict[str, Any] = json.loads(SAMPLE.read_bytes())
    oidc = next(each for each in content["methods"] if each["id"] == "corporate-ad")
    oidc.update({"discoveryUrl": f"{issuer}/.well-known/openid-configuration", **changes})
    for name in [name for name, value in oidc.items() if value is None]:
        del oidc[name]
    return content


# --- by commands -----------------------------------------------------------------------------------------


class Waiting:
    """``muster proofing dispatch ... --wait``, which printed where the browser has to go."""

    def __init__(self, root: Path, execution: str) -> None:
        command = ("proofing", "dispatch", execution, NODE, "--wait", "60", "--data", root, "--json")
        self._running = forked.start("muster", *command)
        self.address = self._running.stderr.readline().strip()

    def kill(self) -> None:
        self._running.kill()
        self._running.communicate(60)

    def end(self) -> dict[str, Any]:
        out, err = self._running.communicate(60)
        assert self._running.returncode == 0, err
        said: dict[str, Any] = json.loads(out)
        return said


def test_employee_registration_runs_by_commands_through_a_kill_to_its_end(
    issuer: str, station: Station, person: Person, muster: Callable[..., Any], tmp_path: Path
) -> None:
    root, config = tmp_path / "station", tmp_path / "proofing.json"
    shutil.copytree(station.folder.root, root)
    config.write_text(json.dumps(_configuration(issuer)), encoding="utf-8")
    started = muster(
        "proofing", "start", "--config", config, "--use-case", "employee-registration", "--data", root, "--json"
    ).document
    execution = started["executionId"]
    killed = Waiting(root, execution)
    late = person.signs_in(killed.address)
    killed.kill()
    with pytest.raises(httpx2.ConnectError):  # the browser comes back to nobody
        person.returns(late)
    waiting = Waiting(root, execution)
    port = httpx2.URL(brought(waiting.address)["redirect_uri"]).port
    assert person.returns(str(httpx2.URL(late).copy_with(port=port))).status_code == 400
    with Person() as anew:
        assert anew.returns(anew.signs_in(waiting.address, amr="pwd otp")).status_code == 200
    said = waiting.end()
    assert (said["status"], said["combinedAmr"]) == ("COMPLETED", ["pwd", "otp"])
    assert said["overallAssurance"]["eidas"] == "substantial"
    assert [each["type"] for each in said["identifiers"]] == ["SUBJECT_ID", "EMAIL"]
    assert "erika" not in json.dumps(said).casefold()
    assert said["accumulatedAttributes"]["provenance"] == {"contact.email": NODE}


# --- at a desk -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shared(station: Station, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    root = tmp_path_factory.mktemp("desk") / "station"
    shutil.copytree(station.folder.root, root)
    (user_id, password), _ = station.demo_credentials() or ()
    with sign_in(Station.at(root, utc_now), user_id, password, NoServer(), utc_now) as desk:
        yield desk


@pytest.fixture
def begin(shared: Desk, issuer: str) -> Begin:
    def begin(client: str = "public", **changes: Any) -> tuple[ExecutionView, str]:
        """An execution that waits for the browser, and where that is sent."""
        method = {"clientIdRef": {"key": client}, "clientSecretRef": None, **changes}
        content = _configuration(issuer, **method)
        definitions = parse_definitions(json.dumps(content).encode())
        meant = Proofing.resolve(definitions, Situation(use_case="employee-registration"))
        plan = Proofing.compile(definitions, meant).required()
        view = shared.proofing.dispatch(shared.proofing.start(plan).execution_id, NODE)
        return view, _address(view)

    return begin


def _address(view: ExecutionView) -> str:
    action = view.awaited[0].action
    assert isinstance(action, RedirectAction)
    return action.url


def _error(desk: Desk, view: ExecutionView) -> tuple[str, NodeStatus]:
    now = desk.proofing.get(view.execution_id)
    return now.errors[0].code, now.nodes[0].status


def test_the_claims_a_real_provider_tells_arrive(shared: Desk, begin: Begin, person: Person) -> None:
    view, address = begin(
        scopes=["openid", "profile", "email", "address", "phone"],
        acrValues=["idbb:acr:linked-wallet"],
        attributeMappings=[
            {"sourceAttribute": each, "targetAttribute": each, "required": True}
            for each in ("given_name", "birthdate", "address.locality", "phone_number")
        ],
    )
    assert person.returns(person.signs_in(address, acr="idbb:acr:linked-wallet", amr="")).status_code == 200
    done = shared.proofing.get(view.execution_id)
    assert done.status is ExecutionStatus.COMPLETED
    assert done.attributes == {
        "given_name": "Erika",
        "birthdate": "1984-08-12",
        "address.locality": "Musterstadt",
        "phone_number": "+15550123",
    }
    assert (done.assurance.eidas, done.amr) == (Eidas.SUBSTANTIAL, ("hwk", "mfa"))


def test_the_same_person_is_recognised_and_another_client_s_pairwise_subject_is_not(
    shared: Desk, begin: Begin
) -> None:
    digests = []
    for client in ("public", "public", "pairwise"):
        view, address = begin(client)
        with Person() as person:
            person.returns(person.signs_in(address))
        digests.append(shared.proofing.get(view.execution_id).identifiers[0].digest)
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize(
    ("client", "shows"),
    [
        ("post", {"clientSecretRef": {"key": "idv.oidc.corporate.client-secret"}}),
        ("key", {"clientKeyRef": {"key": "client-key"}}),
    ],
)
def test_the_station_shows_a_real_provider_who_it_is(
    shared: Desk, begin: Begin, person: Person, client: str, shows: dict[str, Any]
) -> None:
    view, address = begin(client, **shows)
    person.returns(person.signs_in(address))
    assert shared.proofing.get(view.execution_id).status is ExecutionStatus.COMPLETED


def test_what_a_real_provider_tells_in_a_signed_token_arrives(shared: Desk, begin: Begin, person: Person) -> None:
    view, address = begin("signed")
    person.returns(person.signs_in(address))
    done = shared.proofing.get(view.execution_id)
    assert done.attributes == {"contact.email": "erika@mustermann.example"}


def test_the_person_may_say_no_and_begin_again(shared: Desk, begin: Begin, person: Person) -> None:
    view, address = begin()
    assert "did not work" in person.returns(person.says_no(address)).text
    assert _error(shared, view) == ("OIDC_ACCESS_DENIED", NodeStatus.READY)
    again = _address(shared.proofing.dispatch(view.execution_id, NODE))
    person.returns(person.signs_in(again))
    assert shared.proofing.get(view.execution_id).status is ExecutionStatus.COMPLETED


def test_a_sign_in_that_is_too_weak_is_refused(shared: Desk, begin: Begin, person: Person) -> None:
    view, address = begin(acrValues=["idbb:acr:linked-wallet"])
    person.returns(person.signs_in(address, acr="idbb:acr:static-code"))
    assert _error(shared, view) == ("OIDC_ACR_NOT_MET", NodeStatus.READY)


def test_somebody_who_is_still_signed_in_has_to_sign_in_again(begin: Begin, person: Person) -> None:
    """The last person's session may still be in the browser."""
    _, first = begin()
    person.signs_in(first)
    _, second = begin()
    assert person.is_shown(second) == "login"


def test_of_two_answers_at_once_one_counts(
    shared: Desk, begin: Begin, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    view, address = begin()
    said = brought(person.signs_in(address))
    method = shared.proofing.methods["oidc"]
    exchange, asked, go_on = method.callback, threading.Event(), threading.Event()

    def held_back(work: Work, data: Mapping[str, str]) -> Outcome:
        if "slow" in data:
            asked.set()
            go_on.wait(10)
        return exchange(work, data)

    monkeypatch.setattr(method, "callback", held_back)
    with ThreadPoolExecutor(1) as racing:
        slow = racing.submit(shared.proofing.callback, view.execution_id, NODE, {**said, "slow": "1"})
        asked.wait(10)
        won = shared.proofing.callback(view.execution_id, NODE, said)
        go_on.set()
        with pytest.raises(Refused) as lost:
            slow.result(10)
    assert (won.status, lost.value.code.name) == (ExecutionStatus.COMPLETED, "PROOFING_OVER")
    assert shared.proofing.get(view.execution_id).version == won.version
