"""Fingers and eyes judged in a process of its own: the same answers, and what happens when it breaks."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from muster.analysis import weights
from muster.devices import own_process
from muster.domain.assessment import Finding
from muster.domain.biometrics import BiometricAttribute
from muster.domain.registration import RegistrationId
from muster.errors import MalformedData, MusterError, Unavailable
from muster.workstation import judging_beside
from muster.workstation.judging_beside import JudgeBeside
from muster.workstation.sample_judging import Judge, Judged, SampleJudge
from muster_simulated.pictures import Pictures

SOMEBODY = RegistrationId("10001100010000120261122100000")
THUMB, INDEX, EYE = BiometricAttribute.RIGHT_THUMB, BiometricAttribute.RIGHT_INDEX, BiometricAttribute.LEFT_EYE
_WITHOUT_WEIGHTS = """
from pathlib import Path
from muster.analysis import weights
from muster.devices.own_process import own_pipes
from muster.workstation.judging_host import serve
from muster.workstation.sample_judging import SampleJudge
weights.models_folder = lambda: Path("nowhere")
serve(own_pipes(), SampleJudge())
"""


@pytest.fixture(scope="module")
def kept() -> Iterator[JudgeBeside]:
    judge = JudgeBeside()
    yield judge
    judge.close()


@pytest.fixture
def beside(kept: JudgeBeside) -> JudgeBeside:
    kept.begin(SOMEBODY)
    return kept


def _host(monkeypatch: pytest.MonkeyPatch, folder: Path, code: str) -> None:
    """Another process in the place of the one that judges."""
    (folder / "muster_badly_behaved.py").write_text(code, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), *sys.path]))
    monkeypatch.setattr(judging_beside, "_HOST", "muster_badly_behaved")


def _kill(judge: JudgeBeside) -> None:
    assert judge.pid is not None
    os.kill(judge.pid, signal.SIGKILL)


def _same(one: Judged, other: Judged) -> bool:
    """But for the mark, which is each judge's own."""
    return (one.attribute, one.judgement, one.findings) == (other.attribute, other.judgement, other.findings)


@pytest.mark.parametrize("attribute", [THUMB, EYE])
def test_it_says_the_same_as_a_judge_who_is_here(beside: JudgeBeside, attribute: BiometricAttribute) -> None:
    picture = Pictures().sample(attribute)
    assert _same(beside.see(attribute, picture), SampleJudge().see(attribute, picture))


def test_an_empty_picture_is_found_to_be_one(beside: JudgeBeside) -> None:
    empty = Pictures().sample(THUMB).copy()
    empty[:] = 255
    seen = beside.see(THUMB, empty)
    assert [each.code.name for each in seen.findings] == ["FINGER_ABSENT"]
    assert not seen.shows_something


def test_the_same_finger_for_two_is_named(beside: JudgeBeside) -> None:
    picture = Pictures().sample(THUMB)
    one, twin = beside.see(THUMB, picture), beside.see(INDEX, picture)
    finding = beside.same_twice(one, twin)
    assert isinstance(finding, Finding)
    assert (finding.code.name, finding.detail["other"]) == ("SAME_FINGER_TWICE", INDEX.value)
    assert beside.same_twice(one, beside.see(INDEX, Pictures().sample(INDEX))) is None
    assert beside.same_twice(one, beside.see(EYE, Pictures().sample(EYE))) is None


def test_what_a_record_shows_is_looked_at_once(beside: JudgeBeside) -> None:
    record = b"a record made of that picture"
    seen = beside.see(THUMB, Pictures().sample(THUMB))
    beside.remember(record, seen)
    assert beside.look(THUMB, record) == seen


def test_a_record_that_is_none_raises_what_it_raises_here(beside: JudgeBeside) -> None:
    pid = beside.pid
    for judge in (beside, SampleJudge()):
        with pytest.raises(MalformedData):
            judge.look(THUMB, b"nothing of the kind")
    assert beside.pid == pid  # it was asked, and is there for the next


def test_of_somebody_else_nothing_is_remembered(beside: JudgeBeside) -> None:
    picture = Pictures().sample(EYE)
    one, other = beside.see(EYE, picture), beside.see(EYE, picture)
    beside.begin(RegistrationId("10001100010000220261122100000"))
    with pytest.raises(Unavailable, match="JUDGED_BEFORE"):
        beside.same_twice(one, other)


def test_missing_weights_are_told_by_their_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _host(monkeypatch, tmp_path, _WITHOUT_WEIGHTS)
    judge = JudgeBeside()
    for _ in range(2):
        with pytest.raises(Unavailable, match=weights.WEIGHTS_MISSING.name):
            judge.load_once()
    judge.close()


def test_one_that_was_killed_is_started_anew_and_asked_again(beside: JudgeBeside) -> None:
    picture = Pictures().sample(EYE)
    before = beside.see(EYE, picture)
    _kill(beside)
    after = beside.see(EYE, picture)
    assert _same(before, after)
    with pytest.raises(Unavailable, match="JUDGED_BEFORE"):
        beside.same_twice(before, after)  # of the one before it, it knows nothing


@pytest.mark.parametrize(
    "code",
    [
        "raise SystemExit(1)",
        "import sys; sys.stdin.buffer.read(1)",
        "import os; os.write(1, b'a library that prints' * 100)",
        "import os; os.write(1, bytes(12)); os.read(0, 1)",
    ],
    ids=["ends at once", "ends when asked", "prints", "answers nonsense"],
)
def test_one_that_breaks_each_time_is_asked_twice(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str
) -> None:
    _host(monkeypatch, tmp_path, code)
    judge = JudgeBeside()
    with pytest.raises(Unavailable, match="JUDGING_BROKE_OFF"):
        judge.load_once()
    assert judge.pid is None


def test_one_that_keeps_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _host(monkeypatch, tmp_path, "import time; time.sleep(600)")
    judge = JudgeBeside(longest_s=0.2)
    with pytest.raises(Unavailable, match="JUDGING_BROKE_OFF"):
        judge.load_once()


def test_where_nothing_can_be_started_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("no memory")

    monkeypatch.setattr(judging_beside, "start", full)
    with pytest.raises(Unavailable, match="JUDGING_BROKE_OFF"):
        JudgeBeside().load_once()


def test_closing_it_ends_its_process_and_tells_whoever_waits(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _host(monkeypatch, tmp_path, "import time; time.sleep(600)")
    judge, raised = JudgeBeside(), list[MusterError]()

    def wait() -> None:
        try:
            judge.load_once()
        except MusterError as error:
            raised.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    _until(lambda: judge.pid is not None)
    pid = judge.pid
    assert pid is not None
    judge.close()
    waiting.join(10)
    assert [each.code.name for each in raised] == ["JUDGING_BROKE_OFF"]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(Unavailable, match="JUDGING_BROKE_OFF"):
        judge.load_once()  # nobody starts another


def test_it_ends_with_the_program_however_that_ends() -> None:
    with own_process.start("muster.workstation.judging_host", is_heard=False) as process:
        assert process.stdin is not None
        process.stdin.close()  # as the system does
        assert process.wait(30) == 0


def test_both_are_judges() -> None:
    judges: tuple[Judge, ...] = (SampleJudge(), JudgeBeside())
    assert len(judges) == 2


def _until(there: Callable[[], bool], patience_s: float = 10.0) -> None:
    until = time.monotonic() + patience_s
    while not there():
        assert time.monotonic() < until
        time.sleep(0.01)
