"""The window's translations: collects the texts, keeps the .ts files in step with them, makes the .qm files.

::

    python packaging/translations.py            update every .ts, compile every .qm, say what is left to translate
    python packaging/translations.py --check    write nothing; exit 1 when a catalogue is not fit to be shipped

What has to be translated is

- every literal that the window gives to ``tr()``, found by reading its source;
- the values of the few expressions it gives to ``tr()`` instead of a literal (:func:`known_values`); any other
  expression is refused, since nobody could know what to translate;
- the titles and modules of the trail's events;
- the labels of proofing methods' forms, and the words of the use case that is shipped for demo stations;
- the sentence of every :class:`muster.errors.Code`, found by importing every module, those of the simulated
  driver included.

A text that is gone is removed with its translation; a new one is marked unfinished until somebody translates it
and takes the mark away (Qt Linguist does both). Qt's own ``lupdate`` is not used: it knows neither the codes nor
``tr()`` as a function, and writes line numbers, which change with every edit.

Exit status: 0; 1 when ``--check`` found something; 2 when the texts cannot be collected; 3 when there is no
``lrelease`` (PySide6 brings it).
"""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import pkgutil
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from lxml import etree
from PySide6.QtCore import QTranslator

from muster import durable
from muster.audit.catalogue import AuditEvent
from muster.errors import Code
from muster.ui.language import CONTEXT, WINDOW_LANGUAGES

REPOSITORY = Path(__file__).resolve().parents[1]
WINDOW = REPOSITORY / "src" / "muster" / "ui"
CATALOGUES = WINDOW / "translations"
METHODS = REPOSITORY / "src" / "muster" / "methods"
DEMO_USE_CASE = REPOSITORY / "src" / "muster" / "workstation" / "defaults" / "proofing_demo.json"
PACKAGES = ("muster", *sorted(folder.name for folder in REPOSITORY.glob("drivers/*/src/muster_*")))
LANGUAGES = tuple(each.code for each in WINDOW_LANGUAGES if each.code != "en")

_FOR_EVERYBODY = 0o644
CHECK_FAILED, NOT_COLLECTED, NO_COMPILER = 1, 2, 3

# Alembic runs these itself, with a connection at hand; they cannot be imported and hold no code.
_NOT_IMPORTED = ("muster.store.migrations.", "muster.receiver.migrations.")


class NotCollected(Exception):
    """A text whose words are not known before the program runs; the message says where."""


class NoCompiler(Exception):
    """PySide6 came without ``lrelease``."""


@dataclass(frozen=True, slots=True)
class Translation:
    text: str = ""
    is_finished: bool = False


Catalogue = Mapping[str, Translation]


# --- what has to be translated ---------------------------------------------------------------------------


def known_values() -> dict[str, tuple[str, ...]]:
    """What the expressions that are given to ``tr()`` instead of a literal can be."""
    from muster.devices.api import DeviceKind, DeviceStatus
    from muster.domain.review_decision import Reason
    from muster.workstation.policy_settings import SETTINGS, Group, Untold

    nothings = (getattr(each.form, "nothing", "") for each in SETTINGS.values())
    troubles = tuple(each.value for each in DeviceStatus if each is not DeviceStatus.READY)
    return {
        "line.kind": tuple(each.value for each in DeviceKind),
        "line.problem": ("not connected", "for signing in and checks only", *troubles),
        "reason.words": tuple(each.words for each in Reason),
        "why.words": tuple(each.words for each in Untold),
        "group.words": tuple(each.words for each in Group),
        "form.nothing": tuple(dict.fromkeys(filter(None, nothings))),
        "setting.words": tuple(dict.fromkeys(each.words for each in SETTINGS.values())),
    }


def wanted() -> frozenset[str]:
    """Every text that has to be translated."""
    return frozenset(
        (*texts_of_window(), *labels_of_methods(), *words_of_demo(), *words_of_trail(), *sentences_of_codes())
    )


def texts_of_window(folder: Path = WINDOW) -> Iterator[str]:
    for file in sorted(folder.rglob("*.py")):
        yield from texts_of_source(file.read_text(encoding="utf-8"), file.name)


def texts_of_source(source: str, name: str) -> Iterator[str]:
    """What one file gives to ``tr()``."""
    known = known_values()
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr"):
            continue
        text = node.args[0] if node.args else node
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            yield text.value
        elif ast.unparse(text) in known:
            yield from known[ast.unparse(text)]
        else:
            raise NotCollected(
                f"{name}:{node.lineno}: {ast.unparse(node)} gives tr() neither a literal nor a known value"
            )


def labels_of_methods(folder: Path = METHODS) -> Iterator[str]:
    """What the fields of their forms are called: a literal, or a value of one of the module's own mappings. Other
    words are the configuration's."""
    for file in sorted(folder.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "InputField":
                for said in [*node.args[1:2], *(each.value for each in node.keywords if each.arg == "label")]:
                    yield from _words_of(said, tree)


def _words_of(said: ast.expr, tree: ast.Module) -> Iterator[str]:
    if isinstance(said, ast.Constant):
        yield str(said.value)
    elif isinstance(said, ast.Subscript) and isinstance(said.value, ast.Name):
        for node in tree.body:
            if said.value.id in _assigned(node):
                values = (value for each in ast.walk(node) if isinstance(each, ast.Dict) for value in each.values)
                yield from (str(each.value) for each in values if isinstance(each, ast.Constant))


def _assigned(node: ast.stmt) -> frozenset[str]:
    """The names that get their value in a line of a module."""
    if isinstance(node, ast.AnnAssign):
        targets: list[ast.expr] = [node.target]
    else:
        targets = node.targets if isinstance(node, ast.Assign) else []
    return frozenset(each.id for each in targets if isinstance(each, ast.Name))


def words_of_demo(file: Path = DEMO_USE_CASE) -> Iterator[str]:
    content = json.loads(file.read_bytes())
    yield from (text for method in content["methods"] for text in method["display"].values())
    yield from (use_case["name"] for use_case in content["useCases"])


def words_of_trail() -> Iterator[str]:
    """What the events in the trail, and what they belong to, are called."""
    for event in AuditEvent:
        yield event.title
        yield event.module


def sentences_of_codes() -> Iterator[str]:
    for module in _modules():
        for value in vars(module).values():
            if isinstance(value, Code):
                yield value.sentence


def _modules() -> Iterator[ModuleType]:
    for name in PACKAGES:
        package = importlib.import_module(name)
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{name}.", onerror=_not_imported):
            if not found.name.endswith("__main__") and not found.name.startswith(_NOT_IMPORTED):
                yield importlib.import_module(found.name)


def _not_imported(name: str) -> None:
    raise NotCollected(f"{name} cannot be imported, so its texts are not known") from sys.exception()


# --- the .ts files ---------------------------------------------------------------------------------------


def read(path: Path) -> dict[str, Translation]:
    """The catalogue in ``path``, without what is marked vanished or obsolete; empty if there is no such file."""
    if not path.exists():
        return {}
    catalogue = {}
    for message in etree.parse(str(path)).iterfind(f"context[name='{CONTEXT}']/message"):
        translation = message.find("translation")
        kind = "unfinished" if translation is None else translation.get("type", "")
        if kind in ("", "unfinished"):
            text = "" if translation is None else translation.text or ""
            catalogue[message.findtext("source", "")] = Translation(text, kind == "" and text != "")
    return catalogue


def updated(catalogue: Catalogue, texts: Iterable[str]) -> dict[str, Translation]:
    return {text: catalogue.get(text, Translation()) for text in sorted(texts)}


def to_xml(language: str, catalogue: Catalogue) -> bytes:
    root = etree.Element("TS", version="2.1", language=language, sourcelanguage="en")
    context = etree.SubElement(root, "context")
    etree.SubElement(context, "name").text = CONTEXT
    for source, translation in sorted(catalogue.items()):
        message = etree.SubElement(context, "message")
        etree.SubElement(message, "source").text = source
        made = etree.SubElement(message, "translation")
        made.text = translation.text
        if not translation.is_finished:
            made.set("type", "unfinished")
    etree.indent(root, "    ")
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, doctype="<!DOCTYPE TS>") + b"\n"


# --- the .qm files ---------------------------------------------------------------------------------------


def compiler() -> Path:
    """PySide6's ``lrelease``: beside the package, or its wrapper beside the interpreter."""
    package = find_spec("PySide6")
    beside_package = list(package.submodule_search_locations or ()) if package else []
    places = [
        *(Path(folder) / name for folder in beside_package for name in ("lrelease", "lrelease.exe")),
        *(Path(sys.executable).parent / name for name in ("pyside6-lrelease", "pyside6-lrelease.exe")),
    ]
    for place in places:
        if place.is_file():
            return place
    found = shutil.which("pyside6-lrelease")
    if found is None:
        raise NoCompiler("lrelease is missing: install pyside6-essentials")
    return Path(found)


def compiled(ts: Path) -> bytes:
    """The .qm of a .ts file. What is not finished stays English."""
    with tempfile.TemporaryDirectory() as folder:
        qm = Path(folder) / "made.qm"
        command = [str(compiler()), "-silent", "-nounfinished", str(ts), "-qm", str(qm)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return qm.read_bytes()


# --- what is wrong with a catalogue ----------------------------------------------------------------------


def problems(catalogue: Catalogue, texts: Iterable[str]) -> list[str]:
    """Why this catalogue is not fit to be shipped; empty when it is."""
    wanted_texts = frozenset(texts)
    found = [f"missing: {text!r}" for text in sorted(wanted_texts - catalogue.keys())]
    found += [f"no longer in the program: {text!r}" for text in sorted(catalogue.keys() - wanted_texts)]
    for source, translation in sorted(catalogue.items()):
        if not translation.is_finished:
            found.append(f"unfinished: {source!r}")
        elif placeholders(source) != placeholders(translation.text):
            found.append(f"other placeholders: {source!r} -> {translation.text!r}")
        elif _edges(source) != _edges(translation.text):
            found.append(f"other spaces at its ends: {source!r} -> {translation.text!r}")
    return found


def placeholders(text: str) -> Counter[str]:
    """``{these}``, any lone brace (``str.format`` would stumble over it), and a progress bar's ``%p``."""
    return Counter(re.findall(r"\{[^{}]*\}|[{}]|%[pvm]\b", text))


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def behind(catalogue: Catalogue, qm: Path) -> list[str]:
    """Where a .qm file does not say what the catalogue says.

    By what Qt finds in it, not by its bytes: another release of ``lrelease`` may lay them out differently.
    """
    translator = QTranslator()
    if not translator.load(str(qm)):
        return [f"{qm.name} is missing or damaged"]
    return [
        f"{qm.name} says otherwise: {source!r}"
        for source, translation in sorted(catalogue.items())
        if translation.is_finished and translator.translate(CONTEXT, source) != translation.text
    ]


# --- the two commands ------------------------------------------------------------------------------------


def check(folder: Path = CATALOGUES, languages: Iterable[str] = LANGUAGES) -> list[str]:
    """Everything that is wrong, as lines to print."""
    texts = wanted()
    found = []
    for language in languages:
        catalogue = read(folder / f"muster_{language}.ts")
        wrong = [*problems(catalogue, texts), *behind(catalogue, folder / f"muster_{language}.qm")]
        found += [f"{language}: {each}" for each in wrong]
    return found


def update(folder: Path = CATALOGUES, languages: Iterable[str] = LANGUAGES) -> list[str]:
    """Write every .ts and .qm; returns what is left to be done by a person, as lines to print."""
    texts = wanted()
    left = []
    folder.mkdir(parents=True, exist_ok=True)
    for language in languages:
        ts, qm = folder / f"muster_{language}.ts", folder / f"muster_{language}.qm"
        before = read(ts)
        catalogue = updated(before, texts)
        durable.write(ts, to_xml(language, catalogue), mode=_FOR_EVERYBODY)
        durable.write(
            qm, compiled(ts), mode=_FOR_EVERYBODY
        )  # in place of the old one: an open window has that mapped
        gone = sorted(before.keys() - catalogue.keys())
        left += [f"{language}: removed: {text!r} (was {before[text].text!r})" for text in gone]
        left += [f"{language}: {each}" for each in problems(catalogue, texts)]
    return left


def main(arguments: list[str] | None = None, folder: Path = CATALOGUES) -> int:
    parser = argparse.ArgumentParser(description="Keeps the window's translations in step with its texts.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when something is to be done")
    asked = parser.parse_args(arguments)
    try:
        lines = check(folder) if asked.check else update(folder)
    except NotCollected as error:
        print(error, file=sys.stderr)
        return NOT_COLLECTED
    except NoCompiler as error:
        print(error, file=sys.stderr)
        return NO_COMPILER
    for line in lines:
        print(line)
    if not lines:
        print(f"All texts are translated: {', '.join(LANGUAGES)}.")
    return CHECK_FAILED if asked.check and lines else 0


if __name__ == "__main__":
    raise SystemExit(main())
