from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from muster.crypto.signing import certificate_to_pem
from muster.crypto.trust import Domain, Standing, TrustStore, days_left
from simulators.authorities import certificate, root

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ROOT, PROVIDER, DEVICE, STRANGER = "Adopter root", "Provider", "Device", "Stranger"


def _store(*authorities: bytes, withdrawn: tuple[str, ...] = ()) -> TrustStore:
    return TrustStore({Domain.DEVICE: authorities}, withdrawn)


def _print(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()


def test_a_device_that_signed_for_itself_is_unknown() -> None:
    store = _store(root(ROOT, NOW))
    assert store.standing(certificate(STRANGER, STRANGER, NOW), Domain.DEVICE, NOW) is Standing.UNKNOWN


def test_a_device_vouched_for_by_somebody_who_only_took_the_roots_name_is_unknown() -> None:
    forged = certificate(DEVICE, ROOT, NOW, signed_by=STRANGER)
    assert _store(root(ROOT, NOW)).standing(forged, Domain.DEVICE, NOW) is Standing.UNKNOWN


def test_a_device_vouched_for_by_another_device_is_unknown() -> None:
    store = _store(root(ROOT, NOW), certificate(PROVIDER, ROOT, NOW))  # which does not say it may sign others
    assert store.standing(certificate(DEVICE, PROVIDER, NOW), Domain.DEVICE, NOW) is Standing.UNKNOWN


@pytest.mark.parametrize(("days", "standing"), [((-30, -1), Standing.EXPIRED), ((5, 30), Standing.NOT_YET)])
def test_a_certificate_out_of_its_time_is_told_as_that(days: tuple[int, int], standing: Standing) -> None:
    device = certificate(DEVICE, ROOT, NOW, days=days)
    assert _store(root(ROOT, NOW)).standing(device, Domain.DEVICE, NOW) is standing


def test_a_device_below_an_expired_provider_is_unknown() -> None:
    provider = certificate(PROVIDER, ROOT, NOW, authority=True, days=(-30, -1))
    store = _store(root(ROOT, NOW), provider)
    assert store.standing(certificate(DEVICE, PROVIDER, NOW), Domain.DEVICE, NOW) is Standing.UNKNOWN


def test_a_root_of_another_domain_vouches_for_nobody_here() -> None:
    store = TrustStore({Domain.FTM: [root(ROOT, NOW)]})
    device = certificate(DEVICE, ROOT, NOW)
    assert store.standing(device, Domain.FTM, NOW) is Standing.TRUSTED
    assert store.standing(device, Domain.DEVICE, NOW) is Standing.UNKNOWN
    assert not store.knows(Domain.DEVICE)


def test_a_withdrawn_device_is_told_as_that_whoever_vouches_for_it() -> None:
    device = certificate(DEVICE, ROOT, NOW)
    store = _store(root(ROOT, NOW), withdrawn=(_print(device).upper(),))
    assert store.standing(device, Domain.DEVICE, NOW) is Standing.WITHDRAWN


def test_a_withdrawn_provider_vouches_for_nobody_any_more() -> None:
    provider = certificate(PROVIDER, ROOT, NOW, authority=True)
    store = _store(root(ROOT, NOW), provider, withdrawn=(_print(provider),))
    assert store.standing(certificate(DEVICE, PROVIDER, NOW), Domain.DEVICE, NOW) is Standing.UNKNOWN


@pytest.mark.parametrize("content", [b"", b"no certificate", bytes(300)])
def test_what_is_no_certificate_is_unreadable_and_one_in_a_list_stops_nobody(content: bytes) -> None:
    store = _store(content, root(ROOT, NOW))
    assert store.standing(content, Domain.DEVICE, NOW) is Standing.UNREADABLE
    assert store.unreadable == 1
    assert store.standing(certificate(DEVICE, ROOT, NOW), Domain.DEVICE, NOW) is Standing.TRUSTED


def test_a_device_below_a_provider_below_the_root_is_trusted_in_any_order_and_form() -> None:
    provider = certificate(PROVIDER, ROOT, NOW, authority=True)
    store = _store(certificate_to_pem(provider), root(ROOT, NOW))
    device = certificate(DEVICE, PROVIDER, NOW)
    assert store.standing(device, Domain.DEVICE, NOW) is Standing.TRUSTED
    assert store.standing(certificate_to_pem(device), Domain.DEVICE, NOW) is Standing.TRUSTED


def test_a_chip_whose_root_is_its_own_certificate_is_trusted() -> None:
    chip = root("FTM chip", NOW)
    assert TrustStore({Domain.FTM: [chip]}).standing(chip, Domain.FTM, NOW) is Standing.TRUSTED


def test_a_provider_whose_clock_is_an_hour_ahead_is_believed() -> None:
    device = certificate(DEVICE, ROOT, NOW + timedelta(hours=1), days=(0, 30))
    assert _store(root(ROOT, NOW)).standing(device, Domain.DEVICE, NOW) is Standing.TRUSTED


def test_the_days_left_are_whole_ones_and_negative_afterwards() -> None:
    device = certificate(DEVICE, ROOT, NOW, days=(-10, 7))
    assert days_left(device, NOW) == 7
    assert days_left(device, NOW + timedelta(hours=1)) == 6
    assert days_left(device, NOW + timedelta(days=8)) == -1
