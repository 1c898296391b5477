"""Plug-ins are found where packages are installed: in metadata folders on the import path."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from muster.plugins import discover

_GROUP = "muster.test_plugins"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def _install(site: Path, package: str, plugin: str, module: str, source: str, *, folder: str = "") -> None:
    """Lay down one module and the metadata that registers it, as an installer would."""
    (site / f"{module}.py").write_text(source)
    metadata = site / f"{folder or package.replace('-', '_')}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[{_GROUP}]\n{plugin} = {module}:DRIVER\n")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import a_library_that_is_not_there", "ModuleNotFoundError while loading"),
        ("raise RuntimeError('no licence file')", "RuntimeError while loading"),
        ("DRIVER = ", "SyntaxError while loading"),
        ("import sys; sys.exit('wrong platform')", "SystemExit while loading"),
        ("DRIVERS = 'misspelt'", "AttributeError while loading"),
    ],
)
def test_a_broken_plugin_is_listed_with_its_reason(site: Path, source: str, reason: str) -> None:
    _install(site, "acme-scanner", "acme", f"acme_{abs(hash(source))}", source)
    (plugin,) = discover(_GROUP)
    assert (plugin.name, plugin.package) == ("acme", "acme-scanner")
    assert plugin.loaded is None
    assert plugin.problem == reason


def test_a_broken_plugin_keeps_no_other_from_loading(site: Path) -> None:
    _install(site, "acme-scanner", "acme", "acme_beside", "raise RuntimeError")
    _install(site, "good-camera", "good", "good_beside", "DRIVER = 'camera'")
    acme, good = discover(_GROUP)
    assert acme.problem is not None
    assert (good.loaded, good.problem) == ("camera", None)


def test_the_officer_stopping_the_program_is_not_taken_for_a_broken_plugin(site: Path) -> None:
    _install(site, "acme-scanner", "acme", "acme_interrupted", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        discover(_GROUP)


def test_a_name_claimed_by_two_packages_loads_neither_and_names_both(site: Path) -> None:
    _install(site, "acme-scanner", "scanner", "acme_claims", "DRIVER = 1")
    _install(site, "bolt-scanner", "scanner", "bolt_claims", "DRIVER = 2")
    found = discover(_GROUP)
    assert [each.package for each in found] == ["acme-scanner", "bolt-scanner"]
    assert [each.loaded for each in found] == [None, None]
    assert {each.problem for each in found} == {"the name scanner is claimed by acme-scanner and bolt-scanner"}


def test_a_contested_name_does_not_touch_the_others(site: Path) -> None:
    _install(site, "acme-scanner", "scanner", "acme_contests", "DRIVER = 1")
    _install(site, "bolt-scanner", "scanner", "bolt_contests", "DRIVER = 2")
    _install(site, "good-camera", "camera", "good_contested", "DRIVER = 3")
    assert [each.loaded for each in discover(_GROUP)] == [3, None, None]


def test_an_editable_install_listed_twice_is_one_plugin() -> None:
    point = EntryPoint("json", "json:dumps", _GROUP)
    (plugin,) = discover(_GROUP, points=[point, EntryPoint("json", "json:dumps", _GROUP)])
    assert plugin.problem is None
    assert callable(plugin.loaded)


def test_a_plugin_of_no_known_package_is_still_listed() -> None:
    (plugin,) = discover(_GROUP, points=[EntryPoint("json", "json:dumps", _GROUP)])
    assert plugin.package == "unknown package"


def test_plugins_come_sorted_by_name(site: Path) -> None:
    for name in ("zebra", "aardvark", "mole"):
        _install(site, f"{name}-driver", name, f"{name}_sorted", "DRIVER = 1")
    assert [each.name for each in discover(_GROUP)] == ["aardvark", "mole", "zebra"]


def test_a_group_nobody_registers_in_is_empty() -> None:
    assert discover("muster.group_of_nobody") == []
