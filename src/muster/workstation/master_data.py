"""What the server said about the world, kept in versions; which of them counts here.

Rules:

1. What cannot be read is not kept: the version before goes on counting.
2. A registration is made by one schema and one set of lists from its first page to its last. A new version counts
   from the next sign-in at which nothing lies unfinished.
3. Configuration (limits and switches) counts at once: it changes nothing about a registration.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress

from muster.audit.catalogue import AuditEvent
from muster.crypto.machine_key import MachineKey
from muster.crypto.passive_authentication import COUNTRIES, CountryAuthorities
from muster.crypto.trust import Domain, TrustStore
from muster.domain.age_groups import PROPERTY as AGE_GROUPS_PROPERTY
from muster.domain.age_groups import AgeGroups
from muster.errors import MalformedData
from muster.formats.mosip_sync import Said, authorities_of, configuration_of
from muster.store.database import Work
from muster.store.server_copies import ServerCopy, Source, Whence
from muster.upload.signer import fingerprint
from muster.upload.sync_data import Kind, SyncData
from muster.upload.transport import Exchange
from muster.workstation.journal import Journal
from muster.workstation.reference import ReferenceData
from muster.workstation.served_reference import (
    known_machines,
    with_configuration,
    with_master_data,
    with_schema,
)
from muster.workstation.server_session import SIGNER_SETTING, ServerSession
from muster.workstation.spec_files import lint_answer
from muster.workstation.spec_remarks import Remark, blocking_remarks

__all__ = ["Kind", "MasterData"]

_DRIVERS = "muster.registration.drivers"  # ours beside MOSIP's: "sbi, uvc, scanner_sane"
_ACTIVE = "active_server_copies"
_WALLETS = "WALLET"  # the domain of those who vouch for issuers of wallets' credentials


class MasterData:
    def __init__(self, journal: Journal, server: ServerSession, key: MachineKey) -> None:
        self._journal = journal
        self._server = server
        self._key = key

    def fetch(self, kind: Kind) -> bool:
        """Ask the server; returns whether it said anything new. Raises as ``upload.sync_data.SyncData.fetch``."""
        with self._server.exchange() as exchange:
            return self.take(kind, exchange)

    def take(self, kind: Kind, source: Exchange) -> bool:
        """The same, from whatever answers like a server."""
        said = self.ask(kind, source)
        with self._journal.database.work() as work:
            return self.keep(work, kind, said)

    def ask(self, kind: Kind, source: Exchange) -> Said:
        """What ``source`` says, fit to be worked by. Raises as :meth:`fetch`."""
        said = SyncData(source, self._key, self._journal.station.center).fetch(kind)
        _check(kind, said.content)
        return said

    def keep(self, work: Work, kind: Kind, said: Said, file_signer: str | None = None) -> bool:
        """Part of a transaction; returns whether it is anything new. ``file_signer`` is the fingerprint of whoever
        signed the file it was brought in; without it the server said so itself."""
        actor, now = self._journal.operator.user_id, self._journal.now()
        source = Source.SERVER if file_signer is None else Source.FILE
        whence = Whence(source, actor, _pinned(work) if file_signer is None else file_signer)
        detail = {"kind": kind.value, "source": source.value, "signer": whence.signer}
        if not work.server_copies.put(kind, said.version, now, said.content, whence, keep=self._active(work)):
            work.record(AuditEvent.SERVER_COPY_SAME, actor=actor, **detail)
            return False
        detail["sha256"] = hashlib.sha256(said.content).hexdigest()
        if kind is Kind.ID_SCHEMA:  # what works badly counts all the same, and the trail says so
            remarks = lint_answer(said.content, self._lists(work))
            detail["form_errors"] = str(len(blocking_remarks(each for _, each in remarks)))
        work.record(AuditEvent.SERVER_COPY_KEPT, actor=actor, **detail)
        return True

    def copies(self) -> tuple[ServerCopy, ...]:
        """The newest of each kind."""
        with self._journal.database.read() as work:
            return work.server_copies.newest_of_all()

    def counting(self) -> frozenset[int]:
        """The numbers of the copies people work by: of forms and lists those that were activated, of everything
        else the newest."""
        with self._journal.database.read() as work:
            newest = {each.number for each in work.server_copies.newest_of_all() if each.kind not in _BUILDERS}
            return frozenset({*newest, *self._active(work)})

    def configuration(self) -> Mapping[str, str]:
        """What the server configured, by MOSIP's names; nothing before the first time."""
        with self._journal.database.read() as work:
            copy = work.server_copies.newest(Kind.CONFIGURATION)
        return configuration_of(copy.content) if copy else {}

    def drivers(self) -> frozenset[str] | None:
        """The drivers of devices that may be loaded here, by their names; None where the server names none. It
        counts from the next sign-in on."""
        named = self.configuration().get(_DRIVERS)
        return None if named is None else frozenset(name.strip() for name in named.split(",") if name.strip())

    def known_stations(self) -> frozenset[str]:
        """The signing keys of the centre's machines, by MOSIP's name of a key."""
        with self._journal.database.read() as work:
            copy = work.server_copies.newest(Kind.MASTER_DATA)
        return known_machines(copy.content) if copy else frozenset()

    def trust(self) -> TrustStore:
        """Who vouches for devices that sign for themselves; nobody before the first time."""
        with self._journal.database.read() as work:
            copy = work.server_copies.newest(Kind.CA_CERTIFICATES)
        listed = authorities_of(copy.content) if copy else {}
        return TrustStore({domain: listed.get(domain.value, []) for domain in Domain})

    def country_authorities(self) -> CountryAuthorities:
        """Who vouches for travel documents: what the server's list has in the domain CSCA, which MOSIP has no name
        for; nobody before the first time."""
        with self._journal.database.read() as work:
            copy = work.server_copies.newest(Kind.CA_CERTIFICATES)
        return CountryAuthorities(authorities_of(copy.content).get(COUNTRIES, ()) if copy else ())

    def credential_authorities(self) -> Collection[bytes]:
        """Who vouches for those who issue credentials to wallets (PEM): what the server's list has in the domain
        WALLET, which MOSIP has no name for either; nobody before the first time."""
        with self._journal.database.read() as work:
            copy = work.server_copies.newest(Kind.CA_CERTIFICATES)
        return authorities_of(copy.content).get(_WALLETS, ()) if copy else ()

    def reference(self) -> ReferenceData:
        """The forms and lists to register people by, activated first where that is due."""
        self._activate()
        reference = ReferenceData.load()
        with self._journal.database.read() as work:
            active = {number: work.server_copies.find(number) for number in self._active(work)}
        for copy in active.values():
            if copy is not None and copy.kind in _BUILDERS:
                with suppress(
                    MalformedData
                ):  # read when it came; a stricter program must still let people sign in
                    reference = _BUILDERS[Kind(copy.kind)](reference, copy.content)
        return with_configuration(reference, self.configuration())

    def form_remarks(self) -> tuple[tuple[str, Remark], ...]:
        """What is wrong with the newest forms the server sent, each with the form's name; nothing before the first
        time."""
        with self._journal.database.read() as work:
            copy = work.server_copies.newest(Kind.ID_SCHEMA)
            lists = self._lists(work)
        return lint_answer(copy.content, lists) if copy else ()

    @staticmethod
    def _lists(work: Work) -> ReferenceData:
        """The newest lists, whether or not they count yet."""
        reference = ReferenceData.load()
        copy = work.server_copies.newest(Kind.MASTER_DATA)
        with suppress(MalformedData):
            reference = with_master_data(reference, copy.content) if copy else reference
        settings = work.server_copies.newest(Kind.CONFIGURATION)
        return with_configuration(reference, configuration_of(settings.content) if settings else {})

    @property
    def waits_for_drafts(self) -> bool:
        """Whether something newer is here that does not count yet, because registrations lie unfinished."""
        with self._journal.database.read() as work:
            newest = {each.number for each in work.server_copies.newest_of_all() if each.kind in _BUILDERS}
            return not newest <= set(self._active(work))

    def _activate(self) -> None:
        with self._journal.database.read() as work:
            newest = [each.number for each in work.server_copies.newest_of_all() if each.kind in _BUILDERS]
            if set(newest) == set(self._active(work)) or work.registrations.has_drafts():
                return
        with self._journal.database.work() as work:
            if work.registrations.has_drafts():  # begun just now, in another window
                return
            work.settings.put(_ACTIVE, json.dumps(newest))
            numbers = ",".join(map(str, newest))
            work.record(AuditEvent.SERVER_COPY_COUNTS, actor=self._journal.operator.user_id, copies=numbers)

    @staticmethod
    def _active(work: Work) -> tuple[int, ...]:
        return tuple(json.loads(work.settings.get(_ACTIVE) or "[]"))


_BUILDERS: Mapping[Kind, Callable[[ReferenceData, bytes], ReferenceData]] = {
    Kind.ID_SCHEMA: with_schema,
    Kind.MASTER_DATA: with_master_data,
}


def _pinned(work: Work) -> str:
    """The fingerprint of whoever signs the server's answers; every answer was held against it."""
    kept = work.settings.get(SIGNER_SETTING)
    return fingerprint(kept.encode()) if kept else ""


def _check(kind: Kind, content: bytes) -> None:
    """Raises ``BadInput`` for what this station could not work by."""
    if kind in _BUILDERS:
        _BUILDERS[kind](ReferenceData.load(), content)
    elif kind is Kind.CONFIGURATION:
        groups = configuration_of(content).get(AGE_GROUPS_PROPERTY)
        if groups:
            AgeGroups.parse(groups)
