"""Tokens with which a source shares somebody's records again, sealed, and renewed before they die.

MiTrust's AutoUpdate. Rules:

1. A token is never given up because of a clock. Whether it is to be renewed is judged by the service's clock as
   soon as that is heard; that it is dead says the service, and even then it stays until somebody forgets it.
2. Without a network nothing happens and nothing counts as a failure: the renewal is taken up when there is one.
3. Whoever says that they are asked too often is left alone as long as they say, and longer each time.
4. What changes is written with its audit record; no record and no error holds a token.
"""

from __future__ import annotations

import hashlib
import secrets as random_source
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from random import random
from typing import TYPE_CHECKING

from muster.audit.catalogue import AuditEvent
from muster.crypto.sealing import Sealer
from muster.domain.operators import Permission
from muster.domain.sharing import SharingToken, TokenStanding, final_day_after
from muster.errors import BadInput, Code, KeyUnavailable, MusterError, NetworkUnavailable, NotAuthentic, Refused
from muster.proofing.definitions import Definitions, MitrustMethodDefinition
from muster.upload.schedule import next_attempt
from muster.workstation.journal import Journal

if TYPE_CHECKING:
    from muster.methods.mitrust_service import MitrustService

SHARING_TOKEN_MISSING = Code(
    "SHARING_TOKEN_MISSING", "This person gave no token at this station by which records are shared again."
)
SHARING_TOKEN_UNKNOWN = Code(
    "SHARING_TOKEN_UNKNOWN", "This station keeps no token for shared records of that number."
)
SHARING_TOKEN_FINAL = Code(
    "SHARING_TOKEN_FINAL",
    "This token cannot be renewed any more: its two years are over. The person has to share the records anew.",
)
SHARING_METHOD_GONE = Code(
    "SHARING_METHOD_GONE",
    "The service that this token is for is not in the proofing configuration any more. Tell your administrator.",
)
SHARING_ASKED_TOO_OFTEN = Code(
    "SHARING_ASKED_TOO_OFTEN", "MiTrust was asked too often just now. The station asks again later by itself."
)

_ID_OCTETS = 8
_A_PERSONS_JOB = timedelta(days=1)
_ADOPTED = "sharing token of "


class TokenVault:
    """``definitions`` are the proofing configuration's, ``secret`` gives what a name in them stands for."""

    def __init__(
        self,
        journal: Journal,
        sealer: Sealer,
        definitions: Callable[[], Definitions],
        secret: Callable[[str], str],
        chance: Callable[[], float] = random,
    ) -> None:
        self._journal = journal
        self._sealer = sealer
        self._definitions = definitions
        self._secret = secret
        self._chance = chance

    # What methods use

    def own(self, method: str, given: str) -> str:
        """The station's own token of a method: ``given`` by an administrator, or what it became by being renewed.
        Another one than before begins anew."""
        with self._journal.database.read() as work:
            known = work.sharing.of(method, "")
            adopted = work.settings.get(_ADOPTED + method)
        if known is not None and adopted == _digest(given):
            return self.token(known)
        self._keep(method, "", given, self._journal.now())
        return given

    def keep(self, method: str, subject: str, token: str, servers_clock: datetime | None = None) -> None:
        """A token that the person ``subject`` gave just now, in place of an earlier one."""
        self._keep(method, subject, token, servers_clock or self._journal.now())

    def of_person(self, origin: str, subject: str) -> str:
        """The newest that this person gave for the service at ``origin``.

        Raises ``KeyUnavailable(SHARING_TOKEN_MISSING)``."""
        for each in reversed(self.all()):
            if subject and each.subject == subject and self._is_at(each, origin):
                return self.token(each)
        raise KeyUnavailable(SHARING_TOKEN_MISSING)

    def token(self, known: SharingToken) -> str:
        """Raises ``NotAuthentic`` when it was changed."""
        return self._opened(known, self._sealed(known))

    def _sealed(self, known: SharingToken) -> bytes:
        with self._journal.database.read() as work:
            sealed = work.sharing.sealed(known.id)
        if sealed is None:
            raise KeyUnavailable(SHARING_TOKEN_MISSING)
        return sealed

    def _opened(self, known: SharingToken, sealed: bytes) -> str:
        return self._sealer.open(sealed, _context(known.id)).decode()

    # Looking after them

    def all(self) -> tuple[SharingToken, ...]:
        """The oldest first."""
        with self._journal.database.read() as work:
            return work.sharing.all()

    def adopt(self) -> None:
        """Take in the station's own tokens that no method has asked for yet. What is not there yet, is not."""
        for each in self._definitions().methods:
            if isinstance(each, MitrustMethodDefinition) and each.mode == "autoupdate" and each.token_ref:
                with suppress(KeyUnavailable, NotAuthentic):  # one that was changed is noted when it is due
                    self.own(each.id, self._secret(each.token_ref.key))

    def renew_due(self) -> int:
        """Renew what is best renewed now; returns how many were.

        Raises ``NetworkUnavailable`` when a service could not be asked, after the others were."""
        self.adopt()
        now = self._journal.now()
        waiting = [each for each in self.all() if each.is_asked_about(now) and each.is_tried(now)]
        renewed = 0
        out_of_reach: NetworkUnavailable | None = None
        for method in dict.fromkeys(each.method for each in waiting):
            try:
                renewed += self._renew([each for each in waiting if each.method == method])
            except NetworkUnavailable as error:
                out_of_reach = error
            except (BadInput, KeyUnavailable, Refused):
                continue  # noted with each token; other services may do better
        if out_of_reach is not None:
            raise out_of_reach
        return renewed

    def renew(self, method: str) -> int:
        """Now, whatever their age: all of a method's tokens that can be. Returns how many were.

        Raises ``Refused`` (not allowed, or what kept the last of them from it), ``NetworkUnavailable``."""
        self._journal.access.require(Permission.CHANGE_SETTINGS)
        self.adopt()
        mine = [each for each in self.all() if each.method == method]
        if not mine:
            raise BadInput(SHARING_TOKEN_UNKNOWN)
        return self._renew(mine, wanted=True)

    def forget(self, token_id: str) -> None:
        """Destroy one, as the person who gave it may ask. Raises ``Refused``, ``BadInput``."""
        with self._journal.database.work() as work:
            self._journal.access.require(Permission.CHANGE_SETTINGS, work)
            known = next((each for each in work.sharing.all() if each.id == token_id), None)
            if known is None:
                raise BadInput(SHARING_TOKEN_UNKNOWN)
            work.sharing.forget(token_id)
            actor = self._journal.operator.user_id
            work.record(
                AuditEvent.SHARING_TOKEN_FORGOTTEN,
                actor=actor,
                subject=known.subject,
                token=known.id,
                method=known.method,
            )

    def _renew(self, tokens: Iterable[SharingToken], *, wanted: bool = False) -> int:
        """Of one method. ``wanted``: somebody asks for it, whatever their age, and hears what kept the last."""
        renewed, pending = 0, list(tokens)
        kept_from: MusterError | None = None
        try:
            service = self._service(pending[0].method)
            client, servers_clock = service.authorized()
        except (BadInput, KeyUnavailable, Refused) as error:
            for each in pending:
                self._note(each, error)
            raise
        now = servers_clock or self._journal.now()
        for each in pending:
            try:
                if self._is_final(each, now):
                    kept_from = Refused(SHARING_TOKEN_FINAL)
                    if servers_clock and now >= each.dies_at:
                        self._note(each, kept_from)
                    continue
                if not (wanted or each.is_asked_about(now)):
                    continue
                self._renewed(each, service, client, now)
                renewed += 1
            except _TooOften as busy:
                too_often = NetworkUnavailable(SHARING_ASKED_TOO_OFTEN)
                for left in pending[pending.index(each) :]:
                    self._note(left, too_often, busy.wait)
                raise too_often from None
            except NetworkUnavailable as error:
                self._note(each, error)
                raise
            except (BadInput, KeyUnavailable, NotAuthentic, Refused) as error:  # of this one alone
                self._note(each, error, _A_PERSONS_JOB)
                kept_from = error
        if wanted and kept_from is not None:
            raise kept_from
        return renewed

    def _is_final(self, known: SharingToken, now: datetime) -> bool:
        """By the token's own word: a day that we reckoned may come from a clock that was wrong then."""
        from muster.formats.mitrust import final_day

        told = final_day(self.token(known)) if known.standing(now) is TokenStanding.FINAL else None
        return told is not None and now >= told

    def _renewed(self, known: SharingToken, service: MitrustService, client: str, now: datetime) -> None:
        from muster.formats.mitrust import final_day
        from muster.methods.mitrust_service import Busy

        sealed = self._sealed(known)
        answer = service.renew(client, self._opened(known, sealed), now)
        if isinstance(answer, Busy):
            raise _TooOften(answer.wait)
        after = replace(
            known,
            renewed_at=now,
            # What could be renewed was not final: the day that was reckoned came from a clock that was wrong.
            final_at=final_day(answer) or (known.final_at if now < known.final_at else final_day_after(now)),
            failures=0,
            next_try=None,
            problem=None,
            refused=False,
        )
        with suppress(_RenewedMeanwhile), self._journal.database.work() as work:
            there = work.sharing.sealed(known.id)
            if there is None:  # forgotten while the service was asked
                work.record(AuditEvent.SHARING_TOKEN_FORGOTTEN, actor=self._actor, token=known.id)
                return
            if there != sealed:
                raise _RenewedMeanwhile
            work.sharing.put(after, self._sealer.seal(answer.encode(), _context(known.id)))
            self._record(work.record, AuditEvent.SHARING_TOKEN_RENEWED, after)

    def _note(self, known: SharingToken, error: MusterError, wait: timedelta | None = None) -> None:
        """What kept one from being renewed, and when it is tried again."""
        from muster.methods.mitrust_service import MITRUST_REFUSED

        now, failures = self._journal.now(), known.failures + 1
        next_try = next_attempt(failures, now, chance=self._chance(), asked_to_wait=wait or timedelta(0))
        is_dead = known.refused or error.code in (MITRUST_REFUSED, SHARING_TOKEN_FINAL)
        after = replace(known, failures=failures, next_try=next_try, problem=error.code.name, refused=is_dead)
        with suppress(_RenewedMeanwhile), self._journal.database.work() as work:
            there = next((each for each in work.sharing.all() if each.id == known.id), None)
            if there is not None:
                if there.renewed_at != known.renewed_at:
                    raise _RenewedMeanwhile
                work.sharing.put(after)
            self._record(work.record, AuditEvent.SHARING_TOKEN_NOT_RENEWED, after, problem=error.code.name)

    def _keep(self, method: str, subject: str, token: str, at: datetime) -> None:
        """In place of every other of the same method and person: two programs may adopt one at the same time."""
        from muster.formats.mitrust import final_day, given_on

        token_id = random_source.token_hex(_ID_OCTETS)
        given_at = given_on(token) or at
        final_at = final_day(token) or final_day_after(given_at)
        known = SharingToken(token_id, method, subject, given_at, given_at, final_at)
        with self._journal.database.work() as work:
            for each in work.sharing.all():
                if (each.method, each.subject) == (method, subject):
                    work.sharing.forget(each.id)
            work.sharing.put(known, self._sealer.seal(token.encode(), _context(token_id)))
            if not subject:
                work.settings.put(_ADOPTED + method, _digest(token))
            self._record(work.record, AuditEvent.SHARING_TOKEN_KEPT, known)

    def _record(self, record: Callable[..., object], event: AuditEvent, known: SharingToken, **more: str) -> None:
        record(event, actor=self._actor, subject=known.subject, token=known.id, method=known.method, **more)

    @property
    def _actor(self) -> str:
        return self._journal.operator.user_id

    def _service(self, method: str) -> MitrustService:
        """Raises ``BadInput(SHARING_METHOD_GONE)``, ``KeyUnavailable``."""
        from muster.methods.mitrust_service import MitrustService

        definition = self._definition(method)
        if definition is None:
            raise BadInput(SHARING_METHOD_GONE)
        client_id, _, secret = self._secret(definition.client_ref.key).partition(":")
        return MitrustService(definition.origin, client_id, secret)

    def _definition(self, method: str) -> MitrustMethodDefinition | None:
        found = (each for each in self._definitions().methods if each.id == method)
        return next((each for each in found if isinstance(each, MitrustMethodDefinition)), None)

    def _is_at(self, known: SharingToken, origin: str) -> bool:
        definition = self._definition(known.method)
        return definition is not None and definition.origin == origin


class _TooOften(Exception):
    def __init__(self, wait: timedelta | None) -> None:
        self.wait = wait


class _RenewedMeanwhile(Exception):
    """By another program: undoes the transaction of whoever was answered last."""


def _context(token_id: str) -> str:
    return f"sharing token/{token_id}"


def _digest(token: str) -> str:
    """To know an administrator's token again."""
    return hashlib.sha256(token.encode()).hexdigest()
