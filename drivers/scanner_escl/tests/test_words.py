"""eSCL's documents: read with suspicion, written in the schema's order."""

from __future__ import annotations

import pytest

from muster.errors import MalformedData
from muster_scanner_escl.words import (
    Colours,
    Feeder,
    Format,
    Source,
    State,
    parse_capabilities,
    parse_status,
    scan_settings,
)
from simulators.escl_scanner import SimulatedScanner

TOLD = SimulatedScanner(sheets=1).capabilities()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>Not found</html>", id="another document"),
        pytest.param(TOLD[:-40], id="cut off"),
        pytest.param(TOLD.replace(b"PlatenInputCaps", b"X").replace(b"AdfSimplexInputCaps", b"X"), id="no inlets"),
        pytest.param(TOLD.replace(b"2550", b"0"), id="no width"),
        pytest.param(TOLD.replace(b"2550", b"-2550"), id="less than no width"),
        pytest.param(TOLD.replace(b"2550", b"9" * 5000), id="wider than anything"),
        pytest.param(TOLD.replace(b"2550", "٢٥٥٠".encode()), id="other digits"),
        pytest.param(TOLD.replace(b"DiscreteResolution>", b"X>"), id="no resolutions"),
        pytest.param(
            TOLD.replace(b"<scan:ScannerCap", b'<!DOCTYPE x [<!ENTITY e "1">]><scan:ScannerCap', 1), id="entities"
        ),
    ],
)
def test_what_is_no_description_of_a_scanner_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedData, match="ESCL_UNREADABLE"):
        parse_capabilities(content)


def test_no_file_of_this_computer_is_read_into_an_answer() -> None:
    outside = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    content = TOLD.replace(b"<scan:ScannerCap", outside + b"<scan:ScannerCap", 1).replace(b"SCAN0001", b"&e;")
    with pytest.raises(MalformedData):
        parse_capabilities(content)


def test_a_status_that_is_no_status_is_refused() -> None:
    with pytest.raises(MalformedData, match="ESCL_UNREADABLE"):
        parse_status(TOLD)


def test_a_scanner_is_known_by_its_make_model_and_number() -> None:
    told = parse_capabilities(TOLD)
    assert (told.make, told.model, told.serial, told.version) == ("Muster", "Scan 3", "SCAN0001", "2.63")


def test_the_glass_and_the_feeder_say_what_they_can() -> None:
    told = parse_capabilities(TOLD)
    glass = told.inlet(Source.GLASS)
    assert glass is not None and told.inlet(Source.FEEDER) == glass
    assert (glass.width, glass.height, glass.resolutions) == (2550, 3508, (100, 200, 300))
    assert glass.colours == {Colours.RGB, Colours.GREY} and glass.formats == {Format.JPEG, Format.PDF}


def test_resolutions_may_be_told_as_a_span() -> None:
    span = b"<scan:XResolutionRange><scan:Min>75</scan:Min><scan:Max>600</scan:Max></scan:XResolutionRange>"
    before, _, after = SimulatedScanner().capabilities().partition(b"<scan:DiscreteResolutions>")
    inlet = parse_capabilities(before + span + after.partition(b"</scan:DiscreteResolutions>")[2]).inlet(
        Source.GLASS
    )
    assert inlet is not None and [inlet.resolution(each) for each in (50, 200, 1200)] == [75, 200, 600]


@pytest.mark.parametrize(("wanted", "scanned"), [(50, 100), (100, 100), (150, 200), (600, 300)])
def test_a_page_is_scanned_as_fine_as_was_wanted_or_finer_where_that_can_be(wanted: int, scanned: int) -> None:
    inlet = parse_capabilities(TOLD).inlet(Source.GLASS)
    assert inlet is not None and inlet.resolution(wanted) == scanned


def test_states_nobody_knows_are_no_states() -> None:
    status = parse_status(SimulatedScanner(sheets=1, state="Dreaming", feeder="ScannerAdfFlying").status())
    assert (status.state, status.feeder) == (None, None)


def test_the_state_is_the_scanners_and_not_that_of_its_jobs() -> None:
    jobs = b"<scan:Jobs><scan:JobInfo><pwg:State>Stopped</pwg:State></scan:JobInfo></scan:Jobs><pwg:State>"
    content = SimulatedScanner(sheets=0).status().replace(b"<pwg:State>", jobs, 1)
    status = parse_status(content)
    assert (status.state, status.feeder) == (State.IDLE, Feeder.EMPTY)


def test_the_settings_ask_for_all_of_the_glass_in_the_order_of_the_schema() -> None:
    told = parse_capabilities(TOLD)
    inlet = told.inlet(Source.GLASS)
    assert inlet is not None
    settings = scan_settings(told, Source.GLASS, inlet, 200).decode()
    order = ["Version", "Width>2550", "Height>3508", "Platen", "RGB24", "image/jpeg", "XResolution>200"]
    assert [settings.index(each) for each in order] == sorted(settings.index(each) for each in order)
