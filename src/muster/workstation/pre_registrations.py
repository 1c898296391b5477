"""What people filled in at home, fetched ahead and taken into their registration.

Rules:

1. Each lies here sealed and bound to its number until it is used or its days are over.
2. What an officer has typed stays (``domain.prefill``); where the person had written something else, both are
   seen. A document that is attached stays as well.
3. It is used once. What is left then is its number and whose registration took it.
4. The number is typed, or what the code on the person's letter says: a number, or a link with one in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from muster.audit.catalogue import AuditEvent
from muster.crypto.machine_key import MachineKey
from muster.crypto.sealing import Sealer
from muster.domain.applicant import Demographics, DemographicValue, LocalizedText
from muster.domain.lifecycle import Registration
from muster.domain.pre_registration import Booking, PreRegistration
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Code, MalformedData, MusterError, Refused
from muster.formats import person_code
from muster.formats.person_code import CodeKind
from muster.upload.pre_registrations import PreRegistrationCalls, checked_number
from muster.upload.transport import Exchange
from muster.workstation.enrollment import Enrollment
from muster.workstation.forms import FieldKind, FormField
from muster.workstation.journal import Journal
from muster.workstation.master_data import MasterData
from muster.workstation.pre_registration_zip import open_zip
from muster.workstation.reference import Choice
from muster.workstation.server_session import ServerSession

PRE_REGISTRATION_USED = Code(
    "PRE_REGISTRATION_USED",
    "This pre-registration was taken into another registration already. Ask the person about it.",
)

PRE_REGISTRATION_ELSEWHERE = Code(
    "PRE_REGISTRATION_ELSEWHERE",
    "This pre-registration was made with another system ({host}). Fill in the form with the person.",
)

_DAYS_AHEAD, _DAYS_AFTER = "pre_reg_no_of_days_limit", "pre_reg_deletion_configured_days"
_DEFAULT_DAYS = {_DAYS_AHEAD: 7, _DAYS_AFTER: 1}
_MOST_DAYS = 365


@dataclass(frozen=True, slots=True)
class Prefilled:
    """What came of it: ``filled`` fields, ``kept`` ones where something else stood already, documents attached,
    and those that have to be scanned here after all."""

    registration: Registration
    filled: tuple[str, ...]
    kept: tuple[str, ...]
    documents: tuple[str, ...]
    to_be_scanned: tuple[str, ...]


class PreRegistrations:
    def __init__(
        self,
        journal: Journal,
        server: ServerSession,
        key: MachineKey,
        sealer: Sealer,
        enrollment: Enrollment,
        master_data: MasterData,
    ) -> None:
        self._journal = journal
        self._server = server
        self._key = key
        self._sealer = sealer
        self._enrollment = enrollment
        self._master_data = master_data

    def bookings(self) -> tuple[Booking, ...]:
        """What lies here, by appointment."""
        with self._journal.database.read() as work:
            return work.pre_registrations.all()

    def fetch_days(self) -> int:
        """Fetch what is booked for the days ahead and not here yet; returns how many came.

        One that cannot be had keeps no other from coming, and is raised in the end; whatever is in the way of all
        is raised at once.
        """
        today = self._journal.now().astimezone().date()
        known = {each.id: each for each in self.bookings()}
        with self._server.exchange() as exchange:
            calls = self._calls(exchange)
            booked = calls.booked(today, today + timedelta(days=self._days(_DAYS_AHEAD)))
            wanted = [
                number
                for number, updated in booked.items()
                if number not in known or (known[number].updated != updated and known[number].used_by is None)
            ]
            problems = [each for number in wanted if (each := self._try_to_keep(calls, number, booked[number]))]
        if problems:
            raise problems[0]
        return len(wanted)

    def _try_to_keep(self, calls: PreRegistrationCalls, number: str, updated: str) -> MusterError | None:
        """Returns what is wrong with this one."""
        try:
            self._keep(calls, number, updated)
        except (Refused, MalformedData) as error:
            return error
        return None

    def remove_outdated(self) -> int:
        """Those whose appointment is over by the configured days; returns how many."""
        limit = self._journal.now().astimezone().date() - timedelta(days=self._days(_DAYS_AFTER))
        with self._journal.database.work() as work:
            removed = work.pre_registrations.remove_before(limit.isoformat())
            work.record(
                AuditEvent.PRE_REGISTRATIONS_EXPIRED, actor=self._journal.operator.user_id, count=str(removed)
            )
        return removed

    def take(self, registration_id: RegistrationId, number: str) -> Prefilled:
        """Fill what is empty in an unfinished registration. From the copy here, else from the server. ``number``
        may be all that a code on the person's letter says.

        Raises ``BadInput`` (no number), ``Refused`` (unknown to the server, of another system, or used),
        ``NetworkUnavailable``, ``MalformedData`` for one that cannot be read, ``NotAuthentic``.
        """
        number = self._number_in(number)
        state = self._journal.open_draft(registration_id)
        found = self._open(number, registration_id)
        form = {each.id: each for each in self._enrollment.form(state.started.process)}
        said = in_form(found.values, form, state.started.languages)
        offer = self._enrollment.prefill.take_booking(registration_id, number, said)
        filled = tuple(each.field for each in offer.filled)
        kept = tuple(each.field for each in offer.conflicts)
        attached, refused = self._attach(registration_id, found)
        with self._journal.database.work() as work:
            work.pre_registrations.use(number, registration_id)
            work.record(
                AuditEvent.PRE_REGISTRATION_USED,
                actor=self._journal.operator.user_id,
                subject=registration_id.text,
                fields=str(len(filled)),
                documents=str(len(attached)),
            )
        return Prefilled(self._journal.load(registration_id), filled, kept, attached, refused)

    def _number_in(self, text: str) -> str:
        code = person_code.parse(text)
        if code is None or code.kind is not CodeKind.BOOKING:
            return checked_number(text)
        host = code.fields.get("host", "")
        if host and not self._server.is_of_our_system(host):
            raise Refused(PRE_REGISTRATION_ELSEWHERE, host=host)
        return code.fields["number"]

    def _open(self, number: str, by: RegistrationId) -> PreRegistration:
        with self._journal.database.read() as work:
            here = work.pre_registrations.find(number)
        if here is not None and here[0].used_by not in (None, by) and not self._was_discarded(here[0].used_by):
            raise Refused(PRE_REGISTRATION_USED)
        sealed = here[1] if here else None
        if sealed is None:
            with self._server.exchange() as exchange:
                content = self._keep(self._calls(exchange), number, "")
        else:
            content = self._sealer.open(sealed, _context(number))
        return open_zip(number, content)

    def _was_discarded(self, registration_id: RegistrationId | None) -> bool:
        return registration_id is not None and self._journal.load(registration_id).discarded is not None

    def _keep(self, calls: PreRegistrationCalls, number: str, updated: str) -> bytes:
        """Fetch one and keep it, read once so that nothing unreadable lies in wait for the person."""
        appointment, content = calls.fetch(number)
        open_zip(number, content)
        booking = Booking(number, appointment, updated, self._journal.now())
        with self._journal.database.work() as work:
            work.pre_registrations.put(booking, self._sealer.seal(content, _context(number)))
            work.record(AuditEvent.PRE_REGISTRATION_KEPT, actor=self._journal.operator.user_id)
        return content

    def _attach(
        self, registration_id: RegistrationId, found: PreRegistration
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Fields whose documents came along, and those that must be scanned: a file nobody can read here."""
        state = self._journal.load(registration_id)
        slots = {each.field: each for each in self._enrollment.document_slots(state.started.process)}
        attached, refused = [], []
        for each in found.documents:
            slot = slots.get(each.field)
            if slot is None or each.field in state.documents:
                continue
            try:
                self._enrollment.attach_document(registration_id, each.field, each.type_code, None, each.content)
                attached.append(each.field)
            except (BadInput, Refused):  # unreadable, of a type the form has not, or too large
                refused.append(each.field)
        return tuple(attached), tuple(refused)

    def _calls(self, exchange: Exchange) -> PreRegistrationCalls:
        return PreRegistrationCalls(exchange, self._key, self._journal.station, self._journal.clock)

    def _days(self, name: str) -> int:
        days = _DEFAULT_DAYS[name]
        with suppress(ValueError):
            days = int(self._master_data.configuration().get(name, ""))
        return min(max(days, 0), _MOST_DAYS)


def in_form(booked: Demographics, form: Mapping[str, FormField], languages: tuple[str, ...]) -> Demographics:
    """What was written at home as the form has it, without what the form has not."""
    values = {name: _in_form(value, form[name], languages) for name, value in booked.items() if name in form}
    return {name: value for name, value in values.items() if value not in ("", LocalizedText(()))}


def _in_form(value: DemographicValue, field: FormField, languages: tuple[str, ...]) -> DemographicValue:
    """As the form has it: a code for a list, texts in the languages of the registration."""
    texts = value.values if isinstance(value, LocalizedText) else (("", value),)
    if field.kind in (FieldKind.CHOICE, FieldKind.LOCALIZED_CHOICE):
        return next((choice.code for _, text in texts for choice in field.choices if _means(choice, text)), "")
    if field.kind is FieldKind.LOCALIZED:
        if isinstance(value, str):
            return LocalizedText(((languages[0], value),))
        return LocalizedText(tuple((code, text) for code, text in texts if code in languages))
    return value.in_language(languages[0]) if isinstance(value, LocalizedText) else value


def _means(choice: Choice, text: str) -> bool:
    return text == choice.code or text in choice.labels.values()


def _context(number: str) -> str:
    return f"pre-registration {number}"
