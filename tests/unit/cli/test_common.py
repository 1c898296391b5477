"""What the commands share: passwords from files, and errors as sentences whatever stands in them."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from muster.cli.common import password_in, printable, reporting, show
from muster.errors import BadInput, Code
from muster.workstation.inspection import FILE_ABSENT


@pytest.mark.parametrize(
    "content",
    [
        "correct horse\n".encode("utf-16"),
        "correct horse\n".encode("utf-16-le"),
        "correct horse\n".encode("utf-16-be"),
        "Müller und Söhne\n".encode("latin-1"),
        b"correct\xffhorse",
        b"correct horse\n\xff",
    ],
    ids=["UTF-16", "UTF-16-LE", "UTF-16-BE", "Latin-1", "a wrong byte", "a wrong byte further down"],
)
def test_a_password_file_that_is_not_utf_8_is_refused_by_name_and_not_guessed_at(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "password").write_bytes(content)
    with pytest.raises(BadInput) as caught:
        password_in(tmp_path / "password")
    assert (caught.value.code.name, caught.value.detail) == ("PASSWORD_FILE_UNREADABLE", {"file": "password"})


def test_an_absent_password_file_is_said_to_be_absent(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        password_in(tmp_path / "password")
    assert caught.value.code is FILE_ABSENT


@pytest.mark.parametrize(
    ("content", "password"),
    [
        (b"", ""),
        (b"\n", ""),
        (b"correct horse", "correct horse"),
        (b"correct horse\n", "correct horse"),
        (b"correct horse\r\nand more\r\n", "correct horse"),
        (b" correct horse \n", " correct horse "),
        (b"\xef\xbb\xbfcorrect horse\n", "correct horse"),
        ("كلمة السر 🔑\n".encode(), "كلمة السر 🔑"),
        ("\N{NO-BREAK SPACE}\N{LINE SEPARATOR}a\n".encode(), "\N{NO-BREAK SPACE}\N{LINE SEPARATOR}a"),
    ],
)
def test_the_password_is_the_first_line_without_what_the_editor_put_around_it(
    tmp_path: Path, content: bytes, password: str
) -> None:
    (tmp_path / "password").write_bytes(content)
    assert password_in(tmp_path / "password") == password


def test_an_error_over_a_name_that_is_no_text_is_json_all_the_same(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    with pytest.raises(typer.Exit) as caught, reporting(as_json=True):
        raise BadInput(Code("ABSENT", "There is no {file}."), file="Erika-\udcff-é")
    out = capsysbinary.readouterr().out
    assert caught.value.exit_code == 2
    assert json.loads(out)["error"]["message"] == "There is no Erika-\udcff-é."
    assert out.isascii()  # a pipe on Windows takes no more than its code page


@pytest.mark.parametrize(
    "text, shown",
    [
        ("\x1b[2Jvalid\nvalid", "\\x1b[2Jvalid\\nvalid"),
        ("\x9b2J\x7f\0", "\\x9b2J\\x7f\\x00"),
        ("\ud800x", "\\ud800x"),
        ("a\u202eb\u2028c", "a\\u202eb\\u2028c"),
        ("Grün محمد 指紋", "Grün محمد 指紋"),
    ],
)
def test_text_of_a_file_reaches_the_terminal_as_text_alone(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_text_that_a_pipe_cannot_write_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="cp1252", write_through=True))

    show({}, "é م", as_json=False)

    assert written.getvalue().split() == [b"\xe9", b"\\u0645"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_an_answer_that_cannot_be_written_is_said_in_one_sentence() -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-c", _SHOWING], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (ran.returncode, ran.stderr) == (
        3,
        "The answer cannot be written. Perhaps the disk is full. [OUTPUT_UNWRITABLE]\n",
    )


def test_who_reads_no_further_makes_nothing_a_failure() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        ran = subprocess.run(
            [sys.executable, "-c", _SHOWING], stdout=closed, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (ran.returncode, ran.stderr) == (0, "")


_SHOWING = """
import typer
from muster.cli.common import reporting, show
try:
    with reporting(as_json=True):
        show({"records": 1}, "", as_json=True)
except typer.Exit as exit:
    raise SystemExit(exit.exit_code)
"""
