"""The people of a station: added, changed, blocked and removed by an administrator; their passwords and factors.

Rules:

1. Whoever changes something shows the own password again: it opens the station's key, which a new password is to
   open as well. The key is in memory for that moment.
2. A new operator's row is there before the password is, and goes after it: killed in between, the program leaves
   somebody without a password, who is listed and gets one.
3. Nobody blocks, removes or demotes the last administrator who can sign in, nor blocks or removes themselves.
4. A person's templates and authenticator end with the person.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from muster.audit.catalogue import AuditEvent
from muster.crypto import authenticator
from muster.crypto.sealing import Sealer
from muster.devices.api import CapturedSample
from muster.devices.records import picture_of
from muster.domain.operators import Action, Factor, Operator, Permission, Role, Way
from muster.errors import BadInput, Code, Refused
from muster.store.database import Work
from muster.workstation.duplicates import OPERATOR_UNKNOWN
from muster.workstation.journal import Journal
from muster.workstation.operator_templates import OperatorTemplates
from muster.workstation.policy import Policy
from muster.workstation.proving import CODE_WRONG, Proof, Proving, authenticator_context
from muster.workstation.station import NewOperator, Station

OPERATOR_EXISTS = Code("OPERATOR_EXISTS", "Somebody of that user name works here already. Choose another name.")
LAST_ADMINISTRATOR = Code(
    "LAST_ADMINISTRATOR", "This is the only administrator. Make somebody else one first, or nobody could undo it."
)
NOT_ONESELF = Code("NOT_ONESELF", "You cannot block or remove yourself. Ask another administrator.")
ROLE_NEEDED = Code("ROLE_NEEDED", "Choose at least one role.")


@dataclass(frozen=True, slots=True)
class OperatorLine:
    """One person in the list. ``wait_s`` is how long the person has to wait before trying again."""

    operator: Operator
    factors: Way
    wait_s: float = 0.0

    @property
    def has_password(self) -> bool:
        return Factor.PASSWORD in self.factors


@dataclass(frozen=True, slots=True, repr=False)
class NewAuthenticator:
    """A secret that counts once a code made with it was typed. ``uri`` is for the person's app, as a QR code."""

    secret: bytes
    uri: str


class OperatorDesk:
    def __init__(
        self,
        station: Station,
        journal: Journal,
        proving: Proving,
        templates: OperatorTemplates,
        sealer: Sealer,
        policy: Policy,
    ) -> None:
        self._station = station
        self._journal = journal
        self._proving = proving
        self._templates = templates
        self._sealer = sealer
        self._policy = policy

    # For an administrator

    def all(self) -> tuple[OperatorLine, ...]:
        """Raises ``Refused``, as everything in this part."""
        self._journal.access.require(Permission.MANAGE_OPERATORS)
        with self._journal.database.read() as work:
            operators = work.operators.all()
        with_password = set(self._station.operators)
        lockouts = self._station.lockouts(self._policy.patience)
        return tuple(
            OperatorLine(
                each,
                self._proving.enrolled(each.user_id)
                - (frozenset() if each.user_id in with_password else _PASSWORD),
                lockouts.left_s(each.user_id),
            )
            for each in operators
        )

    def add(self, new: NewOperator, roles: Collection[Role], proof: Proof) -> None:
        """Somebody new, or somebody whose password was never written. Raises ``BadInput``, ``SignInRefused``."""
        self._journal.access.require(Permission.MANAGE_OPERATORS)
        new.check(self._policy)
        if not roles:
            raise BadInput(ROLE_NEEDED)
        operator = Operator(new.user_id, frozenset(roles))
        key = self._proving.station_key(proof)
        with self._journal.database.work() as work:
            taken = {each.user_id.casefold() for each in work.operators.all()}
            if new.user_id.casefold() in taken:
                raise BadInput(OPERATOR_EXISTS)
            work.operators.add(operator, self._journal.now())
            self._record(work, AuditEvent.OPERATOR_ADDED, new.user_id, roles=_words(operator.roles))
        self._put_password(AuditEvent.PASSWORD_RESET, new, key)

    def reset_password(self, user_id: str, password: str, proof: Proof) -> None:
        """A new password for somebody who forgot it; what was wrong before is forgiven."""
        self._journal.access.require(Permission.MANAGE_OPERATORS)
        new = NewOperator(self._known(user_id).user_id, password)
        new.check(self._policy)
        self._put_password(AuditEvent.PASSWORD_RESET, new, self._proving.station_key(proof))

    def change_roles(self, user_id: str, roles: Collection[Role], proof: Proof) -> None:
        if not roles:
            raise BadInput(ROLE_NEEDED)
        changed = replace(self._known(user_id), roles=frozenset(roles))
        self._change(changed, AuditEvent.OPERATOR_CHANGED, proof, roles=_words(changed.roles))

    def block(self, user_id: str, proof: Proof) -> None:
        """From now on; somebody who is signed in may do nothing more."""
        self._require_other(user_id)
        changed = replace(self._known(user_id), blocked_at=self._journal.now())
        self._change(changed, AuditEvent.OPERATOR_BLOCKED, proof)

    def unblock(self, user_id: str, proof: Proof) -> None:
        self._change(replace(self._known(user_id), blocked_at=None), AuditEvent.OPERATOR_UNBLOCKED, proof)

    def remove(self, user_id: str, proof: Proof) -> None:
        """And the person's templates. What the person registered stays, and so does the trail."""
        self._journal.access.require(Permission.MANAGE_OPERATORS)
        self._require_other(user_id)
        operator = self._known(user_id)
        self._proving.prove(Action.MANAGE, self._journal.operator.user_id, proof)
        self._templates.forget(operator.user_id)
        with self._journal.database.work() as work:
            self._require_administrator(work, without=operator.user_id)
            self._station.remove_slot(operator.user_id)
            work.operators.remove(operator.user_id)
            self._record(work, AuditEvent.OPERATOR_REMOVED, operator.user_id)
        self._proving.forgive(operator.user_id)

    def remove_authenticator(self, user_id: str, proof: Proof) -> None:
        """Of somebody whose telephone is gone; where one is asked for, another is set up at the next sign-in."""
        self._journal.access.require(Permission.MANAGE_OPERATORS)
        operator = self._known(user_id)
        self._proving.prove(Action.MANAGE, self._journal.operator.user_id, proof)
        with self._journal.database.work() as work:
            work.operators.put_authenticator(operator.user_id, None)
            self._record(work, AuditEvent.AUTHENTICATOR_REMOVED, operator.user_id)

    # For everybody, about themselves

    @property
    def own_factors(self) -> Way:
        return self._proving.enrolled(self._journal.operator.user_id)

    def change_own_password(self, password: str, proof: Proof) -> None:
        """``proof`` is the one of before. Raises ``BadInput``, ``SignInRefused``."""
        own = self._journal.access.operator().user_id
        new = NewOperator(own, password)
        new.check(self._policy)
        self._put_password(AuditEvent.PASSWORD_CHANGED, new, self._proving.station_key(proof))

    def new_authenticator(self) -> NewAuthenticator:
        """To be shown; nothing is kept of it before :meth:`set_authenticator`."""
        secret, own = authenticator.new_secret(), self._journal.operator.user_id
        return NewAuthenticator(secret, authenticator.setup_uri(secret, own, self._journal.station.ref_id))

    def set_authenticator(self, made: NewAuthenticator, code: str, proof: Proof) -> None:
        """``code`` shows that the person's app makes the right ones; it counts as used. In place of an earlier
        authenticator. Raises ``SignInRefused``."""
        own = self._journal.access.operator().user_id
        self._proving.prove(Action.MANAGE, own, proof)
        step = authenticator.step_of(made.secret, code, self._journal.now())
        if step is None:
            raise BadInput(CODE_WRONG)
        sealed = self._sealer.seal(made.secret, authenticator_context(own))
        with self._journal.database.work() as work:
            work.operators.put_authenticator(own, sealed, step)
            self._record(work, AuditEvent.AUTHENTICATOR_SET, own)
        self._enrolled(Factor.CODE)

    def keep_own_face(self, sample: CapturedSample, proof: Proof) -> None:
        """In place of an earlier one. Raises ``BadInput``, ``SignInRefused``, ``Unavailable``."""
        own = self._journal.access.operator().user_id
        self._proving.prove(Action.MANAGE, own, proof)
        self._templates.keep_face(own, picture_of(sample.record))
        self._enrolled(Factor.FACE)

    def keep_own_finger(self, sample: CapturedSample, proof: Proof) -> None:
        """In place of an earlier one of that finger."""
        own = self._journal.access.operator().user_id
        self._proving.prove(Action.MANAGE, own, proof)
        self._templates.keep_finger(own, sample)
        self._enrolled(Factor.FINGER)

    def _enrolled(self, factor: Factor) -> None:
        access = self._journal.access
        access.missing = access.missing - {factor}

    def _put_password(self, event: AuditEvent, new: NewOperator, key: bytes) -> None:
        with self._journal.database.work() as work:
            self._record(work, event, new.user_id)
            self._station.put_slot(new.user_id, new.password, key)
        self._proving.forgive(new.user_id)

    def _change(self, changed: Operator, event: AuditEvent, proof: Proof, **detail: str) -> None:
        self._journal.access.require(Permission.MANAGE_OPERATORS)
        self._proving.prove(Action.MANAGE, self._journal.operator.user_id, proof)
        with self._journal.database.work() as work:
            work.operators.change(changed)
            self._require_administrator(work)
            self._record(work, event, changed.user_id, **detail)

    def _require_administrator(self, work: Work, without: str = "") -> None:
        """Somebody is left who may do all this. Raises ``Refused``."""
        left = [each for each in work.operators.all() if each.user_id != without and each.blocked_at is None]
        if not any(each.may(Permission.MANAGE_OPERATORS, self._policy.permissions) for each in left):
            raise Refused(LAST_ADMINISTRATOR)

    def _require_other(self, user_id: str) -> None:
        if user_id.casefold() == self._journal.operator.user_id.casefold():
            raise Refused(NOT_ONESELF)

    def _known(self, user_id: str) -> Operator:
        with self._journal.database.read() as work:
            operator = work.operators.find(user_id)
        if operator is None:
            raise BadInput(OPERATOR_UNKNOWN)
        return operator

    def _record(self, work: Work, event: AuditEvent, user_id: str, **detail: str) -> None:
        work.record(event, actor=self._journal.operator.user_id, operator=user_id, **detail)


_PASSWORD = frozenset({Factor.PASSWORD})


def _words(roles: Collection[Role]) -> str:
    return " ".join(sorted(role.value for role in roles))
