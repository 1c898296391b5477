"""Every target for a moment, from its seeds on; the long run is by hand (README.md in this folder)."""

from __future__ import annotations

import importlib.util
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pytest

from fuzz.run import Outcome, fuzz, shortened
from fuzz.target import load, names, reference_folder
from muster.errors import MalformedData
from muster.formats.octets import RECORD_TRUNCATED

_RUNS = 400
_SECONDS = 2  # where an input takes long
_JOBS = 2


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Future[Outcome]]:
    """All targets, two at a time. Their corpora go with the test: what is found by hand stays by hand."""
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not installed: there is one for Linux on x86-64 only")
    build = tmp_path_factory.mktemp("fuzz")
    with ThreadPoolExecutor(_JOBS) as pool:
        return {name: pool.submit(fuzz, name, seconds=_SECONDS, runs=_RUNS, build=build) for name in names()}


def test_there_is_a_target() -> None:
    assert "iso19794_4" in names()


@pytest.mark.parametrize("name", names())
def test_every_seed_is_parsed_or_refused(name: str) -> None:
    target = load(name)
    seeds = list(target.seeds(reference_folder()))
    assert seeds
    for seed in seeds:
        target.check(seed)


@pytest.mark.parametrize("name", names())
def test_what_is_made_of_the_seeds_is_parsed_or_refused(name: str, started: dict[str, Future[Outcome]]) -> None:
    outcome = started[name].result()
    assert not outcome.broke, outcome.log[-3000:]
    assert outcome.executions > 0


def test_an_error_that_no_parser_may_raise_is_noticed_and_its_input_shortened() -> None:
    def run(content: bytes) -> None:
        if b"AB" in content:
            raise ZeroDivisionError

    target = replace(load("registration_id"), run=run)
    with pytest.raises(ZeroDivisionError):
        target.check(b"xxABxx")
    assert shortened(target, b"xxxxxABxxxx") == b"AB"


@pytest.mark.parametrize("offset", [-1, 4])
def test_an_offset_outside_the_input_is_noticed(offset: int) -> None:
    def run(content: bytes) -> None:
        raise MalformedData(RECORD_TRUNCATED, offset=offset)

    target = replace(load("iso19794_4"), run=run)
    with pytest.raises(AssertionError, match="offset"):
        target.check(b"abc")
