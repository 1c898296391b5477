"""The services around the station that prove identities: whether each is there, and how its tokens stand.

Rules:

1. Asking is harmless: nothing about a person goes out, and nobody waits for it at the counter.
2. What was heard counts for a while only. A service that did not answer, or none of whose sources could, is spared
   people for so long ("downgraded"); one that nobody asked lately is as good as any.
3. What went wrong is told as a sentence, never in the service's own words.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from muster.audit.catalogue import AuditEvent
from muster.clock import parse_rfc3339, rfc3339
from muster.domain.connections import ConnectionState, ConnectionView, TokenView
from muster.domain.operators import Permission
from muster.domain.sharing import SharingToken
from muster.errors import BadInput, Code, MusterError
from muster.proofing.definitions import Definitions, Method
from muster.proofing.method import ProofingMethod
from muster.proofing.reach import Reachable
from muster.workstation.autoupdate import TokenVault
from muster.workstation.journal import Journal

__all__ = ["ConnectionState", "ConnectionView", "Connections", "TokenView"]

CONNECTION_UNKNOWN = Code("CONNECTION_UNKNOWN", "The proofing configuration names no such service.")
CONNECTION_WITHOUT_SOURCES = Code(
    "CONNECTION_WITHOUT_SOURCES",
    "The service is there, but no source could share what is asked for just now. People are spared the way there.",
)
CONNECTION_IN_TROUBLE = Code(
    "CONNECTION_IN_TROUBLE", "Something went wrong with this service when it was asked last. Check it again."
)

COUNTS_FOR = timedelta(hours=2)
_HEARD = "connection "


@dataclass(frozen=True, slots=True)
class _Heard:
    """What came of asking; ``problem`` is the name of our code."""

    at: datetime
    sources: int | None = None
    problem: str | None = None

    @property
    def state(self) -> ConnectionState:
        is_there = self.problem is None and self.sources != 0
        return ConnectionState.AVAILABLE if is_there else ConnectionState.DOWNGRADED

    def counts(self, now: datetime) -> bool:
        return abs(now - self.at) <= COUNTS_FOR


class Connections:
    """``definitions`` are the proofing configuration's, ``methods`` those there are by type, ``secret`` gives what
    a name in the configuration stands for."""

    def __init__(
        self,
        journal: Journal,
        definitions: Callable[[], Definitions],
        methods: Callable[[], Mapping[str, ProofingMethod]],
        secret: Callable[[str], str],
        vault: TokenVault,
    ) -> None:
        self._journal = journal
        self._definitions = definitions
        self._methods = methods
        self._secret = secret
        self._vault = vault

    def list(self) -> tuple[ConnectionView, ...]:
        """Every service of the configuration that can be asked, in its order. Raises ``Refused``."""
        self._journal.access.require(Permission.CHANGE_SETTINGS)
        tokens = self._vault.all()
        return tuple(self._view(each, tokens) for each in self._configured())

    def check(self, connection: str | None = None) -> tuple[ConnectionView, ...]:
        """Ask this one, or all, whether it is there; what went wrong stands in the view. Raises ``Refused``,
        ``BadInput(CONNECTION_UNKNOWN)``."""
        self._journal.access.require(Permission.CHANGE_SETTINGS)
        asked = tuple(each for each in self._configured() if connection in (None, each.id))
        if connection is not None and not asked:
            raise BadInput(CONNECTION_UNKNOWN)
        for each in asked:
            self._ask(each)
        tokens = self._vault.all()
        return tuple(self._view(each, tokens) for each in asked)

    def renew(self, connection: str) -> ConnectionView:
        """Renew the tokens for this service now. Raises ``BadInput(CONNECTION_UNKNOWN | SHARING_TOKEN_UNKNOWN)``,
        ``Refused``, ``NetworkUnavailable``."""
        definition = next((each for each in self._configured() if each.id == connection), None)
        if definition is None:
            raise BadInput(CONNECTION_UNKNOWN)
        self._vault.renew(connection)
        return self._view(definition, self._vault.all())

    def look_round(self) -> None:
        """Ask all, by itself."""
        for each in self._configured():
            self._ask(each)

    def downgraded(self) -> frozenset[str]:
        """Methods whose service was not there when it was asked, not long ago."""
        now = self._journal.now()
        with self._journal.database.read() as work:
            found = {name: _heard(value) for name, value in work.settings.beginning_with(_HEARD).items()}
        return frozenset(
            name.removeprefix(_HEARD)
            for name, heard in found.items()
            if heard.state is ConnectionState.DOWNGRADED and heard.counts(now)
        )

    def _configured(self) -> tuple[Method, ...]:
        there = self._methods()
        each_once = {each.id: each for each in self._definitions().methods if each.enabled}
        return tuple(each for each in each_once.values() if isinstance(there.get(each.type), Reachable))

    def _ask(self, definition: Method) -> None:
        method = self._methods()[definition.type]
        assert isinstance(method, Reachable)
        heard = _Heard(self._journal.now())
        try:
            heard = replace(heard, sources=method.reached(definition, self._secret))
        except MusterError as error:
            heard = replace(heard, problem=error.code.name)
        said = {"at": rfc3339(heard.at), "sources": heard.sources, "problem": heard.problem}
        with self._journal.database.work() as work:
            work.settings.put(_HEARD + definition.id, json.dumps(said))
            work.record(
                AuditEvent.CONNECTION_CHECKED,
                actor=self._journal.operator.user_id,
                method=definition.id,
                outcome=heard.problem or heard.state.value,
            )

    def _view(self, definition: Method, tokens: tuple[SharingToken, ...]) -> ConnectionView:
        now = self._journal.now()
        with self._journal.database.read() as work:
            kept = work.settings.get(_HEARD + definition.id)
        heard = _heard(kept) if kept else None
        mine = tuple(_token_view(each, now) for each in tokens if each.method == definition.id)
        renewals = [each.next_renewal for each in mine if each.next_renewal is not None]
        address = getattr(definition, "origin", "") or getattr(definition, "discovery_url", "")
        return ConnectionView(
            id=definition.id,
            name=definition.display.name if definition.display else definition.id,
            kind=definition.type,
            host=urlsplit(address).hostname or "",
            state=heard.state if heard and heard.counts(now) else ConnectionState.UNKNOWN,
            checked_at=heard.at if heard else None,
            sources=heard.sources if heard else None,
            tokens=mine,
            next_renewal=min(renewals, default=None),
            problem=_problem(heard) or next((each.problem for each in mine if each.problem), None),
        )


def _token_view(token: SharingToken, now: datetime) -> TokenView:
    best = token.renewal_at
    if best is not None and token.next_try is not None:
        best = max(best, token.next_try)
    return TokenView(
        id=token.id,
        registration=token.subject,
        standing=token.standing(now),
        given_at=token.given_at,
        renewed_at=token.renewed_at,
        age_days=max((now - token.renewed_at).days, 0),
        next_renewal=best,
        dies_at=token.dies_at,
        final_at=token.final_at,
        problem=_code(token.problem),
    )


def _heard(kept: str) -> _Heard:
    said = json.loads(kept)
    return _Heard(parse_rfc3339(said["at"]), said["sources"], said["problem"])


def _problem(heard: _Heard | None) -> Code | None:
    if heard is None:
        return None
    return CONNECTION_WITHOUT_SOURCES if heard.sources == 0 else _code(heard.problem)


def _code(name: str | None) -> Code | None:
    """A sentence that needs more than its words is not told from a name."""
    if name is None:
        return None
    found = Code.named(name)
    return found if found is not None and "{" not in found.sentence else CONNECTION_IN_TROUBLE
