"""The driver and Linux' own simulated camera, through V4L2, in a guest computer: about a minute, so that it runs
only where somebody unpacked a kernel for it (``simulators/camera_guest.py`` says how)."""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from simulators.camera_guest import run, what_is_missing

_INSIDE = Path(__file__).with_name("inside_guest.py")
_ANSWER = "ANSWER "

pytestmark = pytest.mark.timeout(420)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    kernel = Path(os.environ.get("MUSTER_GUEST_KERNEL", "/nowhere"))
    if missing := what_is_missing(kernel):
        pytest.skip(missing)
    lines = run(kernel, tmp_path_factory.mktemp("guest"), _INSIDE)
    said = dict(line.removeprefix(_ANSWER).split(": ", 1) for line in lines if line.startswith(_ANSWER))
    assert said, "\n".join(lines[-20:])
    return {what: _value(text) for what, text in said.items()}


def _value(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def test_of_many_nodes_only_those_that_take_pictures_are_cameras(answers: Mapping[str, Any]) -> None:
    assert answers["nodes"] > 10
    assert answers["cameras"] == ["v4l-vivid.0-vivid-000-vid-cap", "v4l-vivid.0-vivid-001-vid-cap"]


def test_pictures_have_the_size_asked_for_and_differ(answers: Mapping[str, Any]) -> None:
    shape, last, different = answers["pictures"]
    assert shape == (720, 1280, 3) and last >= 9 and different == 10
    assert answers["smaller"] == (360, 640, 3)


def test_the_bars_of_the_test_picture_have_their_colours(answers: Mapping[str, Any]) -> None:
    lit = [tuple(level > 100 for level in colour) for colour in answers["bars"]]
    white, yellow, cyan, green, magenta, red, blue = (
        (True, True, True),
        (True, True, False),
        (False, True, True),
        (False, True, False),
        (True, False, True),
        (True, False, False),
        (False, False, True),
    )
    assert lit[:7] == [white, yellow, cyan, green, magenta, red, blue]


def test_a_camera_that_another_program_has_is_busy_until_that_ends(answers: Mapping[str, Any]) -> None:
    assert (answers["busy"], answers["not busy"]) == ("DEVICE_BUSY", (720, 1280, 3))


def test_without_the_right_to_open_it_the_list_and_the_refusal_say_so(answers: Mapping[str, Any]) -> None:
    assert answers["not permitted"] == ("CAMERA_NOT_PERMITTED", "CAMERA_NOT_PERMITTED")


def test_one_that_is_pulled_out_while_it_streams_was_unplugged_and_then_is_absent(
    answers: Mapping[str, Any],
) -> None:
    assert answers["unplugged"] == "DEVICE_UNPLUGGED"
    assert (answers["left"], answers["absent"]) == ([], "DEVICE_ABSENT")
