"""The composition root: what is said before Qt is loaded."""

from __future__ import annotations

import sys

import pytest

from muster.errors import Unavailable
from muster.main import QtScreen


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_without_a_display_the_window_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(Unavailable, match="NO_DISPLAY"):
        QtScreen().open_window(None, demo=False)
