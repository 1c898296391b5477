"""Addresses that are safe to send something to, and others."""

from __future__ import annotations

import pytest

from muster.formats.web_address import is_below, is_loopback, is_safe


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "https:///path",
        "http://register.example/",
        "http://127.0.0.1.example/",
        "http://127.0.0.1@register.example/",
        "https://u:p@register.example/",
        "https://register.example/#here",
        "https://register.example:port/",
        "https://régistre.example/",
        "https://register.example/\n",
        "file:///etc/passwd",
    ],
)
def test_what_can_be_read_on_the_way_is_not_safe(url: str) -> None:
    assert not is_safe(url)


@pytest.mark.parametrize("url", ["https://register.example:8443/a?b=c", "http://127.0.0.1:1/", "http://[::1]/"])
def test_a_safe_address_is_one_with_tls_or_of_this_machine(url: str) -> None:
    assert is_safe(url)


def test_this_machine_is_not_everybody_s_business() -> None:
    assert is_loopback("http://localhost:1/x")
    assert not is_safe("http://localhost:1/x", loopback=False)


@pytest.mark.parametrize(
    "url",
    [
        "https://hub.example.org/a/relay",
        "https://nub.example/a/relay",
        "https://hub.example:444/a/relay",
        "http://hub.example/a/relay",
        "https://hub.example@else.example/a/relay",
        "https://hub.example/ab/relay",
        "https://hub.example/b",
        "https://hub.example/a/../b",
        "https://hub.example:port/a/relay",
        "https://[hub.example/a/relay",
    ],
)
def test_what_is_elsewhere_is_not_below_an_address(url: str) -> None:
    assert not is_below(url, "https://hub.example/a")


@pytest.mark.parametrize(
    "url", ["https://hub.example/a", "https://hub.example/a/relay", "https://HUB.example:443/a/relay/"]
)
def test_the_address_itself_and_what_follows_a_stroke_is_below_it(url: str) -> None:
    assert is_below(url, "https://hub.example/a") and is_below(url, "https://hub.example/a/")
