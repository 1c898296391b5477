"""The guide as pages for a browser, and its pictures.

    python packaging/guide.py [FOLDER]     into build/guide unless you name one; a link to nowhere fails
    python packaging/guide.py --pictures   takes the pictures in src/guide/pictures anew, from the running program
    python packaging/guide.py --events     writes src/guide/events.md anew, from the catalogue of events

Needs the environment of the tests: ``python3 packaging/bootstrap.py setup test``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
PICTURES = REPOSITORY / "src" / "guide" / "pictures"
PLOTS = frozenset({"growth"})  # drawn by tests/load, of its own figures
EVENTS = REPOSITORY / "src" / "guide" / "events.md"


@dataclass(frozen=True)
class Look:
    """How the window looks for one walk through its screens; ``suffix`` stands behind the pictures' names."""

    language: str
    scheme: str
    suffix: str = ""


USUAL = Look("eng", "light")
OTHERS = (
    Look("ara", "light", "-ar"),
    Look("fra", "light", "-fr"),
    Look("hin", "dark", "-hi-dark"),
    Look("amh", "contrast", "-am-contrast"),
)


def build(folder: Path, *arguments: str) -> int:
    """Sphinx's exit status; a warning is a failure."""
    sphinx = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", *arguments]
    return subprocess.run([*sphinx, "-c", "src/guide", ".", folder], cwd=REPOSITORY, check=False).returncode


def events_page() -> str:
    """Every event that is ever audited, for whoever reads a trail without the program."""
    from muster.audit.catalogue import AuditEvent  # the pages are built without the program

    kinds = sorted((each.value for each in AuditEvent), key=lambda each: each.id)
    rows = [f"| `{each.id}` | {each.module} | {each.title} |" for each in kinds]
    head = (
        "# What each event means",
        "",
        "The third place of a record in [an exported trail](auditor.md). No id is ever used for anything else.",
        "",
        "| id | about | what happened |",
        "|---|---|---|",
    )
    return "\n".join([*head, *rows, ""])


def take_pictures(wanted: Sequence[str]) -> list[str]:
    """Those of the guide that the tour makes, by name; each look that is wanted costs one walk, about a minute."""
    from PySide6.QtGui import QImage  # the pages are built without a window

    from muster.ui import tour
    from muster.ui.appearance import Scheme
    from muster.ui.language import WINDOW_LANGUAGES

    taken = []
    by_code = {each.data_code: each for each in WINDOW_LANGUAGES}
    for look in (USUAL, *OTHERS):  # English first: it takes no translation, and would be left with another's
        mine = [name for name in wanted if _look_of(name) == look]
        if not mine:
            continue
        with tempfile.TemporaryDirectory() as folder:
            tour.run(Path(folder), languages=(by_code[look.language],), scheme=Scheme(look.scheme))
            for name in mine:
                made = Path(folder) / f"{name.removesuffix(look.suffix) if look.suffix else name}.png"
                if made.exists():
                    QImage(str(made)).save(str(PICTURES / f"{name}.png"), "PNG", 0)  # 0 is smallest
                    taken.append(name)
    return taken


def _look_of(name: str) -> Look:
    return next((each for each in OTHERS if name.endswith(each.suffix)), USUAL)


def main() -> int:
    told = argparse.ArgumentParser(description="Build the guide, or take its pictures.")
    told.add_argument("folder", nargs="?", type=Path, default=REPOSITORY / "build" / "guide")
    told.add_argument("--pictures", action="store_true", help="Take the guide's pictures anew.")
    told.add_argument("--events", action="store_true", help="Write the page of the events anew.")
    asked = told.parse_args()
    if asked.events:
        EVENTS.write_text(events_page(), encoding="utf-8")
        return 0
    if not asked.pictures:
        status = build(asked.folder.resolve())
        if status == 0:
            print(f"{asked.folder / 'src' / 'guide' / 'index.html'}")
        return status
    wanted = sorted({each.stem for each in PICTURES.glob("*.png")} - PLOTS)
    taken = take_pictures(wanted)
    left = sorted(set(wanted) - set(taken))
    print(f"{len(taken)} pictures taken")
    for name in left:
        print(f"no screen is called {name}")
    return 1 if left else 0


if __name__ == "__main__":
    raise SystemExit(main())
