"""Options by the names that back ends use."""

from __future__ import annotations

import pytest

from muster_scanner_sane.libsane import Option, Unit, ValueType
from muster_scanner_sane.settings import Source, _far_edge, _mode, _resolution, sources


def option(
    *offered: str | float, span: tuple[float, float] | None = None, unit: Unit = Unit.NONE, name: str = "source"
) -> Option:
    return Option(2, name, ValueType.STRING, unit, 32, offered, span)


@pytest.mark.parametrize(
    ("offered", "glass", "feeder"),
    [
        (("Flatbed",), "Flatbed", None),
        (("FlatBed", "ADF"), "FlatBed", "ADF"),
        (("Flatbed", "Automatic Document Feeder"), "Flatbed", "Automatic Document Feeder"),
        (("ADF Duplex", "ADF Back", "ADF Front"), None, "ADF Front"),
        (("Document Table", "ADF Duplex"), "Document Table", "ADF Duplex"),
        (
            ("Normal", "Automatic Document Feeder(left aligned)"),
            "Normal",
            "Automatic Document Feeder(left aligned)",
        ),
    ],
)
def test_the_glass_and_the_feeder_are_told_apart_by_their_names(
    offered: tuple[str, ...], glass: str | None, feeder: str | None
) -> None:
    found = sources({"source": option(*offered)})
    assert (found.get(Source.GLASS), found.get(Source.FEEDER)) == (glass, feeder)


def test_a_scanner_without_a_choice_has_a_glass() -> None:
    assert sources({}) == {Source.GLASS: None}


@pytest.mark.parametrize(
    ("offered", "mode"),
    [
        (("Lineart", "Gray", "Color"), "Color"),
        (("Binary", "24bit Color[Fast]", "256 Grey Levels"), "24bit Color[Fast]"),
        (("Lineart", "Gray"), "Gray"),
        (("Lineart",), None),  # stays as it is
    ],
)
def test_colour_is_wanted_then_grey(offered: tuple[str, ...], mode: str | None) -> None:
    assert _mode(option(*offered)) == mode


@pytest.mark.parametrize(
    ("resolution", "dpi"),
    [
        (option(75.0, 150.0, 300.0), 300),
        (option(75.0, 150.0), 150),
        (option(span=(50.0, 1200.0)), 200),
        (option(span=(300.0, 1200.0)), 300),
        (option(span=(50.0, 100.0)), 100),
        (option(), 200),
    ],
)
def test_the_resolution_is_the_one_that_is_wanted_else_the_next_finer(resolution: Option, dpi: float) -> None:
    assert _resolution(resolution, 200) == dpi


def test_a_page_is_no_longer_than_paper_is() -> None:
    assert _far_edge(option(span=(0.0, 3000.0), unit=Unit.MM), 356.0) == 356.0
    assert _far_edge(option(span=(0.0, 297.0), unit=Unit.MM), 356.0) == 297.0
    assert _far_edge(option(span=(0.0, 5000.0), unit=Unit.PIXEL), 356.0) == 5000.0  # in dots it is the glass
