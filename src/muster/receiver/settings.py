"""What a hub is told before it starts, beside who may come: ``hub.toml``, every entry of which may be absent.

::

    host = "0.0.0.0"
    port = 8443
    workers = 2                       # processes on this computer
    database = "postgresql://hub@db.example/hub"       # or in MUSTER_HUB_DATABASE
    objects = "s3://packets?endpoint=https://s3.example"
    center_key = "/etc/muster/center.key"
    signed_requests = true            # stations of the version before this one cannot sign
    proxies = "10.0.0.7, 10.1.0.0/24" # whose word counts on where a request comes from
    stop_within_s = 30
    gallery_days = 30                 # how long faces of the center's stations are compared

    [tls]
    certificate = "/etc/muster/hub.pem"
    key = "/etc/muster/hub.key"
    client_authorities = "/etc/muster/stations-ca.pem"  # mutual TLS: only whom these vouch for

    [share]                           # of one station
    requests_a_minute = 1200
    octets_a_day = 8589934592

    [strangers]                       # whoever has not shown who they are, by their address
    requests_a_minute = 120           # of each process; more hear when to come back
    waiting = 20                      # stations that wait for approval at once

    [forward]                         # where packets go on to
    url = "https://mosip.example"
    kind = "mosip"                    # or "govstack": what they hold, as enrollments
    user = "hub"                      # where only who is signed in is served
    password_file = "/etc/muster/national.password"
    machine_key = "/etc/muster/national-machine.pem"    # the hub's own, registered there
    signed_requests = false
    answers_signed_by = "/etc/muster/national.pem"      # the certificate of KERNEL/SIGN there

Without any of it the hub is the small receiver of a training station: this computer only, a file and a folder.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from muster.errors import BadInput, Code
from muster.receiver.admission import Share
from muster.receiver.strangers import Patience

HUB_SETTINGS_UNREADABLE = Code("HUB_SETTINGS_UNREADABLE", "The hub's settings cannot be read: {file}.")
HUB_SETTING_WRONG = Code(
    "HUB_SETTING_WRONG", "The hub's settings have an entry that is none, or is wrong: {name}."
)

DATABASE_ENVIRONMENT = "MUSTER_HUB_DATABASE"


@dataclass(frozen=True, slots=True)
class Tls:
    certificate: Path
    key: Path
    client_authorities: Path | None = None


@dataclass(frozen=True, slots=True)
class ForwardTo:
    url: str
    kind: str = "mosip"
    user: str = ""
    password_file: Path | None = None
    machine_key: Path | None = None
    signed_requests: bool = False
    answers_signed_by: Path | None = None


@dataclass(frozen=True, slots=True)
class HubSettings:
    """``file`` is where they were read, if anywhere. ``proxies`` are addresses and networks, with commas."""

    host: str = "127.0.0.1"
    port: int | None = None
    workers: int = 1
    database: str | None = None
    objects: str | None = None
    center_key: Path | None = None
    proxies: str = "127.0.0.1,::1"
    signed_requests: bool = False
    stop_within_s: int = 1
    gallery_days: int = 30
    tls: Tls | None = None
    share: Share = field(default_factory=Share)
    strangers: Patience = field(default_factory=Patience)
    forward: ForwardTo | None = None
    file: Path | None = None


_PLAIN: Mapping[str, type] = {
    "host": str, "port": int, "workers": int, "database": str, "objects": str,
    "signed_requests": bool, "stop_within_s": int, "gallery_days": int,
}  # fmt: skip


_FORWARD_TEXTS = {"kind", "user"}
_FORWARD_FILES = {"password_file", "machine_key", "answers_signed_by"}


def read_settings(file: Path, environment: Mapping[str, str] = os.environ) -> HubSettings:
    """Raises ``BadInput(HUB_SETTINGS_UNREADABLE | HUB_SETTING_WRONG)``."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(HUB_SETTINGS_UNREADABLE, file=file.name) from error
    return replace(parse_settings(content, environment), file=file.absolute())


def parse_settings(content: Mapping[str, Any], environment: Mapping[str, str]) -> HubSettings:
    known: dict[str, Any] = {}
    for name, value in content.items():
        if name in _PLAIN:
            known[name] = _of_type(name, value, _PLAIN[name])
        elif name == "proxies":
            known[name] = _proxies(_of_type(name, value, str))
        elif name == "center_key":
            known[name] = Path(_of_type(name, value, str))
        elif name == "tls":
            known[name] = _tls(_table(name, value, {"certificate", "key"}, {"client_authorities"}))
        elif name == "share":
            known[name] = Share(**_numbers(name, value, {"requests_a_minute", "octets_a_day"}))
        elif name == "strangers":
            known[name] = Patience(**_numbers(name, value, {"requests_a_minute", "waiting"}))
        elif name == "forward":
            known[name] = _forward(value)
        else:
            raise BadInput(HUB_SETTING_WRONG, name=name)
    if environment.get(DATABASE_ENVIRONMENT):
        known["database"] = environment[DATABASE_ENVIRONMENT]
    return HubSettings(**known)


def _proxies(text: str) -> str:
    """What the server would take for a name is refused here, and everybody, whose word would say nothing."""
    try:
        networks = [ip_network(each.strip()) for each in text.split(",")]
    except ValueError as error:
        raise BadInput(HUB_SETTING_WRONG, name="proxies") from error
    if any(each.prefixlen == 0 for each in networks):
        raise BadInput(HUB_SETTING_WRONG, name="proxies")
    return ",".join(str(each) for each in networks)


def _tls(table: Mapping[str, Any]) -> Tls:
    return Tls(**{name: Path(text) for name, text in _texts("tls", table).items()})


def _forward(value: object) -> ForwardTo:
    table = _table("forward", value, {"url"}, _FORWARD_TEXTS | _FORWARD_FILES | {"signed_requests"})
    said: dict[str, Any] = {
        name: _of_type(f"forward.{name}", each, bool if name == "signed_requests" else str)
        for name, each in table.items()
    }
    said |= {name: Path(said[name]) for name in _FORWARD_FILES & said.keys()}
    return ForwardTo(**said)


def _table(name: str, value: object, required: set[str], optional: set[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadInput(HUB_SETTING_WRONG, name=name)
    for each in {*required, *value}:
        if each not in value or each not in required | optional:
            raise BadInput(HUB_SETTING_WRONG, name=f"{name}.{each}")
    return value


def _numbers(name: str, value: object, optional: set[str]) -> dict[str, int]:
    table = _table(name, value, set(), optional)
    return {each: int(_of_type(f"{name}.{each}", number, int)) for each, number in table.items()}


def _texts(name: str, table: Mapping[str, Any]) -> dict[str, str]:
    return {each: str(_of_type(f"{name}.{each}", text, str)) for each, text in table.items()}


def _of_type(name: str, value: object, kind: type) -> Any:
    if type(value) is not kind or (kind is int and isinstance(value, int) and value < 0):
        raise BadInput(HUB_SETTING_WRONG, name=name)
    return value
