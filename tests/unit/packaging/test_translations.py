"""What packaging/translations.py collects and finds fault with, and that the shipped catalogues have no fault."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import QLocale, Qt, QTranslator

from muster.devices.api import DeviceKind
from muster.ui.language import CONTEXT, WINDOW_LANGUAGES, WindowLanguage

REPOSITORY = Path(__file__).parents[3]
SOURCES = ("src/muster", "drivers/simulated/src")


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations", REPOSITORY / "packaging" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


translations = _load()
Translation = translations.Translation


def _texts(source: str) -> list[str]:
    return list(translations.texts_of_source(source, "page.py"))


def _shipped(language: str) -> dict[str, str]:
    catalogue = translations.read(translations.CATALOGUES / f"muster_{language}.ts")
    return {source: each.text for source, each in catalogue.items()}


@pytest.fixture(scope="module")
def wanted() -> frozenset[str]:
    return frozenset(translations.wanted())


# --- what is collected -----------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["words", "f'{a} words'", "'one ' + two", "'a' if b else 'c'", "line.name", ""])
def test_what_is_neither_a_literal_nor_known_is_refused_with_its_place(given: str) -> None:
    with pytest.raises(translations.NotCollected, match=r"page\.py:2"):
        _texts(f"\ntr({given})")


def test_a_literal_is_collected_with_what_is_filled_in_left_alone() -> None:
    assert _texts("label(tr('Welcome, {name}', name=desk.name))") == ["Welcome, {name}"]


def test_a_literal_in_several_parts_is_one_text() -> None:
    assert _texts("tr(\n  'Choose who '\n  'works here.'\n)") == ["Choose who works here."]


def test_other_functions_are_not_collected_from() -> None:
    assert _texts("label('not shown'); translate('Muster', 'neither')") == []


def test_what_the_forms_of_methods_ask_is_collected_and_words_of_a_configuration_are_not(tmp_path: Path) -> None:
    lines = (
        '_WORDS: Mapping[str, str] = MappingProxyType({"email": "Address", "sms": "Telephone"})',
        'InputField(_ID, "The number", FieldType.CODE)',
        'InputField("a", label="The name")',
        'InputField("b", words)',
        'InputField("c", _WORDS[channel])',
    )
    (tmp_path / "method.py").write_text("\n".join(lines))
    assert set(translations.labels_of_methods(tmp_path)) == {"The number", "The name", "Address", "Telephone"}


def test_the_use_case_of_demo_stations_is_translated(wanted: frozenset[str]) -> None:
    assert {"The person shows a document", "Who is this?"} <= wanted


def test_kinds_of_device_are_known_without_a_literal() -> None:
    assert _texts("tr(line.kind)") == [kind.value for kind in DeviceKind]


def test_troubles_of_a_device_are_known_without_a_literal() -> None:
    assert _texts("tr(line.problem)") == ["not connected", "for signing in and checks only", "Busy", "Not Ready"]


def _sentences_in_sources() -> Iterator[str]:
    """The second argument of each ``Code(...)`` written anywhere, at the top of a module or not."""
    for folder in SOURCES:
        for file in (REPOSITORY / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Code":
                    yield ast.literal_eval(node.args[1])


def test_no_code_is_overlooked(wanted: frozenset[str]) -> None:
    sentences = set(_sentences_in_sources())
    assert len(sentences) > 100
    assert sentences - wanted == set()


# --- what is wrong with a catalogue ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "translation", "problem"),
    [
        ("Next", Translation("", is_finished=False), "unfinished"),
        ("Next", Translation("Suivant", is_finished=False), "unfinished"),
        ("of {name}", Translation("de", is_finished=True), "other placeholders"),
        ("of {name}", Translation("de {nom}", is_finished=True), "other placeholders"),
        ("of {name}", Translation("{name} {name}", is_finished=True), "other placeholders"),
        ("of {name}", Translation("de {name", is_finished=True), "other placeholders"),
        ("Next", Translation("Suivant }", is_finished=True), "other placeholders"),
        ("quality %p", Translation("qualité", is_finished=True), "other placeholders"),
        ("  demo", Translation("démonstration", is_finished=True), "other spaces"),
    ],
)
def test_a_bad_translation_is_found(source: str, translation: object, problem: str) -> None:
    (line,) = translations.problems({source: translation}, [source])
    assert line.startswith(problem)
    assert repr(source) in line


def test_a_text_without_an_entry_is_found() -> None:
    assert translations.problems({}, ["Next"]) == ["missing: 'Next'"]


def test_an_entry_without_a_text_is_found() -> None:
    catalogue = {"Next": Translation("Suivant", is_finished=True)}
    assert translations.problems(catalogue, []) == ["no longer in the program: 'Next'"]


def test_placeholders_may_stand_in_another_order() -> None:
    catalogue = {"{a} of {b}": Translation("{b} : {a}", is_finished=True)}
    assert translations.problems(catalogue, ["{a} of {b}"]) == []


# --- keeping the files in step ---------------------------------------------------------------------------


def test_an_update_keeps_what_is_translated_marks_what_is_new_and_drops_what_is_gone() -> None:
    before = {"Next": Translation("Suivant", is_finished=True), "Old": Translation("Ancien", is_finished=True)}
    after = translations.updated(before, {"Next", "Back"})
    assert after == {"Back": Translation("", is_finished=False), "Next": before["Next"]}


def test_a_catalogue_is_read_as_it_was_written(tmp_path: Path) -> None:
    catalogue = {
        "  ·  <demo> & more": Translation("  ·  <démo> & plus\u00a0!", is_finished=True),
        "Draft": Translation("Ébauche", is_finished=False),
        "New": Translation("", is_finished=False),
    }
    path = tmp_path / "muster_fr.ts"
    path.write_bytes(translations.to_xml("fr", catalogue))
    assert translations.read(path) == catalogue


def test_the_order_of_a_file_does_not_depend_on_the_order_of_collecting() -> None:
    one, two = Translation("un", is_finished=True), Translation("deux", is_finished=True)
    there = translations.to_xml("fr", {"a": one, "b": two})
    assert translations.to_xml("fr", {"b": two, "a": one}) == there
    assert there.index(b"<source>a<") < there.index(b"<source>b<")


def test_what_linguist_marks_vanished_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "muster_fr.ts"
    written = translations.to_xml("fr", {"Next": Translation("Suivant", is_finished=False)})
    path.write_bytes(written.replace(b'type="unfinished"', b'type="vanished"'))
    assert translations.read(path) == {}


def test_an_empty_translation_is_unfinished_whatever_its_mark_says(tmp_path: Path) -> None:
    path = tmp_path / "muster_fr.ts"
    path.write_bytes(translations.to_xml("fr", {"Next": Translation("", is_finished=True)}))
    assert translations.read(path) == {"Next": Translation("", is_finished=False)}


# --- the compiled files ----------------------------------------------------------------------------------


def _compile(folder: Path, catalogue: object) -> Path:
    ts, qm = folder / "muster_fr.ts", folder / "muster_fr.qm"
    ts.write_bytes(translations.to_xml("fr", catalogue))
    qm.write_bytes(translations.compiled(ts))
    return qm


def test_a_missing_compiled_file_is_found(tmp_path: Path) -> None:
    assert translations.behind({}, tmp_path / "muster_fr.qm") == ["muster_fr.qm is missing or damaged"]


def test_a_compiled_file_older_than_its_catalogue_is_found(tmp_path: Path) -> None:
    qm = _compile(tmp_path, {"Next": Translation("Prochain", is_finished=True)})
    newer = {"Next": Translation("Suivant", is_finished=True)}
    assert translations.behind(newer, qm) == ["muster_fr.qm says otherwise: 'Next'"]


def test_a_compiled_file_says_what_its_catalogue_says(tmp_path: Path) -> None:
    catalogue = {"Next": Translation("Suivant", is_finished=True)}
    assert translations.behind(catalogue, _compile(tmp_path, catalogue)) == []


def test_what_is_unfinished_stays_english(tmp_path: Path) -> None:
    other = Translation("Autre", is_finished=True)
    qm = _compile(tmp_path, {"Next": Translation("Suivant", is_finished=False), "Other": other})
    translator = QTranslator()
    assert translator.load(str(qm))
    assert not translator.translate(CONTEXT, "Next")
    assert translator.translate(CONTEXT, "Other") == "Autre"


# --- the command -----------------------------------------------------------------------------------------


def test_the_check_of_an_empty_folder_fails_and_writes_nothing(tmp_path: Path) -> None:
    assert translations.main(["--check"], tmp_path) == translations.CHECK_FAILED
    assert list(tmp_path.iterdir()) == []


def test_a_first_update_leaves_everything_unfinished(tmp_path: Path, wanted: frozenset[str]) -> None:
    assert translations.main([], tmp_path) == 0
    catalogue = translations.read(tmp_path / "muster_ar.ts")
    assert catalogue == {text: Translation("", is_finished=False) for text in wanted}
    assert (tmp_path / "muster_ar.qm").is_file()


# --- the shipped catalogues ------------------------------------------------------------------------------


def test_everything_is_translated_and_compiled(wanted: frozenset[str]) -> None:
    assert len(wanted) > 200
    assert translations.check() == []


def test_the_shipped_files_are_written_as_the_tool_writes_them() -> None:
    for language in translations.LANGUAGES:
        path = translations.CATALOGUES / f"muster_{language}.ts"
        assert path.read_bytes() == translations.to_xml(language, translations.read(path))


@pytest.mark.parametrize("language", WINDOW_LANGUAGES, ids=lambda language: language.code)
def test_a_language_is_marked_with_the_direction_it_is_written_in(language: WindowLanguage) -> None:
    direction = QLocale(language.code).textDirection()
    assert language.right_to_left == (direction is Qt.LayoutDirection.RightToLeft)


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_the_compiled_file_names_its_language(language: str) -> None:
    translator = QTranslator()
    assert translator.load(str(translations.CATALOGUES / f"muster_{language}.qm"))
    assert translator.language() == language


def test_left_is_left_in_every_language() -> None:
    assert (_shipped("hi")["Left hand"], _shipped("am")["Left hand"]) == ("बायाँ हाथ", "ግራ እጅ")
    assert (_shipped("hi")["Right hand"], _shipped("am")["Right hand"]) == ("दायाँ हाथ", "ቀኝ እጅ")
    assert (_shipped("fr")["Left hand"], _shipped("ar")["Left hand"]) == ("Main gauche", "اليد اليسرى")
    assert (_shipped("fr")["Right hand"], _shipped("ar")["Right hand"]) == ("Main droite", "اليد اليمنى")


def test_french_signs_of_two_parts_stand_behind_a_space_that_does_not_break() -> None:
    wrong = {text for text in _shipped("fr").values() if re.search(r"[^\u00a0][:;?!»](\s|$)|«[^\u00a0]", text)}
    assert wrong == set()


def test_french_apostrophes_are_curved() -> None:
    assert {text for text in _shipped("fr").values() if "'" in text} == set()


def test_arabic_has_its_own_commas_semicolons_and_question_marks() -> None:
    assert {text for text in _shipped("ar").values() if re.search(r"[,;?](\s|$)", text)} == set()


def test_amharic_has_its_own_commas_and_semicolons() -> None:
    assert {text for text in _shipped("am").values() if re.search(r"[,;](\s|$)", text)} == set()


@pytest.mark.parametrize(("language", "stop"), [("hi", "।"), ("am", "።")])
def test_a_sentence_ends_with_the_stop_of_its_script(language: str, stop: str) -> None:
    wrong = {
        text
        for source, text in _shipped(language).items()
        if source.rstrip().endswith(".") is not text.rstrip().endswith(stop) and not source.rstrip().endswith("?")
    }
    assert wrong == set()


def test_a_part_set_off_from_the_direction_around_it_ends_where_it_should() -> None:
    for text in _shipped("ar").values():
        assert re.fullmatch(r"[^\u2066-\u2069]*([\u2066\u2068][^\u2066-\u2069]+\u2069[^\u2066-\u2069]*)*", text), (
            text
        )


def test_no_officer_reads_the_word_slap(wanted: frozenset[str]) -> None:
    assert {text for text in wanted if re.search(r"\bslaps?\b", text, re.IGNORECASE)} == set()
