"""SANE with nothing but its test back end, in a folder of its own."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import traceback
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from unittest import SkipTest

import pytest

from muster_scanner_sane import driver as driver_module
from muster_scanner_sane.libsane import LIBRARY

_PASSED, _FAILED, _SKIPPED = range(3)
_TRIES = 3
_PATIENCE_S = 30.0  # three times are sooner over than the time a test may take


@pytest.fixture(scope="session")
def _has_sane() -> None:
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        pytest.skip("libsane is not installed")


@pytest.fixture(scope="session")
def sane_folder(_has_sane: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sane")
    (folder / "dll.conf").write_text("test\n")
    (folder / "test.conf").write_text("number_of_devices 2\n")
    return folder


@pytest.fixture(scope="session")
def test_back_end(sane_folder: Path) -> Iterator[None]:
    """For this process, which looks once where its configuration is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SANE_CONFIG_DIR", str(sane_folder))
        library = driver_module._library()
        yield
        if library is not None:
            library.close()
        driver_module._loaded.clear()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Tests that scan with the library do it in a process of their own, as the program does.

    Its test back end ends a scan by cancelling a thread, which may hold a lock of the C library at that moment:
    whatever asks for that lock later in the same process (a Qt application, for one) waits for ever. Where that is
    the back end itself, waiting for the thread it cancelled, the process is ended and the test tried again.
    """
    if "test_back_end" not in pyfuncitem.fixturenames:
        return None
    for _ in range(_TRIES - 1):
        with suppress(_BackEndHangsError):
            _in_a_process_of_its_own(pyfuncitem)
            return True
    _in_a_process_of_its_own(pyfuncitem)
    return True


class _BackEndHangsError(Exception):
    """The process had to be ended."""


def _in_a_process_of_its_own(pyfuncitem: pytest.Function) -> None:
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of Python 3.12 on, where other threads are alive
        child = os.fork()
    if child == 0:
        said, status = b"", _PASSED
        try:
            pyfuncitem.obj(**arguments)
        except SkipTest as skipped:
            said, status = str(skipped).encode(), _SKIPPED
        except BaseException:  # noqa: BLE001 - told by the process that waits
            said, status = traceback.format_exc().encode(), _FAILED
        os.write(writing, said[-60_000:])
        os._exit(status)
    os.close(writing)
    with open(reading, encoding="utf-8", errors="replace") as pipe:  # noqa: PTH123 - a pipe has no path
        ends, _, _ = select.select([pipe], [], [], _PATIENCE_S)
        if not ends:
            os.kill(child, signal.SIGKILL)
        said = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == -signal.SIGKILL:
        raise _BackEndHangsError
    if status == _SKIPPED:
        raise SkipTest(said)
    assert status == _PASSED, said
