"""The first module of the frozen program.

The program starts parts of itself in processes of their own, by ``sys.executable -m MODULE`` (a hosted driver, the
demo station's receiver). Frozen, ``sys.executable`` is this program and no Python, so it understands that much of
Python's command line, for modules of ours and no others.
"""

from __future__ import annotations

import multiprocessing
import runpy
import sys


def main() -> None:
    multiprocessing.freeze_support()
    words = [each for each in sys.argv[1:4] if each != "-P"]
    if words[:1] == ["-m"] and words[1:] and words[1].split(".")[0] == "muster":
        module = words[1]
        sys.argv = [module, *sys.argv[sys.argv.index(module) + 1 :]]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        return
    from muster.main import main as run

    run()


main()
