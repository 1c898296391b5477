"""Proving who somebody is, at the window: what the officer is asked, waits for, leaves and finds again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest_ui import Driver
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from muster.clock import utc_now
from muster.domain.proofing import PollAction, WaitForCallbackAction
from muster.domain.registration import Step
from muster.errors import Code
from muster.proofing.method import NotDone, Outcome, Pending, Work
from muster.ui.pages.home import HomePage
from muster.ui.pages.sign_in import SignInPage
from muster.ui.session import Session
from muster.ui.wizard.proofing import ProofingPage
from muster.workstation.demo import demo_script
from muster.workstation.desk import Desk
from muster.workstation.lanes import Lanes
from muster.workstation.script import ScriptedEnrollment
from simulators.scripted_method import ScriptedMethod
from unit.proofing.graphs import EMAIL, VOUCH, choice, method, parallel, sequence, threshold

NOT_ACCEPTED = Code("TEST_NOT_ACCEPTED", "This is not accepted.")
WALLET = {"_type": "WalletMethodDefinition", "id": "wallet"}
OIDC = {"_type": "OidcMethodDefinition", "id": "oidc", "discoveryUrl": "https://idp.example/",
        "clientIdRef": {"key": "idp.client-id"}}  # fmt: skip
REST = {"_type": "RestApiMethodDefinition", "id": "rest", "endpoint": "https://register.example/"}
MATCH = {"_type": "ClaimMatchMethodDefinition", "id": "match", "identifierType": "UIN", "attribute": "UIN"}
SECRET = "document_tempering"  # what a provider may call it and nobody at the counter may read
TYPES = ("otp", "wallet", "oidc", "rest_api", "vouch")

Ask = Callable[..., None]


class Waiting(ScriptedMethod):
    """Shows a code that a telephone reads, and is asked for its state elsewhere by others."""

    def dispatch(self, work: Work) -> Outcome:
        if self.type == "wallet":
            until = work.now + timedelta(minutes=10)
            return Pending(WaitForCallbackAction(work.callback_ref, until, "openid4vp://request"))
        if self.type == "rest_api":
            return Pending(PollAction(work.now))
        return super().dispatch(work)


class Refusing(ScriptedMethod):
    def dispatch(self, work: Work) -> Outcome:
        return NotDone(NOT_ACCEPTED, SECRET)


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory, qapp: QApplication) -> Iterator[Session]:
    """A demo station with the officer signed in, for the whole file."""
    session = Session(tmp_path_factory.mktemp("proofing") / "station", utc_now)
    session.create_demo()
    session.sign_in(*(session.station().demo_credentials() or ())[0])
    yield session
    session.close()


@pytest.fixture
def driver(qtbot: QtBot, station: Session, lanes: Lanes) -> Driver:
    return Driver(qtbot, station, lanes)


@pytest.fixture
def ask(driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Open a registration at a station that asks for this graph; ``script`` is what its methods answer."""

    def open_(graph: dict[str, Any], script: Mapping[str, list[str]] | None = None, **policy: Any) -> None:
        trigger = [{"processes": ["NEW"]}]
        use_case = {"id": "case", "tenantId": "default", "triggers": trigger, "graph": graph,
                    "policy": {"minimumAssurance": "low", **policy}}  # fmt: skip
        definitions = [EMAIL, WALLET, OIDC, REST, VOUCH, MATCH]
        file = tmp_path / "proofing.json"
        file.write_text(json.dumps({"methods": definitions, "useCases": [use_case]}))
        monkeypatch.setattr("muster.workstation.proofing_configuration._DEMO", file)
        monkeypatch.setattr("muster.ui.wizard.proofing._TICK_MS", 20)
        methods = {each: Waiting(each, script) for each in TYPES} | {"claim_match": Refusing("claim_match")}
        monkeypatch.setattr("muster.workstation.proofing.found_methods", lambda tools: methods)
        desk = desk_of(driver)
        desk.proofing.methods = methods
        before = ScriptedEnrollment(desk.enrollment, demo_script(), "").run(stop_after=Step.DOCUMENTS)
        driver.window.open(before.registration)
        driver.at(Step.PROOFING)

    return open_


def desk_of(driver: Driver) -> Desk:
    assert driver.session.desk is not None
    return driver.session.desk


def execution(page: ProofingPage) -> str:
    assert page.presenter is not None
    return page.presenter.view.execution_id


def spoken(page: QWidget) -> str:
    """All that can be read or heard on a page."""
    texts = []
    for each in page.findChildren(QWidget):
        texts += [each.accessibleName(), each.accessibleDescription(), each.toolTip()]
        texts += [str(each.property(name)) for name in ("text", "placeholderText") if each.property(name)]
    return "\n".join(texts)


def test_what_waits_outside_is_put_away_and_goes_on_where_it_was_after_the_program_was_begun_anew(
    driver: Driver, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("muster.ui.proofing.waiting_card.open_in_browser", opened.append)
    ask(sequence(method("mail", "email"), choice(method("phone", "wallet"), method("login", "oidc"))),
        {"mail": ["form", "done"]}, minimumAssurance="substantial")  # fmt: skip
    page = driver.on(ProofingPage)
    driver.until(lambda: "mail" in page.offers)
    driver.click(page.offers["mail"])
    driver.until(lambda: "mail" in page.forms)
    form = page.forms["mail"]
    driver.until(form.boxes["code"].hasFocus)
    driver.click(form.go)  # nothing typed: nothing is asked
    assert page.cards["mail"].form is form
    driver.type(form.boxes["code"], "123456")
    driver.click(form.go)
    driver.until(lambda: set(page.offers) == {"phone", "login"})
    driver.click(page.offers["phone"])
    driver.until(lambda: "phone" in page.cards)
    assert page.cards["phone"].code is not None
    driver.click(page.cards["phone"].here)
    assert opened == ["openid4vp://request"]
    assert "No such app was found on this computer." in spoken(page)
    driver.click(page.go_away)
    home = driver.on(HomePage)
    driver.until(lambda: home._drafts.itemAtPosition(0, 1) is not None)
    driver.window.sign_out()
    driver.sign_in()
    home = driver.on(HomePage)
    driver.until(lambda: home._drafts.itemAtPosition(0, 1) is not None)
    driver.click(home._drafts.itemAtPosition(0, 1).widget())
    page = driver.on(ProofingPage)
    driver.until(lambda: "phone" in page.cards)
    desk_of(driver).proofing.callback(execution(page), "phone", {"vp_token": "x"})
    driver.at(Step.FACE)
    proof = driver.wizard.page.registration.proof
    assert proof is not None


def test_two_of_three_are_enough_and_one_that_failed_is_told_without_its_reason(driver: Driver, ask: Ask) -> None:
    ask(threshold(2, method("mail", "email"), method("known", "match"), method("login", "oidc")),
        {"login": ["redirect"]})  # fmt: skip
    page = driver.on(ProofingPage)
    driver.until(lambda: len(page.offers) == 3)
    driver.click(page.offers["known"])
    driver.until(lambda: "known" not in page.offers)
    assert "2 of these 3" in spoken(page)
    assert SECRET not in spoken(page)
    driver.click(page.offers["mail"])
    driver.until(lambda: set(page.offers) == {"login"})
    driver.click(page.offers["login"])
    driver.until(lambda: "login" in page.cards)
    desk_of(driver).proofing.callback(execution(page), "login", {"code": "x"})
    driver.at(Step.FACE)


def test_the_person_agrees_before_anything_is_begun(driver: Driver, ask: Ask) -> None:
    ask(method("mail", "email"), {"mail": ["form"]}, requiredConsents=["DATA_SHARING", "BIOMETRIC_PROCESSING"])
    page = driver.on(ProofingPage)
    driver.until(lambda: page.agree is not None)
    assert not page.offers
    driver.click(page.agree)
    driver.until(lambda: "mail" in page.offers)
    assert page.agree is None


def test_a_browser_is_opened_where_the_step_says_and_others_are_asked_without_a_press(
    driver: Driver, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("muster.ui.proofing.waiting_card.open_in_browser", opened.append)
    ask(parallel(method("login", "oidc"), method("register", "rest")), {"login": ["redirect"]})
    page = driver.on(ProofingPage)
    driver.until(lambda: set(page.offers) == {"login", "register"})
    driver.click(page.offers["login"])
    driver.until(lambda: "login" in page.cards)
    driver.click(page.cards["login"].browser)
    assert opened == ["https://idp.example/"]
    assert page.note.property("tone") != "good"
    driver.click(page.offers["register"])
    driver.until(lambda: page.presenter.view.status.value == "AWAITING_ACTION" and len(page.cards) == 1)
    desk_of(driver).proofing.callback(execution(page), "login", {"code": "x"})
    driver.at(Step.FACE)


def test_who_did_not_succeed_hears_no_reason_and_may_begin_again(driver: Driver, ask: Ask) -> None:
    ask(method("known", "match"))
    page = driver.on(ProofingPage)
    driver.until(lambda: "known" in page.offers)
    driver.click(page.offers["known"])
    driver.until(page.again.isVisible)
    assert page.note.property("tone") == "bad"
    assert SECRET not in spoken(page)
    assert not page.next.isVisible()
    first = execution(page)
    driver.click(page.again)
    driver.until(lambda: execution(page) != first and "known" in page.offers)


def test_a_step_that_can_be_tried_again_says_so_and_is_offered_again(driver: Driver, ask: Ask) -> None:
    ask(method("mail", "email"), {"mail": ["again", "done"]})
    page = driver.on(ProofingPage)
    driver.until(lambda: "mail" in page.offers)
    driver.click(page.offers["mail"])
    driver.until(lambda: "The script says no." in spoken(page))
    driver.click(page.offers["mail"])
    driver.at(Step.FACE)


def test_whoever_began_one_way_may_still_go_another(driver: Driver, ask: Ask) -> None:
    ask(choice(method("mail", "email"), method("login", "oidc")), {"mail": ["form"], "login": ["redirect"]})
    page = driver.on(ProofingPage)
    driver.until(lambda: set(page.offers) == {"mail", "login"})
    assert not page.another.isVisible()
    driver.click(page.offers["mail"])
    driver.until(lambda: "mail" in page.cards)
    driver.click(page.another)
    assert set(page.offers) == {"mail", "login"} and not page.cards
    driver.click(page.offers["mail"])  # rather not: the form that waited is there again
    assert set(page.cards) == {"mail"}
    driver.click(page.another)
    driver.click(page.offers["login"])
    driver.until(lambda: set(page.offers) == {"login"})
    driver.click(page.offers["login"])
    driver.until(lambda: set(page.cards) == {"login"})
    desk_of(driver).proofing.callback(execution(page), "login", {"code": "x"})
    driver.at(Step.FACE)


def test_what_is_typed_stays_while_the_page_looks_what_happened_outside(driver: Driver, ask: Ask) -> None:
    ask(parallel(method("mail", "email"), method("login", "oidc"), method("phone", "wallet")),
        {"mail": ["form"], "login": ["redirect"]})  # fmt: skip
    page = driver.on(ProofingPage)
    for node in ("mail", "login"):
        driver.until(lambda node=node: node in page.offers)
        driver.click(page.offers[node])
        driver.until(lambda node=node: node in page.cards)
    driver.type(page.forms["mail"].boxes["code"], "12345")
    desk_of(driver).proofing.callback(execution(page), "login", {"code": "x"})
    driver.until(lambda: "login" not in page.cards)
    assert page.forms["mail"].typed() == {"code": "12345"}


def test_what_was_proven_before_the_program_broke_off_is_noted_when_the_page_is_opened(
    driver: Driver, ask: Ask
) -> None:
    ask(method("mail", "email"))
    page = driver.on(ProofingPage)
    driver.until(lambda: "mail" in page.offers)
    registration, number = driver.wizard.registration, execution(page)
    driver.wizard.put_away()
    desk = desk_of(driver)
    desk.proofing.dispatch(number, "mail")  # and killed before anything came of it
    assert desk.enrollment.registration(registration).proof is None
    driver.window.open(desk.enrollment.resume(registration))
    driver.at(Step.FACE)
    assert desk.enrollment.registration(registration).proof is not None


def test_whoever_registers_reads_of_one_scale_alone_how_sure_they_can_be(driver: Driver, ask: Ask) -> None:
    ask(threshold(1, method("known", "match"), method("mail", "email")))
    page = driver.on(ProofingPage)
    driver.until(lambda: "known" in page.offers and page.assurance.isVisible())
    said = " ".join(each.text() for each in page.findChildren(QLabel) if each.isVisible())
    assert "Level 0 of 3" in said
    assert not re.search(r"\b(low|substantial|high|[IA]AL\d)\b", said)


def test_what_a_provider_said_and_ending_a_proof_are_for_supervisors_and_on_record(
    driver: Driver, ask: Ask
) -> None:
    ask(threshold(1, method("known", "match"), method("mail", "email")))
    page = driver.on(ProofingPage)
    driver.until(lambda: "known" in page.offers)
    assert not page.supervisor.isVisible()
    assert page.enough.text() == "This is not yet enough for this registration."
    driver.click(page.offers["known"])
    driver.until(lambda: "known" not in page.offers)
    registration = driver.wizard.registration
    driver.window.sign_out()
    driver.on(SignInPage).user_id.setCurrentText("supervisor")
    driver.sign_in()
    driver.window.open(desk_of(driver).enrollment.resume(registration))
    page = driver.on(ProofingPage)
    driver.until(lambda: "mail" in page.offers)
    assert SECRET not in spoken(page)
    assert page.supervisor.needed.isVisible()
    driver.click(page.supervisor.look)
    driver.until(lambda: SECRET in spoken(page))
    assert "MUS-IDV-006" in [each.event for each in desk_of(driver).trail.about(registration)]
    driver.click(page.supervisor.begin_cancel)
    driver.type(page.supervisor.reason, "begun for somebody else")
    driver.click(page.supervisor.cancel)
    driver.until(page.again.isVisible)
    driver.until(lambda: SECRET not in spoken(page))
