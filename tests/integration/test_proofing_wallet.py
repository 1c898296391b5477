"""The source document's onboarding with a code by mail and a wallet, at a desk: a real mail server, a wallet of
others' making. Neither changes anything that the other does; the lies are in ``unit/methods/test_wallet.py``."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from muster.clock import utc_now
from muster.crypto.signing import SigningKey
from muster.domain.proofing import Eidas, ExecutionStatus, NodeStatus, PollAction, WaitForCallbackAction
from muster.errors import Refused
from muster.proofing.definitions import parse_definitions
from muster.upload.request_signing import RequestSigning
from muster.upload.sync_data import Kind
from muster.upload.transport import Answer, Exchange, Request
from muster.workstation.desk import Desk, sign_in
from muster.workstation.proofing import ExecutionView, Proofing, Situation
from muster.workstation.server import NoServer, RemoteServer, ServerTerms
from muster.workstation.station import NewStation, Station
from simulators.mail_server import Mailbox, mail_server
from simulators.real_wallet import Wallet, real_wallet
from simulators.wallet_issuers import Party
from simulators.wallet_relay import TOKEN, WalletRelay

SAMPLE = Path(__file__).parents[1] / "unit" / "proofing" / "source_sample.json"
NODE = "step-wallet"
ISSUER = "https://pid.musterstaat.example"
ERIKA = {
    "iss": ISSUER,
    "vct": "urn:eudi:pid:1",
    "given_name": "Erika",
    "family_name": "Mustermann",
    "birthdate": "1984-08-12",
}


@dataclass
class Later:
    """A clock that can be put forward."""

    by: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return utc_now() + self.by


@dataclass(frozen=True)
class Listing(Exchange):
    """The server's list of authorities."""

    authority: Party

    def send(self, request: Request) -> Answer:
        row = {"certId": "1", "partnerDomain": "WALLET", "certData": self.authority.pem}
        rows = [{**row, "createdtimes": "2026-01-01T00:00:00.000Z"}]
        content = {
            "response": {"lastSyncTime": "2026-01-02T00:00:00.000Z", "certificateDTOList": rows},
            "errors": None,
        }
        return Answer(json.dumps(content).encode(), content, "")


@pytest.fixture(scope="module")
def mail() -> Iterator[tuple[Mailbox, str]]:
    with mail_server() as there:
        yield there


@pytest.fixture(scope="module")
def phone() -> Iterator[Wallet]:
    with real_wallet() as phone:
        yield phone


@pytest.fixture(scope="module")
def authority() -> Party:
    return Party.authority("Muster Root")


@pytest.fixture(scope="module")
def issuer(authority: Party) -> Party:
    return authority.issuer(uri=ISSUER)


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch, mail: tuple[Mailbox, str], access: str) -> None:
    monkeypatch.setenv("MUSTER_SECRET_IDV_OTP_EMAIL", mail[1])
    monkeypatch.setenv("MUSTER_SECRET_IDV_WALLET_ACCESS", access)
    monkeypatch.setenv("MUSTER_SECRET_RELAY", TOKEN)


@pytest.fixture(scope="module")
def access() -> str:
    station = Party.authority("Access Root").issuer("Station 10011")
    return station.key_pem + station.pem


@pytest.fixture(scope="module")
def clock() -> Later:
    return Later()


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory, clock: Later) -> Station:
    return Station.create(tmp_path_factory.mktemp("wallet") / "station", NewStation.for_demo(), clock)


@pytest.fixture(scope="module")
def desk(station: Station, authority: Party, clock: Later) -> Iterator[Desk]:
    (user_id, password), _ = station.demo_credentials() or ()
    with sign_in(station, user_id, password, NoServer(), clock) as desk:
        assert desk.master_data.take(Kind.CA_CERTIFICATES, Listing(authority))
        yield desk


@pytest.fixture(scope="module")
def hub(station: Station, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a center's hub that knows the station, and nothing else of what it does."""
    folder = tmp_path_factory.mktemp("hub")
    (folder / "hub.toml").write_text("port = 0\nsigned_requests = true\n")
    known = f"{station.identity.ref_id}={station.folder.machine_public_key}"
    command = [sys.executable, "-m", "muster.receiver", "--data", str(folder / "hub"), "--machine", known]
    command += ["--settings", str(folder / "hub.toml")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def desk_with_hub(station: Station, desk: Desk, clock: Later, hub: str) -> Iterator[Desk]:
    """The same station, which was told its server's address."""
    (user_id, password), _ = station.demo_credentials() or ()
    with sign_in(station, user_id, password, RemoteServer(hub, ServerTerms(signed_requests=True)), clock) as told:
        yield told


def _begun(desk: Desk, mail: tuple[Mailbox, str], **changes: Any) -> ExecutionView:
    """Erika has typed the code; the configuration is the source's, verbatim, but for ``changes`` of the wallet."""
    content = json.loads(SAMPLE.read_bytes())
    next(each for each in content["methods"] if each["id"] == "wallet-pid").update(changes)
    definitions = parse_definitions(json.dumps(content).encode())
    meant = Proofing.resolve(definitions, Situation(use_case="customer-onboarding"))
    execution = desk.proofing.start(Proofing.compile(definitions, meant).required()).execution_id
    desk.proofing.dispatch(execution, "step-email")
    desk.proofing.submit(execution, "step-email", {"address": "erika@mustermann.example"})
    desk.proofing.submit(execution, "step-email", {"code": mail[0].code()})
    return desk.proofing.dispatch(execution, NODE)


@pytest.fixture
def relay() -> Iterator[WalletRelay]:
    relay = WalletRelay()
    yield relay
    relay.close()


def _link(view: ExecutionView) -> str:
    action = next(each.action for each in view.awaited if each.node == NODE)
    assert isinstance(action, WaitForCallbackAction | PollAction)
    return action.shown


def _stands(desk: Desk, view: ExecutionView) -> tuple[list[str], NodeStatus]:
    now = desk.proofing.get(view.execution_id)
    return [each.code for each in now.errors], next(each.status for each in now.nodes if each.id == NODE)


def test_customer_onboarding_runs_to_its_end_with_mail_and_wallet(
    desk: Desk, mail: tuple[Mailbox, str], phone: Wallet, issuer: Party
) -> None:
    view = _begun(desk, mail)
    said = phone.opens(_link(view), issuer.credential(ERIKA))
    assert (said["status"], said["body"]) == (200, {})
    done = desk.proofing.stand_by(view.execution_id, NODE, 0)
    assert (done.status, done.assurance.eidas) == (ExecutionStatus.COMPLETED, Eidas.HIGH)
    assert (done.attributes["given_name"], done.attributes["contact.email"]) == (
        "Erika",
        "erika@mustermann.example",
    )
    assert done.amr == ("otp", "hwk")
    with desk.proofing._journal.database.read() as work:
        events = repr(work.proofings.load(view.execution_id).events)
    assert said["question"]["nonce"] not in events  # what is remembered is sealed


def test_the_same_answer_once_more_changes_nothing_and_another_one_is_refused(
    desk: Desk, mail: tuple[Mailbox, str], phone: Wallet, issuer: Party
) -> None:
    view = _begun(desk, mail)
    link, credential = _link(view), issuer.credential(ERIKA)
    first = phone.opens(link, credential)
    version = desk.proofing.get(view.execution_id).version
    assert phone.opens(link, credential, resend=first["answer"])["status"] == 200
    assert phone.opens(link, credential)["status"] == 400
    assert desk.proofing.get(view.execution_id).version == version
    with pytest.raises(Refused) as used:
        desk.proofing.returned({"state": first["question"]["state"], "response": "another"})
    assert used.value.code.name == "RETURN_USED"


def test_of_two_wallets_that_answer_at_once_one_counts(
    desk: Desk, mail: tuple[Mailbox, str], phone: Wallet, issuer: Party
) -> None:
    view = _begun(desk, mail)
    people = (ERIKA, {**ERIKA, "given_name": "Max"})
    told = [phone.opens(_link(view), issuer.credential(each), keep=True) for each in people]

    def sent(each: dict[str, Any]) -> int:
        form = {"response": each["answer"]}
        return httpx2.post(each["question"]["response_uri"], data=form, trust_env=False).status_code

    with ThreadPoolExecutor(2) as racing:
        assert sorted(racing.map(sent, told)) == [200, 400]
    done = desk.proofing.get(view.execution_id)
    assert done.status is ExecutionStatus.COMPLETED and not done.errors


def test_a_wallet_from_an_untrusted_issuer_ends_the_step_and_nothing_of_the_person_is_kept(
    desk: Desk, mail: tuple[Mailbox, str], phone: Wallet
) -> None:
    view = _begun(desk, mail)
    forger = Party.authority("Muster Root").issuer(uri=ISSUER)
    assert phone.opens(_link(view), forger.credential(ERIKA))["status"] == 400
    codes, status = _stands(desk, view)
    assert (codes[0], status) == ("CREDENTIAL_ISSUER_UNTRUSTED", NodeStatus.FAILED)
    assert "given_name" not in desk.proofing.get(view.execution_id).attributes


def test_the_person_may_say_no_and_begin_again_with_another_question(
    desk: Desk, mail: tuple[Mailbox, str], phone: Wallet, issuer: Party
) -> None:
    view = _begun(desk, mail)
    first = _link(view)
    assert phone.opens(first, issuer.credential(ERIKA), refuses="access_denied")["status"] == 200
    assert _stands(desk, view) == (["WALLET_DECLINED"], NodeStatus.READY)
    second = _link(desk.proofing.dispatch(view.execution_id, NODE))
    assert phone.opens(first, issuer.credential(ERIKA))["status"] == 400
    assert phone.opens(second, issuer.credential(ERIKA))["status"] == 200
    assert desk.proofing.get(view.execution_id).status is ExecutionStatus.COMPLETED


def test_by_way_of_a_centre_the_answer_is_found_by_looking(
    desk: Desk, mail: tuple[Mailbox, str], phone: Wallet, issuer: Party, clock: Later, relay: WalletRelay
) -> None:
    way = {"relayUrl": f"{relay.origin}/wallets", "relayAuthRef": {"key": "relay"}}
    view = _begun(desk, mail, **way)
    phone.opens(_link(view), issuer.credential(ERIKA))
    with pytest.raises(Refused) as early:
        desk.proofing.poll(view.execution_id, NODE)
    assert early.value.code.name == "TOO_EARLY"
    clock.by += timedelta(seconds=3)
    assert desk.proofing.poll(view.execution_id, NODE).status is ExecutionStatus.COMPLETED


def test_a_station_that_has_a_hub_needs_nothing_else_for_wallets_to_answer_it(
    desk_with_hub: Desk, mail: tuple[Mailbox, str], phone: Wallet, issuer: Party, clock: Later, hub: str
) -> None:
    desk = desk_with_hub
    view = _begun(desk, mail)
    assert quote(f"{hub}/relay/", safe="") in _link(view)
    said = phone.opens(_link(view), issuer.credential(ERIKA))
    assert (said["status"], said["body"]) == (200, {})
    assert phone.opens(_link(view), issuer.credential({**ERIKA, "given_name": "Max"}))["status"] == 400
    clock.by += timedelta(seconds=3)
    done = desk.proofing.poll(view.execution_id, NODE)
    assert (done.status, done.attributes["given_name"]) == (ExecutionStatus.COMPLETED, "Erika")


def test_a_hub_that_does_not_know_the_station_takes_no_question_of_it(
    desk_with_hub: Desk, mail: tuple[Mailbox, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_with_hub.server, "_signing", RequestSigning(SigningKey.generate()))
    view = _begun(desk_with_hub, mail)
    assert _stands(desk_with_hub, view)[0] == ["WALLET_RELAY_REFUSED"]
