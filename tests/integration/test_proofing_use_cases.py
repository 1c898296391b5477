"""The source document's use case and its three samples of code, with the methods of the program: real mail, real
pages and faces before simulated devices, a provider to sign in at.

The other use case of its configuration runs in ``test_proofing_oidc.py``, against a real provider; wallets in
``unit/methods/test_wallet.py``.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

import forked
from muster.crypto.passive_authentication import CountryAuthorities
from muster.domain.proofing import Eidas, ExecutionStatus, NodeStatus, RedirectAction
from muster.proofing.definitions import Definitions, parse_definitions
from muster.proofing.plan import Plan
from muster.workstation.desk import Desk
from muster.workstation.proofing import ExecutionView, Proofing
from muster.workstation.station import Station
from simulators.counter import Counter
from simulators.mail_server import Mailbox, mail_server
from simulators.openid_provider import CLIENT, OpenIdProvider
from unit.analysis.document_scenes import page, without_lines
from unit.proofing.graphs import Json, choice, definitions, method, sequence, threshold
from unit.workstation.desks import desk_at, make_station

SAMPLE = Path(__file__).parents[1] / "unit" / "proofing" / "source_sample.json"
ERIKA = "erika@mustermann.example"
READY = {"ready": "true"}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Station:
    return make_station(tmp_path_factory.mktemp("use cases") / "station")


@pytest.fixture(scope="module")
def mail() -> Iterator[tuple[Mailbox, str]]:
    with mail_server() as started:
        yield started


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenIdProvider]:
    provider = OpenIdProvider()
    yield provider
    provider.close()


class Place:
    """A station of this test's own, its counter and its post; ``desk`` is somebody's who signs in there."""

    def __init__(self, root: Path, box: Mailbox) -> None:
        self.root, self.box = root, box
        (root.parent / "shown").mkdir()
        self.counter = Counter(root.parent / "shown", CountryAuthorities([], []))

    def desk(self) -> AbstractContextManager[Desk]:
        return desk_at(self.root, catalogue=self.counter.catalogue)

    def prove_address(self, desk: Desk, execution: str, node: str) -> ExecutionView:
        desk.proofing.dispatch(execution, node)
        desk.proofing.submit(execution, node, {"address": ERIKA})
        return desk.proofing.submit(execution, node, {"code": self.box.code()})


@pytest.fixture
def place(template: Station, tmp_path: Path, mail: tuple[Mailbox, str], monkeypatch: pytest.MonkeyPatch) -> Place:
    shutil.copytree(template.folder.root, tmp_path / "station")
    monkeypatch.setenv("MUSTER_SECRET_IDV_OTP_EMAIL", mail[1])
    monkeypatch.setenv("MUSTER_SECRET_IDV_OIDC_CLIENT", CLIENT)
    return Place(tmp_path / "station", mail[0])


def _plan(of: Definitions, use_case: int = 0) -> Plan:
    return Proofing.compile(of, of.use_cases[use_case]).required()


def _status(view: ExecutionView, node: str) -> NodeStatus:
    return next(each.status for each in view.nodes if each.id == node)


# --- the configuration of the source, as it stands there ---------------------------------------------------------


def test_customer_onboarding_is_killed_over_the_scanner_and_goes_on_to_its_end(place: Place) -> None:
    with place.desk() as desk:
        execution = desk.proofing.start(_plan(parse_definitions(SAMPLE.read_bytes()))).execution_id
        place.prove_address(desk, execution, "step-email")
        assert _status(desk.proofing.dispatch(execution, "step-passport"), "step-wallet") is NodeStatus.SKIPPED
    player = Path(__file__).with_name("scan_and_wait.py")
    with forked.start(player, place.root, execution, "step-passport", stdin=True) as scanning:
        try:
            assert scanning.stdout.readline() == "scanning\n"
        finally:
            scanning.kill()
    place.counter.lay(page("passport"))
    with place.desk() as desk:
        assert _status(desk.proofing.get(execution), "step-passport") is NodeStatus.AWAITING_INPUT
        view = desk.proofing.submit(execution, "step-passport", READY)
        assert (view.status, view.assurance.eidas) == (ExecutionStatus.COMPLETED, Eidas.SUBSTANTIAL)
        assert [each.node for each in view.results] == ["step-email", "step-passport"]
        assert view.attributes == {"contact.email": ERIKA}  # and nothing of the portrait
        assert "MUSTERMANN" not in str(desk.proofing.stored(execution).events)
        assert desk.trail.verify().valid


def test_six_wrong_codes_are_refused_by_their_own_code_and_prove_nothing(place: Place) -> None:
    with place.desk() as desk:
        execution = desk.proofing.start(_plan(parse_definitions(SAMPLE.read_bytes()))).execution_id
        for _ in range(2):
            desk.proofing.dispatch(execution, "step-email")
            desk.proofing.submit(execution, "step-email", {"address": ERIKA})
            wrong = f"{(int(place.box.code()) + 1) % 10**6:06d}"
            for _ in range(3):
                view = desk.proofing.submit(execution, "step-email", {"code": wrong})
            node = next(each for each in view.nodes if each.id == "step-email")
            assert node.error is not None
            assert (node.error.code, node.error.retryable) == ("OTP_WRONG_TOO_OFTEN", True)
        assert view.results == ()
        assert view.status is not ExecutionStatus.COMPLETED


# --- its samples of code -----------------------------------------------------------------------------------------


def _document(id_: str, *types: str, **more: Any) -> Json:
    return {"_type": "DocumentMethodDefinition", "id": id_, "provider": "station", "documentTypes": types, **more}


def _oidc(id_: str, provider: OpenIdProvider) -> Json:
    client = {"key": "idv.oidc.client"}
    return {
        "_type": "OidcMethodDefinition",
        "id": id_,
        "discoveryUrl": provider.discovery_url,
        "clientIdRef": client,
    }


def _signed_in(desk: Desk, provider: OpenIdProvider, execution: str, node: str) -> ExecutionView:
    view = desk.proofing.dispatch(execution, node)
    action = next(each.action for each in view.nodes if each.id == node)
    assert isinstance(action, RedirectAction)
    return desk.proofing.returned(provider.authorize(action.url))


def test_a_customer_shows_a_card_is_left_between_its_sides_and_looks_into_the_camera(place: Place) -> None:
    def portrait(node: str) -> Json:
        source = {"_type": "PriorNodeAttribute", "nodeId": node, "attributePath": "portrait"}
        return {"source": source, "target": f"portrait.{node}"}

    bound = [portrait("passport-scan"), portrait("id-card-scan")]
    customer_onboarding = sequence(
        method("email-verify", "otp-email"),
        choice(method("passport-scan", "document-passport"), method("id-card-scan", "document-id-card")),
        method("liveness-check", "biometric-iproov", inputBindings=bound),
    )
    methods = [
        {"_type": "OtpMethodDefinition", "id": "otp-email", "channel": "email"},
        _document("document-passport", "passport"),
        _document("document-id-card", "id_card"),
        {"_type": "BiometricMethodDefinition", "id": "biometric-iproov", "provider": "iproov"},
    ]
    plan = _plan(definitions(customer_onboarding, methods, {"minimumAssurance": "substantial"}))
    with place.desk() as desk:
        execution = desk.proofing.start(plan).execution_id
        place.prove_address(desk, execution, "email-verify")
        desk.proofing.dispatch(execution, "id-card-scan")
        place.counter.lay(without_lines(page("card")))
        view = desk.proofing.submit(execution, "id-card-scan", READY)
        assert _status(view, "id-card-scan") is NodeStatus.AWAITING_INPUT
    place.counter.lay(page("card"))
    with place.desk() as desk:
        assert (
            _status(desk.proofing.submit(execution, "id-card-scan", READY), "id-card-scan") is NodeStatus.COMPLETED
        )
        desk.proofing.dispatch(execution, "liveness-check")
        view = desk.proofing.submit(execution, "liveness-check", READY)
        assert (view.status, view.amr) == (ExecutionStatus.COMPLETED, ("otp", "face"))
        assert "portrait" not in view.attributes


def test_an_employee_signs_in_and_shows_no_wallet(place: Place, provider: OpenIdProvider) -> None:
    wallet = {"_type": "WalletMethodDefinition", "id": "wallet-eudiw-pid", "credentialTypes": ["urn:eudi:pid:1"]}
    employee_onboarding = choice(
        method("institutional-login", "oidc-corporate-ad"), method("wallet-presentation", "wallet-eudiw-pid")
    )
    plan = _plan(definitions(employee_onboarding, [_oidc("oidc-corporate-ad", provider), wallet]))
    with place.desk() as desk:
        execution = desk.proofing.start(plan).execution_id
        view = _signed_in(desk, provider, execution, "institutional-login")
        assert view.status is ExecutionStatus.COMPLETED
        assert _status(view, "wallet-presentation") is NodeStatus.SKIPPED


def test_two_of_three_are_enough_where_the_third_had_nothing_to_compare_with(
    place: Place, provider: OpenIdProvider
) -> None:
    high_assurance = threshold(
        2,
        method("oidc-login", "oidc-eidas-node"),
        method("document-scan", "document-passport-nfc"),
        method("biometric", "biometric-face"),
    )
    methods = [
        _oidc("oidc-eidas-node", provider),
        _document("document-passport-nfc", "passport", nfcEnabled=True),
        {"_type": "BiometricMethodDefinition", "id": "biometric-face", "provider": "station"},
    ]
    place.counter.lay(page("passport"))
    with place.desk() as desk:
        execution = desk.proofing.start(_plan(definitions(high_assurance, methods))).execution_id
        view = desk.proofing.dispatch(execution, "biometric")
        assert [each.code for each in view.errors] == ["PORTRAIT_ABSENT"]
        _signed_in(desk, provider, execution, "oidc-login")
        desk.proofing.dispatch(execution, "document-scan")
        view = desk.proofing.submit(execution, "document-scan", READY)
        assert (view.status, view.assurance.eidas) == (ExecutionStatus.COMPLETED, Eidas.SUBSTANTIAL)
