"""Which lines and branches of the packages that decide what is believed are reached by their tests.

    .venv/bin/python tests/coverage/run.py [--lower] [PYTEST ARGUMENTS]

Compares with ``floor.json`` (README.md in this folder) and fails where a file got worse.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import coverage

REPOSITORY = Path(__file__).parents[2]
FLOOR = Path(__file__).parent / "floor.json"
PACKAGES = ("formats", "crypto", "audit", "proofing", "packet")
# Crypto is tried through what uses it as well: a wallet, a chip, a service that signs.
TESTS = (*(f"tests/unit/{each}" for each in PACKAGES), "tests/unit/methods", "drivers/pcsc/tests")


def run(arguments: list[str], folder: Path) -> dict[str, tuple[int, int]]:
    """Lines and branches that were not reached, by file. Raises ``SystemExit`` when a test fails."""
    data, settings = folder / "reached", folder / "settings"
    sources = "\n    ".join(f"muster.{each}" for each in PACKAGES)
    settings.write_text(f"[run]\nbranch = true\ndata_file = {data}\nsource =\n    {sources}\n", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "coverage",
        "run",
        f"--rcfile={settings}",
        "-m",
        "pytest",
        "-q",
        "--hypothesis-seed=0",  # what is reached must not be a matter of luck
        *TESTS,
        *arguments,
    ]
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    if status := subprocess.run(command, cwd=REPOSITORY, env=environment, check=False).returncode:
        raise SystemExit(status)
    told = coverage.Coverage(data_file=str(data), config_file=str(settings))
    told.load()
    told.json_report(outfile=str(folder / "told.json"))
    files = json.loads((folder / "told.json").read_text(encoding="utf-8"))["files"]
    return {
        Path(name).resolve().relative_to(REPOSITORY / "src").as_posix(): (
            each["summary"]["missing_lines"],
            missing_branches(REPOSITORY / name, each["missing_branches"]),
        )
        for name, each in files.items()
    }


def missing_branches(file: Path, missing: list[list[int]]) -> int:
    """Without the ways past a match: mypy (``exhaustive-match``) proves that each ends in one of its cases."""
    bodies = {
        each.cases[-1].pattern.lineno: each.cases[-1].body[0].lineno
        for each in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(each, ast.Match) and each.cases[-1].guard is None
    }
    return sum(begin not in bodies or end == bodies[begin] for begin, end in missing)


def compare(missed: dict[str, tuple[int, int]], floor: dict[str, list[int]]) -> tuple[list[str], list[str]]:
    """The files that got worse, and those that got better."""
    worse, better = [], []
    for name, (lines, branches) in sorted(missed.items()):
        least_lines, least_branches = floor.get(name, [0, 0])
        if lines > least_lines or branches > least_branches:
            worse.append(f"{name}: {lines} lines and {branches} branches, were {least_lines} and {least_branches}")
        elif (lines, branches) != (least_lines, least_branches):
            better.append(name)
    return worse, better


def main() -> int:
    told = argparse.ArgumentParser(description="What the tests reach.")
    told.add_argument("--lower", action="store_true", help="Write down what got better.")
    asked, arguments = told.parse_known_args()
    floor: dict[str, list[int]] = json.loads(FLOOR.read_text(encoding="utf-8")) if FLOOR.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        missed = run(arguments, Path(folder))
    for name, (lines, branches) in sorted(missed.items()):
        if lines or branches:
            print(f"{name:52} {lines:5} lines {branches:5} branches")
    whole = sum(not any(each) for each in missed.values())
    print(f"{whole} of {len(missed)} files are reached whole")
    worse, better = compare(missed, floor) if FLOOR.exists() else ([], list(missed))
    if asked.lower and better:
        kept = {name: list(each) for name, each in sorted(missed.items()) if any(each)}
        kept.update({name: floor[name] for name in floor.keys() & {each.partition(":")[0] for each in worse}})
        FLOOR.write_text(json.dumps(dict(sorted(kept.items())), indent=1) + "\n", encoding="utf-8")
    for each in worse:
        print(f"worse: {each}")
    return 1 if worse else 0


if __name__ == "__main__":
    raise SystemExit(main())
