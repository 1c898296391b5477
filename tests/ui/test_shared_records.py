"""What services say of a person: into the form, a bill into the documents; from the wire to the window."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from conftest_ui import Driver
from evidence_station import FAST
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from muster.clock import utc_now
from muster.domain.prefill import Origin
from muster.domain.registration import Step
from muster.ui.session import Session
from muster.ui.wizard.demographics import DemographicsPage
from muster.ui.wizard.proofing import ProofingPage
from muster.workstation.demo import demo_script
from muster.workstation.lanes import Lanes
from muster.workstation.script import ScriptedEnrollment
from simulators.id_and_v_service import BACKEND_KEY, PERSON_KEY, IdAndVServer
from simulators.mitrust_service import CLIENT_ID, CODE, SECRET, MitrustServer, query_of
from unit.proofing.graphs import method
from unit.workstation.desks import OFFICER, SUPERVISOR, make_station

FIELD = "addressLine3"
SAMPLE = Path(__file__).parents[1] / "unit" / "formats" / "id_and_v_identity.json"

Open = Callable[[dict[str, Any], Mapping[str, str]], tuple[Driver, ProofingPage]]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the browser was sent to."""
    pages: list[str] = []
    monkeypatch.setattr("muster.ui.proofing.waiting_card.open_in_browser", pages.append)
    monkeypatch.setattr("muster.ui.wizard.proofing._TICK_MS", 20)
    return pages


@pytest.fixture
def open_proof(
    tmp_path_factory: pytest.TempPathFactory, qapp: QApplication, qtbot: QtBot, lanes: Lanes
) -> Iterator[Open]:
    """The officer at the proof of identity, before anything is typed, where one method is asked for."""
    root = tmp_path_factory.mktemp("records") / "station"
    make_station(root)
    session = Session(root, utc_now, policy=FAST)

    def open_(definition: dict[str, Any], secrets: Mapping[str, str]) -> tuple[Driver, ProofingPage]:
        desk = session.sign_in(SUPERVISOR.user_id, SUPERVISOR.password)
        desk.proofing_configuration.set(configuration(definition))
        for key, secret in secrets.items():
            desk.proofing.secrets.keep(key, secret)
        session.sign_out()
        desk = session.sign_in(OFFICER.user_id, OFFICER.password)
        driver = Driver(qtbot, session, lanes)
        script = ScriptedEnrollment(desk.enrollment, demo_script(), "")
        driver.window.open(script.run(stop_after=Step.CONSENT).registration)
        driver.on(DemographicsPage)
        driver.click(driver.wizard._steps[Step.PROOFING])
        page = driver.on(ProofingPage)
        driver.until(lambda: "share" in page.offers)
        driver.click(page.offers["share"])
        driver.until(lambda: "share" in page.cards)
        return driver, page

    yield open_
    session.close()


def configuration(definition: dict[str, Any]) -> bytes:
    use_case = {
        "id": "case",
        "tenantId": "default",
        "triggers": [{"processes": ["NEW"]}],
        "graph": method("share", definition["id"]),
        "policy": {"minimumAssurance": "low"},
    }
    return json.dumps({"methods": [definition], "useCases": [use_case]}).encode()


def browser_comes_back(way_back: str, **said: str) -> None:
    with urlopen(f"{way_back}?{urlencode(said)}") as answer:
        assert answer.status == 200


def test_what_is_shared_in_the_browser_fills_in_the_form_and_becomes_a_document(
    open_proof: Open, opened: list[str]
) -> None:
    server = MitrustServer()
    definition = {
        "_type": "MitrustMethodDefinition",
        "id": "records",
        "origin": server.origin,
        "clientRef": {"key": "client"},
        "sharingScope": "name#essential address.formatted#softly_required",
        "mode": "interactive",
        "attributeMappings": [{"sourceAttribute": "address.formatted", "targetAttribute": FIELD}],
    }
    driver, page = open_proof(definition, {"client": f"{CLIENT_ID}:{SECRET}"})
    if not opened:
        driver.click(page.cards["share"].first())
    asked = query_of(opened[0])
    browser_comes_back(asked["redirect_uri"], code=CODE, state=asked["state"])
    driver.until(lambda: FIELD in page.registration.filled)
    assert page.registration.filled[FIELD].origin is Origin.PROOF
    assert "3 RUE BELLINI" in repr(page.registration.demographics[FIELD])
    driver.until(lambda: len(page.documents.offers) == 1)
    driver.click(next(iter(page.documents.takes.values())))
    driver.until(lambda: "proofOfAddress" in page.registration.documents)
    provenance = page.registration.provenance("proofOfAddress")
    assert provenance is not None
    assert provenance.provider == "127.0.0.1"
    assert server.complaints == []
    server.close()


def test_what_a_trusted_provider_says_fills_in_the_form(open_proof: Open, opened: list[str]) -> None:
    server = IdAndVServer(json.loads(SAMPLE.read_text(encoding="utf-8")))
    definition = {
        "_type": "IdAndVMethodDefinition",
        "id": "claim",
        "origin": server.origin,
        "backendKeyRef": {"key": "rs"},
        "personKeyRef": {"key": "ua"},
        "idpIdentifier": "MIDSERVER",
        "attributeMappings": [
            {"sourceAttribute": "given_name", "targetAttribute": "givenName"},
            {"sourceAttribute": "family_name", "targetAttribute": "surname"},
        ],
    }
    driver, page = open_proof(definition, {"rs": BACKEND_KEY, "ua": PERSON_KEY})
    assert page.presenter is not None
    (waiting,) = page.presenter.view.awaited
    state = waiting.action.callback_ref
    browser_comes_back(server.requested["postAuthRedirectUri"].partition("?")[0], state=state)
    driver.until(lambda: "fullName" in page.registration.filled)
    assert page.registration.filled["fullName"].origin is Origin.PROOF
    assert server.complaints == []
    server.close()
