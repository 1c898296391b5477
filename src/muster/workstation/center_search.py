"""One station's part in the gallery its center's stations share: what it brings, what it asks, what is forgotten.

Templates leave turned and sealed (``gallery.center``). The secret for that comes from the hub, encrypted to this
machine's key, and is in memory from the first question to sign-out. Every verb waits for the network and raises
what that raises: a center that cannot be reached keeps nobody from working, the caller searches its own gallery.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.crypto.machine_data import decrypt_machine_data
from muster.crypto.machine_key import MachineKey
from muster.domain.duplicates import Candidate, Person
from muster.errors import Code
from muster.formats import center_gallery as words
from muster.gallery.center import CenterSecret
from muster.upload.refusals import raise_refusal
from muster.upload.transport import Exchange, Request

CENTER_GALLERY_REFUSED = Code(
    "CENTER_GALLERY_REFUSED",
    "The center's server compares no faces for this station (its code: {server_code}). Tell your administrator.",
)


@dataclass(frozen=True, slots=True)
class Brought:
    """A template of somebody captured here."""

    person: Person
    vector: NDArray[np.float32]
    kept_at: datetime


@dataclass(frozen=True, slots=True)
class FoundAtCenter:
    """Among ``compared`` others."""

    compared: int
    candidates: tuple[Candidate, ...]


class CenterSearch:
    """Every verb raises ``NetworkUnavailable``, ``Refused``, ``SignInWanted``, ``NotAuthentic`` and
    ``MalformedData``."""

    def __init__(self, exchange: Callable[[], AbstractContextManager[Exchange]], key: MachineKey) -> None:
        self._exchange = exchange
        self._key = key
        self._secret: CenterSecret | None = None

    def bring(self, network: str, brought: Sequence[Brought]) -> None:
        with self._exchange() as server:
            secret = self._known(server)
            for some in _parts(brought, words.TEMPLATES_TOGETHER):
                templates = [
                    words.CenterTemplate(
                        secret.subject(each.person),
                        network,
                        secret.turned(each.vector),
                        secret.sealed(each.person),
                        each.kept_at,
                    )
                    for each in some
                ]
                _ask(server, words.ENROL_PATH, words.encode_templates(templates))

    def missing(self, network: str, people: Iterable[Person]) -> frozenset[Person]:
        """Those of ``people`` the center has no template of."""
        with self._exchange() as server:
            secret = self._known(server)
            by_subject = {secret.subject(each): each for each in people}
            gone: set[str] = set()
            for some in _parts(sorted(by_subject), words.SUBJECTS_TOGETHER):
                response = _ask(server, words.MISSING_PATH, words.encode_subjects(network, some))
                gone |= words.parse_missing(response)
        return frozenset(by_subject[each] for each in gone & by_subject.keys())

    def search(
        self, own: Person, network: str, vector: NDArray[np.float32], least: float, most: int
    ) -> FoundAtCenter:
        with self._exchange() as server:
            secret = self._known(server)
            question = words.Question(network, secret.turned(vector), least, most, secret.subject(own))
            answer = words.parse_answer(_ask(server, words.SEARCH_PATH, words.encode_question(question)))
        found = (Candidate(secret.opened(each.sealed, each.subject), each.cosine) for each in answer.alike)
        return FoundAtCenter(answer.compared, tuple(found))

    def forget(self, person: Person) -> None:
        with self._exchange() as server:
            path = f"{words.PATH}/{self._known(server).subject(person)}"
            _response(server.send(Request("DELETE", path)).content)

    def close(self) -> None:
        self._secret = None

    def _known(self, server: Exchange) -> CenterSecret:
        if self._secret is None:
            sealed = words.parse_key(_ask(server, words.KEY_PATH, b"{}"))
            self._secret = CenterSecret(decrypt_machine_data(self._key, sealed))
        return self._secret


def _ask(server: Exchange, path: str, body: bytes) -> object:
    return _response(server.post(path, body, {"Content-Type": "application/json"}))


def _response(content: Mapping[str, Any]) -> object:
    raise_refusal(content, CENTER_GALLERY_REFUSED)
    return content.get("response")


def _parts(values: Sequence[Any], size: int) -> Iterator[list[Any]]:
    left = iter(values)
    while some := list(islice(left, size)):
        yield some
