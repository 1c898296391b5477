from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from muster.analysis.liveness_challenge import Action
from muster.analysis.liveness_fusion import LivenessDecision, Outcome
from muster.domain.assessment import Assessment
from muster.errors import BadInput
from muster.workstation.analysing_liveness import evaluate_liveness, labelled, metrics_of


def picture(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (64, 48), "grey").save(file)
    return file


def said(*outcomes: str) -> list[tuple[str, LivenessDecision]]:
    """ "live:accepted" and so on."""
    pairs = (each.split(":") for each in outcomes)
    return [(kind, LivenessDecision(Outcome(outcome), Assessment())) for kind, outcome in pairs]


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        evaluate_liveness(tmp_path)
    assert caught.value.code.name == "SET_EMPTY"


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        evaluate_liveness(tmp_path / "absent")


@pytest.mark.parametrize("text", ["challenge = 3", 'challenge = ["jump"]', "frames_a_second = 0", "not toml"])
def test_a_clip_that_says_nonsense_is_refused(tmp_path: Path, text: str) -> None:
    picture(tmp_path / "live" / "1" / "000.png")
    (tmp_path / "live" / "1" / "clip.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        list(labelled(tmp_path))
    assert caught.value.code.name == "CLIP_UNREADABLE"


def test_a_pack_without_its_key_is_refused(tmp_path: Path) -> None:
    picture(tmp_path / "live_1.png")
    with pytest.raises(BadInput) as caught:
        evaluate_liveness(tmp_path, pack=tmp_path)
    assert caught.value.code.name == "PACK_KEY_ABSENT"


def test_kinds_are_folders_and_clips_are_folders_in_them(tmp_path: Path) -> None:
    first, second = picture(tmp_path / "live" / "a" / "000.png"), picture(tmp_path / "live" / "a" / "001.png")
    still = picture(tmp_path / "print" / "x.png")
    (tmp_path / "live" / "a" / "clip.toml").write_text(
        'frames_a_second = 15\nchallenge = ["turn_left"]', encoding="utf-8"
    )
    live, printed = labelled(tmp_path)
    assert (live.kind, live.files, live.frames_a_second) == ("live", (first, second), 15)
    assert live.challenge == (Action.TURN_LEFT,)
    assert (printed.kind, printed.files, printed.challenge) == ("print", (still,), ())


def test_without_folders_the_kind_is_in_the_name(tmp_path: Path) -> None:
    for name in ("live_1.png", "spoof-22.png", "cut_out_3.png"):
        picture(tmp_path / name)
    assert [each.kind for each in labelled(tmp_path)] == ["cut_out", "live", "spoof"]


def test_apcer_is_of_each_kind_and_the_worst_counts() -> None:
    metrics = metrics_of(said("print:accepted", "print:refused", "screen:refused", "screen:undecided"))
    assert {kind: (each.n, each.wrong, each.rate) for kind, each in metrics.apcer.items()} == {
        "print": (2, 1, 0.5),
        "screen": (2, 0, 0.0),
    }
    assert metrics.apcer_worst == 0.5
    assert metrics.bpcer is None


def test_a_living_person_who_is_not_accepted_counts_whatever_the_reason() -> None:
    metrics = metrics_of(said("live:accepted", "live:refused", "live:undecided", "live:accepted"))
    assert metrics.bpcer is not None
    assert (metrics.bpcer.n, metrics.bpcer.wrong, metrics.bpcer.rate) == (4, 2, 0.5)
    assert metrics.apcer_worst is None


def test_the_reference_pictures_are_evaluated(reference_data: Path, tmp_path: Path) -> None:
    report = evaluate_liveness(reference_data / "pad", plots=tmp_path)
    off = report.metrics["challenge_off"]
    assert off.bpcer is not None
    assert (off.bpcer.n, off.bpcer.wrong, off.apcer["spoof"].wrong) == (1, 0, 0)
    assert "challenge_on" not in report.metrics
    assert [each.name for each in report.plots] == [
        "challenge_off: live",
        "challenge_off: spoof",
        "challenge_off: live, n = 1",
        "challenge_off: spoof, n = 1",
        "challenge_off DET: spoof",
    ]
    assert {each.file for each in report.plots} == set(tmp_path.iterdir())
