"""One among many: whoever is like what is searched for is found, with the right score, until removed."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from muster.gallery.search import ExactSearch, GallerySearch, SketchSearch, search_for

SIZE = 64
Vector = NDArray[np.float32]


def _directions(count: int, size: int = SIZE, seed: int = 0) -> Vector:
    vectors = np.random.default_rng(seed).standard_normal((count, size), np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def _near(vector: Vector, cosine: float, seed: int = 1) -> Vector:
    (other,) = _directions(1, len(vector), seed)
    across = other - (other @ vector) * vector
    across /= np.linalg.norm(across)
    return np.asarray(cosine * vector + np.sqrt(1 - cosine**2) * across, np.float32)


@pytest.fixture(params=[ExactSearch, SketchSearch])
def search(request: pytest.FixtureRequest) -> GallerySearch:
    made: GallerySearch = request.param(SIZE)
    return made


def test_among_nobody_nobody_is_found(search: GallerySearch) -> None:
    assert search.search(_directions(1)[0], -1, 5) == ()
    assert len(search) == 0


@pytest.mark.parametrize(
    "vector",
    [np.zeros(SIZE), np.full(SIZE, np.nan), np.full(SIZE, np.inf), np.ones(SIZE - 1), np.ones(0)],
    ids=["zeros", "not a number", "infinite", "too short", "empty"],
)
def test_what_has_no_direction_here_is_neither_taken_nor_searched_for(
    search: GallerySearch, vector: Vector
) -> None:
    wrong = vector.astype(np.float32)
    with pytest.raises(ValueError, match="vector"):
        search.add([1], wrong[np.newaxis])
    with pytest.raises(ValueError, match="vector"):
        search.search(wrong, 0, 1)
    assert len(search) == 0


@pytest.mark.parametrize("keys", [[7, 8], [9, 9]], ids=["there already", "twice"])
def test_a_key_names_one_vector(search: GallerySearch, keys: list[int]) -> None:
    search.add([7], _directions(1))
    with pytest.raises(ValueError, match="key"):
        search.add(keys, _directions(2, seed=2))
    assert len(search) == 1


def test_a_key_without_its_vector_is_refused(search: GallerySearch) -> None:
    with pytest.raises(ValueError, match="one vector"):
        search.add([1, 2], _directions(1))
    assert len(search) == 0


def test_whoever_is_like_is_found_first_with_the_cosine(search: GallerySearch) -> None:
    vectors = _directions(300)
    search.add(range(1000, 1300), vectors)
    best = search.search(_near(vectors[123], 0.8), 0.5, 5)[0]
    assert best.key == 1123
    assert best.cosine == pytest.approx(0.8, abs=5e-4)


def test_whoever_is_not_like_enough_is_not_found(search: GallerySearch) -> None:
    vectors = _directions(300)
    search.add(range(300), vectors)
    assert search.search(_near(vectors[123], 0.79), 0.8, 5) == ()


def test_no_more_are_found_than_asked_for_and_they_are_the_best(search: GallerySearch) -> None:
    (vector,) = _directions(1)
    search.add(range(9), np.stack([_near(vector, 0.9 - number / 20, number + 2) for number in range(9)]))
    assert [hit.key for hit in search.search(vector, -1, 3)] == [0, 1, 2]


def test_whoever_was_removed_is_not_found_and_nobody_else_is_lost(search: GallerySearch) -> None:
    vectors = _directions(50)
    search.add(range(50), vectors)
    search.remove([3, 49, 0, 777])
    assert len(search) == 47
    found = [[hit.key for hit in search.search(each, 0.99, 1)] for each in vectors]
    assert found == [[] if key in (0, 3, 49) else [key] for key in range(50)]


def test_the_sketch_of_a_vector_moves_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SketchSearch, "_SECOND", 1)  # whose sketch is not its own is not looked at
    search, vectors = SketchSearch(SIZE), _directions(50)
    search.add(range(50), vectors)
    search.remove([3, 7])
    assert [hit.key for each in (48, 49) for hit in search.search(vectors[each], 0.99, 1)] == [48, 49]
    search.add([3], vectors[3][np.newaxis])
    assert [hit.key for hit in search.search(vectors[3], 0.99, 1)] == [3]


def test_a_key_that_was_removed_can_be_used_again(search: GallerySearch) -> None:
    first, second = _directions(2)
    search.add([5], first[np.newaxis])
    search.remove([5])
    search.add([5], second[np.newaxis])
    assert [hit.key for hit in search.search(second, 0.99, 1)] == [5]
    assert search.search(first, 0.99, 1) == ()


def test_the_length_of_a_vector_does_not_matter(search: GallerySearch) -> None:
    (vector,) = _directions(1)
    search.add([1], vector[np.newaxis] * np.float32(0.997))  # as half precision leaves it
    (hit,) = search.search(vector * np.float32(3), 0, 1)
    assert hit.cosine == pytest.approx(1, abs=5e-4)


def test_a_removed_vector_is_overwritten_and_an_empty_block_is_given_back() -> None:
    search = ExactSearch(8)
    vectors = _directions(8193, 8)
    search.add(range(8193), vectors)
    assert len(search._blocks) == 2
    search.remove([8192])
    assert len(search._blocks) == 1
    search.remove([8191])
    assert not search._blocks[0][8191].any()
    search.remove(range(8193))
    assert (len(search), search._blocks) == (0, [])


def test_exact_is_compared_up_to_the_limit_and_sketches_beyond() -> None:
    assert isinstance(search_for(100_000, SIZE), ExactSearch)
    assert isinstance(search_for(100_001, SIZE), SketchSearch)
    assert isinstance(search_for(11, SIZE, exact_up_to=10), SketchSearch)


def test_sketches_find_whom_comparing_finds_with_the_same_scores() -> None:
    vectors = _directions(15_000)  # of which a quarter is compared
    exact, sketches = ExactSearch(SIZE), SketchSearch(SIZE)
    for each in (exact, sketches):
        each.add(range(15_000), vectors)
    agreed = 0
    for wanted in range(0, 15_000, 300):
        # The next but the person itself is noise at this size: the threshold lies above it.
        vector = _near(vectors[wanted], 0.6, wanted + 5)
        one, other = (each.search(vector, 0.58, 5) for each in (exact, sketches))
        assert one[0].key == wanted
        agreed += [hit.key for hit in one] == [hit.key for hit in other]
        assert [hit.cosine for hit in other] == pytest.approx([hit.cosine for hit in one], abs=5e-4)
    assert agreed >= 49  # of 50


def test_among_a_hundred_thousand_each_of_some_is_found() -> None:
    vectors = _directions(100_000, 512)
    search = ExactSearch(512)
    search.add(range(100_000), vectors)
    for wanted in (0, 8191, 8192, 54_321, 99_999):
        (hit,) = search.search(_near(vectors[wanted], 0.55), 0.5, 5)
        assert (hit.key, hit.cosine) == (wanted, pytest.approx(0.55, abs=1e-4))
