"""``muster prefill``: fields, where they come from, and how sure they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from muster.cli.app import build

PAGES = Path(__file__).parents[1] / "analysis" / "pages"

# What is printed on the specimens, read by a person: name as the lines have it, year/month/day, list code.
SPECIMENS = {
    "0_pass-lva.jpg": ("Farida Mohamada", "1986/05/10", "FLE"),
    "100_visa-usa.jpg": ("Happyperson Traveler", "1965/02/05", "FLE"),
    "passport-td2.jpg": ("Anna Maria Eriksson", "1974/08/12", "FLE"),
}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(build(None, "prefill"), ["prefill", *map(str, arguments)])  # type: ignore[arg-type]


def read(*arguments: object) -> dict[str, Any]:
    ran = run("--json", *arguments)
    assert ran.exit_code == 0, ran.output
    return dict(json.loads(ran.stdout))


def test_what_is_no_picture_is_wrong_input(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam")
    ran = run("--json", tmp_path / "letter.txt")
    assert (ran.exit_code, json.loads(ran.stdout)["error"]["code"]) == (2, "PICTURE_UNREADABLE")


def test_a_language_nobody_knows_is_wrong_input() -> None:
    ran = run("--json", "--languages", "eng,xxx", PAGES / "passport.png")
    assert (ran.exit_code, json.loads(ran.stdout)["error"]["code"]) == (2, "LANGUAGE_UNKNOWN")


def test_a_passport_and_a_card_of_somebody_else_are_told_to_differ() -> None:
    report = read(PAGES / "passport.png", PAGES / "card.png", "--no-text")
    assert [(each["kind"], each["has_chip"]) for each in report["files"]] == [
        ("passport", True),
        ("id_card", True),
    ]
    assert set(report["differing"]) == {"fullName", "dateOfBirth", "gender"}
    assert {each["origin"] for each in report["fields"]} == {"passport_zone"}


def test_people_read_it_as_a_table() -> None:
    lines = run(PAGES / "passport.png").output.splitlines()
    assert lines[0].startswith("passport.png: passport, number C01X00T47, its chip can be opened")
    assert "1984/08/12" in lines[2] and "97%" in lines[2] and lines[2].endswith("fills in")


@pytest.mark.parametrize("name", SPECIMENS)
def test_specimens_of_three_sizes_are_filled_in_as_a_person_reads_them(reference_data: Path, name: str) -> None:
    report = read(reference_data / "mrz" / name, "--no-text", "--languages", "eng")
    values = {each["field"]: each["value"] for each in report["fields"]}
    assert (values["fullName"]["eng"], values["dateOfBirth"], values["gender"]) == SPECIMENS[name]
