from __future__ import annotations

import pytest

from muster.errors import BadInput
from muster_uvc.settings import Settings, settings_from


@pytest.mark.parametrize(
    "text",
    [
        "size=1x1",
        "a: size=1280",
        "a: size=1280x720x3",
        "a: exposure_ms=0",
        "a: exposure_ms=nan",
        "a: exposure_ms=5000",
        "a: exposure_ms=bright",
        "a: turned=45",
        "a: turned=x",
        "a: mirrored=no",
        "a: colour=red",
        "a: turned=90 turned=180",
        "a: turned=90; a: turned=180",
        ": turned=90",
    ],
)
def test_a_typing_mistake_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match=r"DRIVER_SETTING_WRONG.*MUSTER_CAMERA_SETTINGS"):
        settings_from(text)


def test_nothing_said_leaves_everything_to_the_camera() -> None:
    assert settings_from("").of("any") == Settings((1280, 720), None, 0, False)


def test_a_camera_with_nothing_said_is_excepted_from_what_holds_for_the_others() -> None:
    assert settings_from("a:; *: turned=90").of("a") == Settings()


def test_each_camera_has_its_own_and_the_star_is_for_the_others() -> None:
    settings = settings_from("uvc-1: size=1920x1080 exposure_ms=12.5 turned=270 mirrored; *: size=640x480")
    assert settings.of("uvc-1") == Settings((1920, 1080), 12.5, 270, True)
    assert settings.of("uvc-2") == Settings((640, 480))
