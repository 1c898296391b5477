"""Work that is measured in a process of its own."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache


def python(*arguments: str, **settings: str) -> str:
    """What it prints. Without a display, twenty times as fast as with a person before the devices, unless
    ``settings`` or the environment say otherwise; from compiled files, once they were written. Raises
    ``CalledProcessError``."""
    environment = {"QT_QPA_PLATFORM": "offscreen", "MUSTER_SIMULATED_SPEED": "20", **os.environ, **settings}
    if environment.get("PYTHONDONTWRITEBYTECODE") and not environment.get("PYTHONPYCACHEPREFIX"):
        environment |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": _compiled()}
    ran = subprocess.run(
        [sys.executable, *arguments], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return ran.stdout


@cache
def _compiled() -> str:
    """Where whoever wants no compiled files beside the sources gets them, as an installed program has them."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
