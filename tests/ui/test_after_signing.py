"""What waits behind the officer's signature: the next person comes first, and nothing of it is lost."""

from __future__ import annotations

import pytest
from conftest_ui import Driver

from muster.domain.registration import Step
from muster.ui.pages.receipt import ReceiptPage
from muster.ui.pages.sign_in import SignInPage
from muster.ui.wizard.consent import ConsentPage
from muster.workstation.desk import Desk

NEVER_MS = 3_600_000


@pytest.fixture
def signed(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> Driver:
    """At the slip of a registration whose seal waits for its moment."""
    monkeypatch.setattr("muster.ui.finishing.AFTER_MS", NEVER_MS)
    driver.open_at(Step.SIGNATURE)
    driver.click(driver.to_sign().sign)
    driver.on(ReceiptPage)
    return driver


def _desk(driver: Driver) -> Desk:
    assert driver.session.desk is not None
    return driver.session.desk


def _packets(driver: Driver) -> list[str]:
    return [each.name for each in _desk(driver).folder.outbox.glob("*.zip")]


def test_the_next_person_sits_down_before_it_is_sealed(signed: Driver) -> None:
    signed.click(signed.on(ReceiptPage).another)
    signed.on(ConsentPage)
    assert len(_desk(signed).finishing.waiting()) == 1
    assert _packets(signed) == []
    signed.window._finisher.begin()
    signed.until(lambda: not _desk(signed).finishing.waiting())
    assert len(_packets(signed)) == 1


def test_who_signs_out_does_it_behind_the_seal(signed: Driver) -> None:
    folder = _desk(signed).folder.outbox
    signed.window.sign_out()
    signed.on(SignInPage)
    assert len(list(folder.glob("*.zip"))) == 1


def test_a_window_that_is_closed_does_not_wait_with_the_seal(signed: Driver) -> None:
    signed.window.close()
    signed.until(lambda: not _desk(signed).finishing.waiting())
    assert len(_packets(signed)) == 1
