"""Fixtures of the window's tests; the driver itself lies in ``conftest_ui`` so that tests can name it."""

from conftest_ui import demo_station, driver, in_english, judging, lanes, quick_devices, session

from cheap_passwords import passwords_are_cheap
from judged_once import judged_once_in_this_run

__all__ = [
    "demo_station",
    "driver",
    "in_english",
    "judged_once_in_this_run",
    "judging",
    "lanes",
    "passwords_are_cheap",
    "quick_devices",
    "session",
]
