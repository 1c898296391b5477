"""Stations of one center find each other's people at its hub, and who looks into the hub's data finds nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from muster.crypto.signing import SigningKey
from muster.domain.duplicates import Person, Whose
from muster.errors import NotAuthentic, Refused
from muster.gallery.center import CenterSecret
from muster.receiver.app import create_app
from muster.receiver.gallery_tables import vector
from muster.receiver.storage import Storage
from muster.upload.transport import SignInWanted
from muster.workstation.center_search import Brought
from unit.workstation.center_hub import Center

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SIZE = 64
NETWORK = "fr_feature"
ERIKA, HANS = (Person(Whose.REGISTRATION, name * 29) for name in "12")


@pytest.fixture(scope="module")
def keys() -> list[SigningKey]:
    return [SigningKey.generate() for _ in range(3)]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, keys: list[SigningKey]) -> Iterator[Storage]:
    folder: Path = tmp_path_factory.mktemp("center")
    storage = Storage(folder, lambda: NOW)
    for number, key in enumerate(keys[:2]):
        storage.register_machine(f"10001_1000{number}", key.public_pem)
    yield storage
    storage.close()


@pytest.fixture
def center(opened: Storage) -> Center:
    with opened.database.writing() as connection:
        for table in ("gallery_vector", "gallery_template"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    return Center(opened, create_app(opened, lambda: NOW), lambda: NOW)


def face(seed: int) -> NDArray[np.float32]:
    numbers = np.random.default_rng(seed).standard_normal(SIZE)
    return np.asarray(numbers / np.linalg.norm(numbers), np.float32)


def brought(person: Person, seed: int) -> Brought:
    return Brought(person, face(seed), NOW)


def test_who_does_not_sign_searches_for_nobody_and_gets_no_key(center: Center, keys: list[SigningKey]) -> None:
    with pytest.raises(SignInWanted):
        center.station(keys[0], signs=False).search(HANS, NETWORK, face(1), 0.5, 5)


def test_a_station_that_is_not_registered_is_turned_away(center: Center, keys: list[SigningKey]) -> None:
    with pytest.raises((SignInWanted, Refused)):
        center.station(keys[2]).search(HANS, NETWORK, face(1), 0.5, 5)


def test_a_template_without_direction_is_refused(center: Center, keys: list[SigningKey]) -> None:
    nothing = Brought(ERIKA, np.zeros(SIZE, np.float32), NOW)
    with pytest.raises(Refused) as refused:
        center.station(keys[0]).bring(NETWORK, [nothing])
    assert refused.value.detail["server_code"] == "HUB-GAL-001"


def test_one_station_finds_whom_another_brought(center: Center, keys: list[SigningKey]) -> None:
    here, there = center.station(keys[0]), center.station(keys[1])
    here.bring(NETWORK, [brought(ERIKA, 1), brought(HANS, 2)])
    found = there.search(Person(Whose.REGISTRATION, "3" * 29), NETWORK, face(1), 0.5, 5)
    assert (found.compared, [each.person for each in found.candidates]) == (2, [ERIKA])
    assert found.candidates[0].cosine == pytest.approx(1, abs=1e-3)


def test_whoever_is_forgotten_by_one_station_is_found_by_none(center: Center, keys: list[SigningKey]) -> None:
    here, there = center.station(keys[0]), center.station(keys[1])
    here.bring(NETWORK, [brought(ERIKA, 1)])
    there.forget(ERIKA)
    assert there.missing(NETWORK, [ERIKA]) == {ERIKA}
    assert here.search(HANS, NETWORK, face(1), 0.5, 5).candidates == ()


def test_who_is_missing_is_told_by_name(center: Center, keys: list[SigningKey]) -> None:
    here = center.station(keys[0])
    here.bring(NETWORK, [brought(ERIKA, 1)])
    assert here.missing(NETWORK, [ERIKA, HANS]) == {HANS}


def test_the_hubs_data_hold_neither_a_name_nor_a_vector_of_a_face(center: Center, keys: list[SigningKey]) -> None:
    center.station(keys[0]).bring(NETWORK, [brought(ERIKA, 1)])
    with center.storage.database.reading() as connection:
        row = connection.exec_driver_sql("SELECT * FROM gallery_template").one()
        (octets,) = connection.scalars(vector.select().with_only_columns(vector.c.vector))
    assert not any(ERIKA.name in str(each) or ERIKA.name.encode() in bytes(str(each), "utf-8") for each in row)
    kept = np.frombuffer(octets, "<f2").astype(np.float32)
    assert abs(float(kept @ face(1))) < 0.5


def test_two_centers_turn_and_name_the_same_person_differently() -> None:
    one, other = (CenterSecret(bytes([number]) * 32) for number in (1, 2))
    assert one.subject(ERIKA) != other.subject(ERIKA)
    turned = [np.frombuffer(each.turned(face(1)), "<f2").astype(np.float32) for each in (one, other)]
    assert abs(float(turned[0] @ turned[1])) < 0.5


def test_turning_keeps_every_cosine() -> None:
    secret = CenterSecret(bytes(32))
    turned = [np.frombuffer(secret.turned(face(each)), "<f2").astype(np.float32) for each in range(8)]
    plain = np.stack([face(each) for each in range(8)])
    assert np.stack(turned) @ np.stack(turned).T == pytest.approx(plain @ plain.T, abs=2e-3)


def test_a_name_that_was_moved_to_another_template_does_not_open() -> None:
    secret = CenterSecret(bytes(32))
    with pytest.raises(NotAuthentic):
        secret.opened(secret.sealed(ERIKA), secret.subject(HANS))


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33)])
def test_what_is_no_key_is_refused(key: bytes) -> None:
    with pytest.raises(NotAuthentic):
        CenterSecret(key)
