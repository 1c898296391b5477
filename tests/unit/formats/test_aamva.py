"""Codes on driving licences."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.errors import MalformedData
from muster.formats.aamva import parse

HEADER = "@\n\x1e\rANSI 636014080002DL00410250ZC02910030"
LICENCE = (
    HEADER + "DLDAQI1234562\nDCSMUSTERMANN\nDDEN\nDACERIKA\nDDFN\nDADMARIA\nDDGN\nDCAC\nDCBNONE\nDCDNONE\n"
    "DBD08312013\nDBB08121964\nDBA08312018\nDBC2\nDAU064 in\nDAYBRO\nDAG2570 24TH STREET\nDAIANYTOWN\nDAJCA\n"
    "DAK958180000  \nDCF00/00/0000NNNAN/ANFD/YY\nDCGUSA\rZCZCABRN\r"
)


@pytest.mark.parametrize("text", ["", "@", "ANSI 636014080002", HEADER, HEADER + "DLDCSMUSTERMANN\n"])
def test_what_is_no_licence_is_refused(text: str) -> None:
    with pytest.raises(MalformedData):
        parse(text)


def test_a_licence_says_who_where_and_until_when() -> None:
    read = parse(LICENCE)
    assert (read.surname, read.given_names, read.birth, read.sex) == (
        "MUSTERMANN",
        "ERIKA MARIA",
        date(1964, 8, 12),
        "F",
    )
    assert (read.number, read.issued, read.expiry) == ("I1234562", date(2013, 8, 31), date(2018, 8, 31))
    assert (read.address, read.city, read.region, read.postal_code, read.country) == (
        ("2570 24TH STREET",),
        "ANYTOWN",
        "CA",
        "95818",
        "USA",
    )
    assert not read.is_cut_off


def test_canada_writes_the_year_first() -> None:
    read = parse(LICENCE.replace("DCGUSA", "DCGCAN").replace("DBB08121964", "DBB19640812"))
    assert read.birth == date(1964, 8, 12)


def test_the_first_version_has_the_whole_name_in_one_element() -> None:
    read = parse("@\n\x1c\rAAMVA6360140102DL00390187DLDAAMUSTERMANN,ERIKA,MARIA\nDAQ1\nDBB19640812\nDBCF\n")
    assert (read.surname, read.given_names, read.birth) == ("MUSTERMANN", "ERIKA MARIA", date(1964, 8, 12))


def test_a_name_that_was_cut_off_says_so() -> None:
    assert parse(LICENCE.replace("DDFN", "DDFT")).is_cut_off


def test_a_day_that_does_not_exist_is_not_known() -> None:
    assert parse(LICENCE.replace("DBB08121964", "DBB13451964")).birth is None


@given(st.text(max_size=80).map(lambda text: LICENCE[:60] + text))
def test_noise_is_refused_or_read_and_nothing_else(text: str) -> None:
    try:
        parse(text)
    except MalformedData as error:
        assert error.offset >= 0
