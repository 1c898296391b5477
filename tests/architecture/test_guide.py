"""The guide: every link in every page leads somewhere, and every picture in it is shown somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from muster.audit.catalogue import AuditEvent

REPOSITORY = Path(__file__).parents[2]
GUIDE = REPOSITORY / "src" / "guide"


def test_the_pages_are_built_without_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    made = subprocess.run(
        [sys.executable, REPOSITORY / "packaging" / "guide.py", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    first = (tmp_path / "src" / "guide" / "index.html").read_text(encoding="utf-8")
    assert "first-registration.html" in first


def test_an_auditor_finds_every_event_of_a_trail() -> None:
    """``python packaging/guide.py --events`` writes the page anew."""
    page = (GUIDE / "events.md").read_text(encoding="utf-8")
    rows = {f"| `{each.id}` | {each.value.module} | {each.value.title} |" for each in AuditEvent}
    assert rows == {line for line in page.splitlines() if line.startswith("| `")}


def test_every_page_is_reached_from_the_first_one() -> None:
    reached = set(re.findall(r"^([a-z-]+)$", (GUIDE / "index.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert {each.stem for each in GUIDE.glob("*.md")} - {"index"} <= reached


def test_no_picture_lies_there_for_nobody() -> None:
    pages = [REPOSITORY / "README.md", *GUIDE.glob("*.md")]
    shown = {Path(each).name for page in pages for each in re.findall(r"pictures/([\w-]+\.png)", page.read_text())}
    assert {each.name for each in (GUIDE / "pictures").glob("*.png")} == shown
