"""What the installed program weighs, package by package, and which packages nothing imports.

::

    python packaging/size.py FOLDER [--unused]

``FOLDER`` is what program_folder.py made. ``--unused`` starts the folder's own Python, imports every module of the
core and of the drivers with whatever they import inside functions, enrolls one person in a demo station, and names
the packages of which no module was loaded then: candidates for ``trim.toml``, each to be looked at by a person
(data that is opened and never imported counts as unused here).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from importlib.metadata import distributions
from pathlib import Path

from program_folder import SITE, size_of

# Runs inside the folder's Python; what it imports is what the program imports.
PROBE = """
import ast, contextlib, importlib, io, json, pkgutil, sys
from importlib.metadata import entry_points
import muster

packages = [muster]
for group in ("muster.drivers", "muster.hosted_drivers"):
    packages += [importlib.import_module(point.module.split(".")[0]) for point in entry_points(group=group)]
wanted = set()
for package in packages:
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if module.name.endswith("__main__") or ".migrations" in module.name:
            continue
        wanted.add(module.name)
        try:
            source = importlib.util.find_spec(module.name).loader.get_source(module.name)
        except Exception:
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                wanted |= {each.name for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                wanted.add(node.module)
failed = []
for name in sorted(wanted):
    try:
        importlib.import_module(name)
    except (Exception, SystemExit) as error:
        failed.append(f"{name}: {type(error).__name__} {error}")
from muster.main import main
sys.argv = ["muster", "demo", "--json", "--data", sys.argv[1]]
with contextlib.redirect_stdout(io.StringIO()) as said:
    try:
        main()
    except SystemExit as ended:
        if ended.code:
            failed.append(f"demo: {ended.code} {said.getvalue()}")
files = sorted({each.__file__ for each in list(sys.modules.values()) if getattr(each, "__file__", None)})
print(json.dumps({"files": files, "failed": failed}))
"""


def by_package(site: Path) -> dict[str, int]:
    """Octets by package, as each lists its own files; ``(nobody's)`` is what no package lists."""
    sizes: dict[str, int] = defaultdict(int)
    listed = set()
    for each in distributions(path=[str(site)]):
        for file in each.files or ():
            path = Path(str(each.locate_file(file))).resolve()
            if path not in listed and path.is_file():
                listed.add(path)
                sizes[each.name] += path.stat().st_size
    rest = [each for each in site.rglob("*") if each.is_file() and each.resolve() not in listed]
    sizes["(nobody's)"] = sum(each.stat().st_size for each in rest)
    return dict(sizes)


def unused(folder: Path) -> tuple[list[str], list[str]]:
    """The packages of which nothing was loaded, and what could not be imported."""
    site = folder / SITE
    with tempfile.TemporaryDirectory() as data:
        done = subprocess.run(
            [str(folder / "bin" / "python3"), "-BP", "-c", PROBE, str(Path(data, "station"))],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    seen = json.loads(done.stdout.splitlines()[-1])
    loaded = {Path(each).resolve() for each in seen["files"]}
    silent = [
        each.name
        for each in distributions(path=[str(site)])
        if loaded.isdisjoint(Path(str(each.locate_file(file))).resolve() for file in each.files or ())
    ]
    return sorted(silent), seen["failed"]


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--unused", action="store_true")
    asked = arguments.parse_args()
    folder = asked.folder.absolute()
    sizes = by_package(folder / SITE)
    silent, failed = unused(folder) if asked.unused else ([], [])
    for name, size in sorted(sizes.items(), key=lambda each: -each[1]):
        print(f"{size / 1e6:9.1f} MB  {name}{'   nothing imports it' if name in silent else ''}")
    print(f"{size_of(folder) / 1e6:9.1f} MB  together")
    for each in failed:
        print(f"could not be imported: {each}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
