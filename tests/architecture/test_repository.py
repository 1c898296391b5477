"""Rules for every committed file."""

from __future__ import annotations

import ast
import hashlib
import io
import re
import shutil
import subprocess
import tokenize
import tomllib
from functools import cache
from importlib import resources
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
LOCKS = ["packaging/requirements.lock", "packaging/requirements-test.lock"]
LARGEST = 1_500_000
LARGEST_WEIGHTS = 12_000_000
# Written in pieces, so that this file keeps its own rules.
INDEX_HOSTS = [
    f"{name}.{ending}"
    for name, ending in [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("crates", "io"),
        ("anaconda", "org"),
    ]
]
HOME_FOLDERS = ["home", "root", "Users", "work"]


@cache
def _files() -> tuple[Path, ...]:
    if shutil.which("git") is None:
        pytest.skip("git is not installed, and only git knows which files are committed")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip(f"git does not list this folder's files: {listed.stderr.strip()}")
    files = [REPOSITORY / name for name in listed.stdout.split("\0") if name]
    return tuple(file for file in files if file.is_file())


@cache
def _texts() -> dict[str, str]:
    """Every committed text by its name in the repository; what is not UTF-8 or holds a zero byte is none."""
    texts = {}
    for file in _files():
        content = file.read_bytes()
        if b"\0" in content:
            continue
        try:
            texts[file.relative_to(REPOSITORY).as_posix()] = content.decode("utf-8")
        except UnicodeDecodeError:
            continue
    return texts


def _pythons() -> dict[str, str]:
    return {name: text for name, text in _texts().items() if name.endswith(".py")}


def test_the_committed_files_were_found() -> None:
    assert {"pyproject.toml", "packaging/bootstrap.py", *LOCKS} <= set(_texts())


@pytest.mark.parametrize("host", INDEX_HOSTS)
def test_no_file_names_a_package_index(host: str) -> None:
    assert [name for name, text in _texts().items() if host in text.lower()] == []


def test_no_file_names_a_folder_of_one_machine() -> None:
    path = re.compile(rf"(?<![\w.~}})\]*/-])/(?:{'|'.join(HOME_FOLDERS)})/\w")
    assert [f"{name}: {found.group()}" for name, text in _texts().items() if (found := path.search(text))] == []


def test_every_text_ends_with_a_line_break() -> None:
    assert [name for name, text in _texts().items() if text and not text.endswith("\n")] == []


def test_no_file_is_larger_than_a_megabyte_and_a_half() -> None:
    assert [file.name for file in _files() if file.suffix != ".onnx" and file.stat().st_size > LARGEST] == []


def test_no_weights_are_larger_than_twelve_megabytes() -> None:
    assert [file.name for file in _files() if file.stat().st_size > LARGEST_WEIGHTS] == []


# --- locks -----------------------------------------------------------------------------------------------


def _requirements(lock: str) -> dict[str, str]:
    """Each requirement (name, version, marker) and the lines that belong to it."""
    text = (REPOSITORY / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return {line.partition(" --hash")[0].strip(): line for line in lines}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_has_a_version_and_a_hash(lock: str) -> None:
    requirements = _requirements(lock)
    assert "opencv-python==" in " ".join(requirements)
    exact = re.compile(r"[a-z0-9][a-z0-9._-]*==[^ ]+( *;.*)?")
    assert [each for each in requirements if not exact.fullmatch(each)] == []
    assert [
        each for each, line in requirements.items() if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", line)
    ] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_an_address(lock: str) -> None:
    assert "://" not in (REPOSITORY / lock).read_text(encoding="utf-8")


@pytest.mark.parametrize("lock", LOCKS)
def test_the_second_opencv_which_overwrites_the_first_is_in_no_lock(lock: str) -> None:
    assert "headless" not in (REPOSITORY / lock).read_text(encoding="utf-8")


def test_the_tests_run_with_the_packages_the_program_runs_with() -> None:
    """On every system: what the tools need as well may be wanted on more of them."""
    program, tests = _requirements(LOCKS[0]), _requirements(LOCKS[1])
    everywhere = {each for each in tests if ";" not in each}
    assert {
        each
        for each, line in program.items()
        if tests.get(each) != line and each.partition(";")[0].strip() not in everywhere
    } == set()


# --- weights ---------------------------------------------------------------------------------------------


def _manifest() -> dict[str, dict[str, str]]:
    return tomllib.loads((REPOSITORY / "models" / "manifest.toml").read_text(encoding="utf-8"))


def test_every_weight_is_in_the_manifest() -> None:
    beside = {".toml", ".md", ".txt"}
    committed = {
        file.name for file in _files() if file.parent == REPOSITORY / "models" and file.suffix not in beside
    }
    assert committed == {entry["file"] for entry in _manifest().values() if "package" not in entry}


@pytest.mark.parametrize("name", sorted(_manifest()))
def test_a_weight_has_the_hash_the_manifest_says(name: str) -> None:
    entry = _manifest()[name]
    folder = resources.files(entry["package"]) if "package" in entry else REPOSITORY / "models"
    content = folder.joinpath(entry["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]


@pytest.mark.parametrize("name", sorted(_manifest()))
def test_a_weight_has_its_licence_beside_it_and_says_where_it_is_from(name: str) -> None:
    entry = _manifest()[name]
    licence = REPOSITORY / "models" / entry["licence_file"]
    assert licence.stat().st_size > 0
    assert licence in _files()
    assert entry["licence"]
    assert entry["source"]


# --- code ------------------------------------------------------------------------------------------------


def test_whoever_catches_everything_says_why() -> None:
    assert [place for name, text in _pythons().items() for place in _unexplained_catches(name, text)] == []


def test_a_bare_noqa_is_no_reason() -> None:
    silent = "try:\n    go()\nexcept Exception:  # noqa: BLE001\n    pass\n"
    assert _unexplained_catches("x.py", silent) == ["x.py:3"]
    assert _unexplained_catches("x.py", silent.replace("BLE001", "BLE001 - the loop must survive")) == []
    assert _unexplained_catches("x.py", silent.replace("except Exception", "except (OSError, BaseException)")) == [
        "x.py:3"
    ]
    assert _unexplained_catches("x.py", silent.replace("except Exception", "except OSError")) == []


def _unexplained_catches(name: str, text: str) -> list[str]:
    handlers = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ExceptHandler)]
    wide = [handler.lineno for handler in handlers if _catches_everything(handler)]
    if not wide:
        return []
    reasons = _commented_lines(text)
    return [f"{name}:{line}" for line in wide if not reasons & {line - 1, line, line + 1}]


def _catches_everything(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    return any(
        isinstance(node, ast.Name) and node.id in {"Exception", "BaseException"} for node in ast.walk(handler.type)
    )


def _commented_lines(text: str) -> set[int]:
    """Lines with a comment that says more than which check is silenced."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = ((token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT)
    silenced = re.compile(r"#\s*noqa(:\s*[A-Z]+[0-9]+(,\s*[A-Z]+[0-9]+)*)?")
    return {line for line, comment in comments if silenced.sub("", comment).strip(" #-")}
