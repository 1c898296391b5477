"""Fixtures of the window's tests; the driver itself lies in ``conftest_ui`` so that tests can name it."""

from conftest_ui import driver, judging, lanes, quick_devices, session

__all__ = ["driver", "judging", "lanes", "quick_devices", "session"]
