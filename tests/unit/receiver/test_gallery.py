"""A center's gallery finds the same whether PostgreSQL searches or the process itself, and forgets in time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from muster.formats.center_gallery import Answer, CenterTemplate, Question
from muster.receiver.database import Database, database_in
from muster.receiver.gallery import CenterGallery
from muster.receiver.gallery_tables import template, vector
from simulators.real_postgres import programs, real_postgres

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SIZE = 64
STATION = "10001_10002"
NOBODY = "f" * 64


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    if programs() is None:
        pytest.skip("no PostgreSQL with pgvector is installed here")
    with real_postgres() as server:
        yield server.url


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder: Path = tmp_path_factory.mktemp("gallery")
    address = database_in(folder) if request.param == "SQLite" else request.getfixturevalue("postgres")
    database = Database.open(address)
    yield database
    database.close()


@pytest.fixture
def database(opened: Database) -> Database:
    with opened.writing() as connection:
        connection.execute(template.delete())
        connection.execute(vector.delete())
    return opened


@pytest.fixture
def gallery(database: Database) -> CenterGallery:
    return CenterGallery(database, lambda: NOW, timedelta(days=30))


def faces(count: int, seed: int = 0) -> list[bytes]:
    vectors = np.random.default_rng(seed).standard_normal((count, SIZE))
    return [(each / np.linalg.norm(each)).astype("<f2").tobytes() for each in vectors]


def subject(number: int) -> str:
    return f"{number:064x}"


def kept(number: int, face: bytes, at: datetime = NOW) -> CenterTemplate:
    return CenterTemplate(subject(number), "a network", face, b"whose it is", at)


def ask(
    gallery: CenterGallery, face: bytes, least: float = 0.5, own: str = NOBODY, network: str = "a network"
) -> Answer:
    return gallery.search(Question(network, face, least, 5, own))


def test_a_vector_without_direction_keeps_nothing_of_what_came_with_it(gallery: CenterGallery) -> None:
    (face,) = faces(1)
    with pytest.raises(ValueError, match="direction"):
        gallery.enrol(STATION, [kept(1, face), kept(2, bytes(2 * SIZE))])
    assert ask(gallery, face).compared == 0


def test_among_nobody_nobody_is_found(gallery: CenterGallery) -> None:
    assert ask(gallery, faces(1)[0]) == Answer(0, ())


def test_whoever_is_like_is_found_with_what_was_sealed(gallery: CenterGallery) -> None:
    there = faces(20)
    gallery.enrol(STATION, [kept(number, face) for number, face in enumerate(there)])
    answer = ask(gallery, there[7])
    assert answer.compared == 20
    assert [(each.subject, each.sealed) for each in answer.alike] == [(subject(7), b"whose it is")]
    assert answer.alike[0].cosine == pytest.approx(1, abs=1e-3)


def test_nobody_is_told_to_be_like_themselves(gallery: CenterGallery) -> None:
    (face,) = faces(1)
    gallery.enrol(STATION, [kept(1, face)])
    assert ask(gallery, face, own=subject(1)) == Answer(0, ())


def test_another_networks_templates_are_not_compared(gallery: CenterGallery) -> None:
    (face,) = faces(1)
    gallery.enrol(STATION, [kept(1, face)])
    assert ask(gallery, face, network="another") == Answer(0, ())


def test_what_is_sent_again_replaces_what_was_there(gallery: CenterGallery) -> None:
    before, after = faces(2)
    gallery.enrol(STATION, [kept(1, before)])
    gallery.enrol(STATION, [kept(1, after)])
    assert ask(gallery, before).alike == ()
    assert [each.subject for each in ask(gallery, after).alike] == [subject(1)]


def test_a_template_whose_time_is_over_is_neither_taken_nor_found_nor_kept(
    gallery: CenterGallery, database: Database
) -> None:
    old, young = faces(2)
    at = NOW - timedelta(days=20)
    assert gallery.enrol(STATION, [kept(1, old, NOW - timedelta(days=31)), kept(2, young, at)]) == 1
    later = CenterGallery(database, lambda: at + timedelta(days=30, seconds=1), timedelta(days=30))
    assert ask(later, young).alike == ()
    assert later.expire() == 1
    with database.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(vector)) == 0


def test_a_station_whose_clock_is_ahead_keeps_no_template_longer(
    gallery: CenterGallery, database: Database
) -> None:
    (face,) = faces(1)
    gallery.enrol(STATION, [kept(1, face, NOW + timedelta(days=3650))])
    later = CenterGallery(database, lambda: NOW + timedelta(days=30, seconds=1), timedelta(days=30))
    assert ask(later, face).alike == ()
    assert later.expire() == 1


def test_whoever_is_forgotten_is_not_found_and_nothing_of_them_is_kept(
    gallery: CenterGallery, database: Database
) -> None:
    first, second = faces(2)
    gallery.enrol(STATION, [kept(1, first), kept(2, second)])
    assert [each.subject for each in ask(gallery, first).alike] == [subject(1)]
    assert gallery.forget(subject(1)) == 1
    assert ask(gallery, first) == Answer(1, ())
    with database.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(vector)) == 1


def test_who_is_missing_is_told(gallery: CenterGallery) -> None:
    gallery.enrol(STATION, [kept(1, faces(1)[0])])
    assert gallery.missing("a network", [subject(1), subject(2)]) == [subject(2)]
    assert gallery.missing("another", [subject(1)]) == [subject(1)]


def test_what_another_process_added_and_forgot_counts_at_once(gallery: CenterGallery, database: Database) -> None:
    first, second = faces(2)
    other = CenterGallery(database, lambda: NOW, timedelta(days=30))
    other.enrol(STATION, [kept(1, first)])
    assert [each.subject for each in ask(gallery, first).alike] == [subject(1)]
    other.enrol(STATION, [kept(2, second)])
    other.forget(subject(1))
    assert ask(gallery, first).alike == ()
    assert [each.subject for each in ask(gallery, second).alike] == [subject(2)]


def test_a_gallery_that_could_be_read_in_part_only_is_read_whole_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster.receiver.gallery._AT_ONCE", 1)
    database = Database.open(database_in(tmp_path))
    gallery = CenterGallery(database, lambda: NOW, timedelta(days=30))
    both = faces(2)
    gallery.enrol(STATION, [kept(number, face) for number, face in enumerate(both)])
    for octets in (bytes(2 * SIZE), both[1]):
        with database.writing() as connection:
            connection.execute(vector.update().where(vector.c.number == 2).values(vector=octets))
        with suppress(ValueError):
            ask(gallery, both[0])
    assert [[each.subject for each in ask(gallery, face).alike] for face in both] == [[subject(0)], [subject(1)]]
    database.close()


def test_both_engines_rank_the_same_people_with_the_same_scores(tmp_path: Path, postgres: str) -> None:
    answers = []
    for address in (database_in(tmp_path), postgres):
        database = Database.open(address)
        with database.writing() as connection:
            connection.execute(template.delete())
            connection.execute(vector.delete())
        gallery = CenterGallery(database, lambda: NOW, timedelta(days=30))
        gallery.enrol(STATION, [kept(number, face) for number, face in enumerate(faces(100))])
        answers.append([ask(gallery, wanted, least=0.1).alike for wanted in faces(10, seed=5)])
        database.close()
    for one, other in zip(*answers, strict=True):
        assert len(one) == 5
        assert [each.subject for each in one] == [each.subject for each in other]
        assert [each.cosine for each in one] == pytest.approx([each.cosine for each in other], abs=1e-5)
