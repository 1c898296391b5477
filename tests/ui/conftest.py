"""Fixtures of the window's tests; the driver itself lies in ``conftest_ui`` so that tests can name it."""

from conftest_ui import driver, judging, lanes, quick_devices, session

from judged_once import judged_once_in_this_run

__all__ = ["driver", "judged_once_in_this_run", "judging", "lanes", "quick_devices", "session"]
