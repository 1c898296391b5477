"""An enrollment without a person at the screen: ``registration.json`` and the pictures it names.

::

    {"process": "NEW", "languages": ["eng", "fra"], "consent": "eng",
     "demographics": {"fullName": {"eng": "...", "fra": "..."}, "gender": "FLE", ...},
     "form": {"changes": ["Contact"], "wordsKept": {"fullName.eng": "..."}, "handles": ["phone"]},
     "prefill": true,
     "documents": [{"field": "proofOfIdentity", "type": "CIN", "reference": "...", "file": "card.jpg"}],
     "proof": [{"step": "document", "fields": {"vouched": "true"}}],
     "exceptions": [{"attribute": "leftLittle", "kind": "Permanent", "reason": "..."}],
     "exceptionPhoto": "photo.jpg",
     "biometrics": {"face": "face.jpg", "leftIndex": "leftIndex.png", ...},
     "introducer": {"captures": ["thumbs"], "exceptions": [...], "biometrics": {"leftThumb": "hers.png", ...}}}

An ``UPDATE`` holds the person's ``UIN`` and what changes among its demographics, and no fingers or eyes; a
``BIOMETRIC_CORRECTION`` names the server's request as ``"additionalInfoReqId"`` and has no demographics.

``form`` is what an officer chooses beside the values (``domain.applicant.FormChoices``), all of it optional: the
groups of fields that an update changes, why blocklisted words stay, by which fields the person signs in elsewhere.

With ``prefill`` the files of documents are read first, and what they say is entered where ``demographics`` says
nothing: what is written there counts, as what is typed does. Differences are kept for the supervisor.

``proof`` is for stations where people prove who they are: the steps to begin, in their order, each with the form
it asks for; ``$.consents`` stands for what has to be agreed to first. A proof that other commands brought to its
end counts without it.

``introducer`` is whoever brings a small child: what is captured of them, and the pictures of it if there are.

A document without ``file`` is scanned. Of a kind of device (face, fingers, eyes) either every picture is named,
save for the exceptions, or none: then the device at hand is used. Every file is read and decoded before anything
is written, so that a bad folder leaves nothing behind. What is then refused (no face, a poor finger) leaves a
draft at that step, to be resumed. Fingers are judged beside, while the next ones are taken: what is found too poor
is refused when the whole is to be confirmed, and the draft stands at the finger.

For whoever writes such a folder there is ``src/guide/enroll-from-a-folder.md``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

from muster.analysis.pictures import read_picture
from muster.devices.api import DEVICE_TIMEOUT, DeviceKind
from muster.devices.catalogue import Catalogue
from muster.devices.frames import Frame, Pixels
from muster.devices.installed import installed_drivers
from muster.domain.applicant import Demographics, DemographicValue, FormChoices, LocalizedText
from muster.domain.assessment import Finding, blocking
from muster.domain.biometrics import (
    BiometricAttribute,
    BiometricException,
    CaptureGroup,
    ExceptionKind,
)
from muster.domain.lifecycle import Registration
from muster.domain.registration import Process, RegistrationId, Step
from muster.errors import BadInput, Code, DeviceUnavailable, MusterError
from muster.plugins import Plugin
from muster.workstation.captures_asked import INTRODUCER_NOT_ENOUGH
from muster.workstation.documents import pictures_of
from muster.workstation.enrollment import Enrollment
from muster.workstation.face_watching import FaceView
from muster.workstation.file_devices import BeforeCamera, FileDriver
from muster.workstation.inspection import read_file, require_folder
from muster.workstation.lanes import Lanes
from muster.workstation.mailbox import Mailbox
from muster.workstation.person_capture import PersonCapture
from muster.workstation.processes import EXCEPTION_PHOTO_MISSING, checked_request
from muster.workstation.proofing_step import PROOF_NOT_GIVEN
from muster.workstation.proving import Proof
from muster.workstation.samples import CaptureOutcome
from muster.workstation.submission import SUPERVISOR_NEEDED

SCRIPT_UNREADABLE = Code(
    "SCRIPT_UNREADABLE", "The file registration.json cannot be understood; the part in question: {part}."
)
SCRIPT_NO_OBJECT = Code(
    "SCRIPT_NO_OBJECT", "The file registration.json must hold one JSON object: its keys between braces."
)
SCRIPT_KEY_UNKNOWN = Code(
    "SCRIPT_KEY_UNKNOWN", "The file registration.json has a key that means nothing: {key}. Compare its spelling."
)
SCRIPT_OF_ANOTHER = Code(
    "SCRIPT_OF_ANOTHER",
    "The folder is not what this draft was begun with; they differ in: {part}. Begin anew, or name another draft.",
)
SCRIPT_PICTURE_MISSING = Code(
    "SCRIPT_PICTURE_MISSING",
    "The file registration.json names some fingers or eyes but not {attribute}. "
    "Name all of them that are no exception, or none to use the device.",
)
SCRIPT_FILE = "registration.json"

_JUDGING = "judging"
_FIRST_VIEW_WITHIN_S = 30.0  # cameras wake slowly, and the networks are loaded for the first picture
_FACE_WITHIN_S = 6.0  # from the first view on


@dataclass(frozen=True, slots=True)
class ScriptedDocument:
    """``content`` is the file's bytes, or nothing when the page is to be scanned."""

    field: str
    type_code: str
    reference: str
    content: bytes | None


@dataclass(frozen=True, slots=True)
class ScriptedProof:
    step: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class ScriptedIntroducer:
    """``groups`` are captured one after the other, from the pictures or from the devices at hand."""

    groups: tuple[CaptureGroup, ...]
    exceptions: tuple[BiometricException, ...] = ()
    pictures: Mapping[BiometricAttribute, Pixels] = field(default_factory=dict)

    @property
    def attributes(self) -> tuple[BiometricAttribute, ...]:
        """What there has to be a picture of, where pictures are given."""
        missing = {each.attribute for each in self.exceptions}
        return tuple(each for group in self.groups for each in group.attributes if each not in missing)


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    process: Process
    languages: tuple[str, ...]
    consent: str
    demographics: Demographics
    documents: tuple[ScriptedDocument, ...]
    exceptions: tuple[BiometricException, ...]
    pictures: Mapping[BiometricAttribute, Pixels]
    exception_photo: Pixels | None = None
    request: str | None = None
    proof: tuple[ScriptedProof, ...] = ()
    introducer: ScriptedIntroducer | None = None
    prefill: bool = False
    choices: FormChoices = field(default_factory=FormChoices)
    before_camera: BeforeCamera = field(default_factory=lambda: BeforeCamera(None))
    on_readers: dict[BiometricAttribute, Pixels] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> Script:
        """Read ``registration.json`` and every file it names. Raises ``BadInput``."""
        require_folder(folder)
        return cls.parse(read_file(folder / SCRIPT_FILE), lambda name: read_file(folder / name))

    @classmethod
    def parse(cls, text: bytes, read: Callable[[str], bytes]) -> Script:
        """``read`` returns the content of a named file. Raises ``BadInput``."""
        content = _understood("the whole", lambda: json.loads(text))
        if not isinstance(content, dict):
            raise BadInput(SCRIPT_NO_OBJECT)
        _check_writable(content)
        _check_keys(content, _PARTS)
        languages = _understood("languages", lambda: _languages(content["languages"]))
        script = cls(
            process=_understood("process", lambda: Process(content.get("process", "NEW"))),
            languages=languages,
            consent=_understood("consent", lambda: _text(content.get("consent", languages[0]))),
            demographics=_understood("demographics", lambda: _demographics(_part(content, "demographics"))),
            documents=_understood(
                "documents", lambda: tuple(_document(each, read) for each in _list(content, "documents"))
            ),
            exceptions=_understood(
                "exceptions", lambda: tuple(_exception(each) for each in _list(content, "exceptions"))
            ),
            pictures=_understood("biometrics", lambda: _pictures(content, read)),
            exception_photo=_understood(
                "exceptionPhoto",
                lambda: read_picture(read(_text(photo))) if (photo := content.get("exceptionPhoto")) else None,
            ),
            request=_understood(
                "additionalInfoReqId",
                lambda: _text(request) if (request := content.get("additionalInfoReqId")) else None,
            ),
            proof=_understood("proof", lambda: tuple(_proof(each) for each in _list(content, "proof"))),
            choices=_understood("form", lambda: _choices(content.get("form", {}))),
            prefill=_understood("prefill", lambda: _yes_or_no(content.get("prefill", False))),
            introducer=_understood(
                "introducer",
                lambda: _introducer(brings, read) if (brings := content.get("introducer")) is not None else None,
            ),
        )
        checked_request(script.process, script.request)
        script._check_pictures()
        return script

    def _check_pictures(self) -> None:
        """A device offers what it has: one that takes some fingers from files would never see the others."""
        if self.exception_photo is not None and BiometricAttribute.FACE not in self.pictures:
            raise BadInput(SCRIPT_PICTURE_MISSING, attribute=BiometricAttribute.FACE.value)
        kinds = {attribute.modality for attribute in self.pictures}
        given = {*self.pictures, *(each.attribute for each in self.exceptions)}
        for attribute in BiometricAttribute:
            if attribute.modality in kinds and attribute not in given:
                raise BadInput(SCRIPT_PICTURE_MISSING, attribute=attribute.value)
        if self.introducer is not None:
            kinds |= {attribute.modality for attribute in self.introducer.pictures}
            for attribute in self.introducer.attributes:
                if attribute.modality in kinds and attribute not in self.introducer.pictures:
                    raise BadInput(SCRIPT_PICTURE_MISSING, attribute=attribute.value)

    def catalogue(self, named: Collection[str] | None = None) -> Catalogue:
        """The installed drivers that are named (all without names), with the script's pictures plugged in before
        them."""
        self.show(self.pictures)
        pictures = {**(self.introducer.pictures if self.introducer else {}), **self.pictures}
        driver = FileDriver(pictures, self.before_camera, self.on_readers)
        return Catalogue([Plugin(FileDriver.name, "muster", lambda: driver, None), *installed_drivers(named)])

    def show(self, pictures: Mapping[BiometricAttribute, Pixels]) -> None:
        """To the devices whose pictures come from files."""
        self.before_camera.picture = pictures.get(BiometricAttribute.FACE)
        self.on_readers.clear()
        self.on_readers.update(pictures)


_PARTS = (
    "process",
    "additionalInfoReqId",
    "languages",
    "consent",
    "demographics",
    "form",
    "prefill",
    "documents",
    "proof",
    "exceptions",
    "exceptionPhoto",
    "biometrics",
    "introducer",
)
_PARTS_OF_A_FORM = ("changes", "wordsKept", "handles")
_PARTS_OF_AN_INTRODUCER = ("captures", "exceptions", "biometrics")
_PARTS_OF_A_DOCUMENT = ("field", "type", "reference", "file")
_PARTS_OF_A_PROOF = ("step", "fields")
_PARTS_OF_AN_EXCEPTION = ("attribute", "kind", "reason")


def _check_keys(content: Mapping[str, Any], known: tuple[str, ...]) -> None:
    """A misspelt key passed over would leave out what somebody meant to say."""
    for key in content.keys():  # noqa: SIM118 (a text has no keys, though one can walk through it)
        if key not in known:
            raise BadInput(SCRIPT_KEY_UNKNOWN, key=key)


def _part(content: Mapping[str, Any], name: str) -> Any:
    """A correction has nothing to say about the person; everything else must."""
    return content.get(name, {}) if content.get("process") == Process.BIOMETRIC_CORRECTION.value else content[name]


def _languages(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise TypeError("a list of one or more languages")
    return tuple(map(_text, value))


def _list(content: Mapping[str, Any], name: str) -> list[Any]:
    value = content.get(name, [])
    if not isinstance(value, list):
        raise TypeError("a list")
    return value


def _check_writable(content: Mapping[str, Any]) -> None:
    """JSON may say half a character (a lone surrogate), which no file and no screen can take."""
    for part, value in content.items():
        _understood(part if part in _PARTS else "the whole", partial(_utf8, part, value))


def _utf8(*content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def _understood(part: str, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput(SCRIPT_UNREADABLE, part=part) from error


def _demographics(content: Mapping[str, Any]) -> Demographics:
    return {name: _value(value) for name, value in content.items()}


def _value(value: object) -> DemographicValue:
    if isinstance(value, dict):
        return LocalizedText(tuple((str(language), str(text)) for language, text in value.items()))
    if not isinstance(value, str):
        raise TypeError("text, or text by language")
    return value


def _choices(content: Mapping[str, Any]) -> FormChoices:
    _check_keys(content, _PARTS_OF_A_FORM)
    return FormChoices(
        groups=tuple(map(_text, _list(content, "changes"))),
        words_kept={name: _text(because) for name, because in content.get("wordsKept", {}).items()},
        handles=tuple(map(_text, _list(content, "handles"))) if "handles" in content else None,
    )


def _document(content: Mapping[str, Any], read: Callable[[str], bytes]) -> ScriptedDocument:
    _check_keys(content, _PARTS_OF_A_DOCUMENT)
    file = content.get("file")
    page = read(file) if file else None
    if page is not None:
        read_picture(page)
    return ScriptedDocument(
        _text(content["field"]), _text(content["type"]), _text(content.get("reference") or ""), page
    )


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false")
    return value


def _text(value: object) -> str:
    """A number written without its quotation marks would be stored and never be read again."""
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _proof(content: Mapping[str, Any]) -> ScriptedProof:
    _check_keys(content, _PARTS_OF_A_PROOF)
    fields = {name: _text(value) for name, value in content.get("fields", {}).items()}
    return ScriptedProof(_text(content["step"]), fields)


def _pictures(content: Mapping[str, Any], read: Callable[[str], bytes]) -> dict[BiometricAttribute, Pixels]:
    files = content.get("biometrics", {})
    return {BiometricAttribute(name): read_picture(read(file)) for name, file in files.items()}


def _introducer(content: Mapping[str, Any], read: Callable[[str], bytes]) -> ScriptedIntroducer:
    """What there are pictures of is captured, unless it is said what is."""
    _check_keys(content, _PARTS_OF_AN_INTRODUCER)
    pictures = _pictures(content, read)
    named = [CaptureGroup(each) for each in _list(content, "captures")]
    groups = named or [each for each in CaptureGroup if not pictures.keys().isdisjoint(each.attributes)]
    exceptions = tuple(_exception(each) for each in _list(content, "exceptions"))
    return ScriptedIntroducer(tuple(groups), exceptions, pictures)


def _exception(content: Mapping[str, Any]) -> BiometricException:
    _check_keys(content, _PARTS_OF_AN_EXCEPTION)
    attribute = BiometricAttribute(content["attribute"])
    return BiometricException(attribute, ExceptionKind(content["kind"]), _text(content["reason"]))


@dataclass(frozen=True, slots=True)
class StepReport:
    """``state`` is ``done``, ``refused`` (``findings`` say why) or ``open`` (not reached). ``devices`` took what
    was captured: make, model and serial number."""

    name: str
    state: str
    findings: tuple[Finding, ...] = ()
    devices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScriptOutcome:
    registration: Registration
    steps: tuple[StepReport, ...]

    @property
    def is_complete(self) -> bool:
        return all(step.state == "done" for step in self.steps)


class ScriptedEnrollment:
    """Plays a script through the same use cases the window has."""

    def __init__(
        self,
        enrollment: Enrollment,
        script: Script,
        password: str,
        on_step: Callable[[StepReport], None] = lambda report: None,
        on_begin: Callable[[RegistrationId], None] = lambda registration_id: None,
        supervisor: tuple[str, str] | None = None,
    ) -> None:
        """``supervisor`` is who confirms what the officer may not decide alone: user name and password."""
        self._enrollment = enrollment
        self._script = script
        self._password = password
        self._supervisor = supervisor
        self._on_step = on_step
        self._on_begin = on_begin
        self._judging: dict[BiometricAttribute, Future[CaptureOutcome]] = {}

    def run(self, *, resume: RegistrationId | None = None, stop_after: Step | None = None) -> ScriptOutcome:
        """Walk through the steps that are not done yet, up to ``stop_after`` or the first refusal.

        A step that there is nothing to do for is not reported; ``stop_after`` may be one that is not walked at
        all, and still nothing after it is. Raises ``BadInput(SCRIPT_OF_ANOTHER)`` before anything is changed when
        the draft to ``resume`` holds something else than the script says, and what a broken device, disk or
        password raises; the draft then stands at that step.
        """
        state = self._begin(resume)
        self._on_begin(state.id)
        with Lanes() as lanes:
            lanes.submit(_JUDGING, self._enrollment.prepare_judging)  # what keeps it from loading, judging tells
            reports = self._walk(state, stop_after, lanes)
        return ScriptOutcome(self._enrollment.registration(state.id), reports)

    def _walk(self, state: Registration, stop_after: Step | None, lanes: Lanes) -> tuple[StepReport, ...]:
        """Which steps there are shows on the way: a date of birth adds some and takes others."""
        reports: list[StepReport] = []
        stopped = False
        while (step := self._next(state.id, {each.name for each in reports})) is not None:
            stopped = stopped or (stop_after is not None and _comes_after(step, stop_after))
            report = StepReport(step.value, "open") if stopped else self._take(state.id, step)
            if step.capture_group is not None and report.state == "done":
                self._judge_beside(state.id, step.capture_group, lanes)
            reports.append(report)
            self._on_step(report)
            stopped = report.state != "done"
        return tuple(reports)

    def _next(self, registration_id: RegistrationId, reported: Collection[str]) -> Step | None:
        steps = self._steps(self._enrollment.registration(registration_id))
        return next((step for step in steps if step.value not in reported), None)

    def _judge_beside(self, registration_id: RegistrationId, group: CaptureGroup, lanes: Lanes) -> None:
        for attribute in self._enrollment.unjudged(registration_id, group):
            work = partial(self._enrollment.judge, registration_id, attribute)
            self._judging[attribute] = lanes.submit(_JUDGING, work)

    def _steps(self, state: Registration) -> tuple[Step, ...]:
        """The process's steps; a photo of exceptions only where there are or will be any."""
        excepted = state.exceptions or self._script.exceptions
        plan = self._enrollment.steps(state)
        return tuple(step for step in plan if excepted or step is not Step.EXCEPTION_PHOTO)

    def _begin(self, resume: RegistrationId | None) -> Registration:
        if resume is not None:
            draft = self._enrollment.registration(resume)
            if draft.is_draft and (part := self._other_part(draft)):
                raise BadInput(SCRIPT_OF_ANOTHER, part=part)
            return self._enrollment.resume(resume)
        return self._enrollment.start(self._script.languages, self._script.process, self._script.request)

    def _other_part(self, draft: Registration) -> str | None:
        """What shows that ``draft`` is not of this script: one person's face must not come to another's name."""
        script = self._script
        if draft.started.process is not script.process:
            return "process"
        if draft.request != checked_request(script.process, script.request):
            return "additionalInfoReqId"
        if not draft.demographics_entered and not draft.demographics:
            return None
        details, languages = self._enrollment.details, draft.started.languages
        said = _said(details.completed(script.demographics, languages, script.process, script.choices))
        kept = _said(details.standing(draft))
        # What only stands in the form, at the window, need not be all yet.
        fields = kept.keys() | said.keys() if draft.demographics_entered else kept.keys()
        fields = fields - (draft.filled.keys() - said.keys())  # what a document said nobody wrote down
        other = next((name for name in sorted(fields) if kept.get(name) != said.get(name)), None)
        return f"demographics.{other}" if other else None

    def _take(self, registration_id: RegistrationId, step: Step) -> StepReport:
        if self._enrollment.registration(registration_id).is_done(step):
            return StepReport(step.value, "done")
        findings = self._play(registration_id, step)
        state = self._enrollment.registration(registration_id)
        if _adds_content(step) and (growing := self._enrollment.size_of(state).finding):
            findings = (*findings, growing)
        outcome = "done" if state.is_done(step) else "refused"
        return StepReport(step.value, outcome, findings, _devices(state, step.capture_group))

    def _play(self, registration_id: RegistrationId, step: Step) -> tuple[Finding, ...]:
        enrollment = self._enrollment
        match step:
            case Step.CONSENT:
                enrollment.give_consent(registration_id, self._script.consent)
            case Step.DEMOGRAPHICS:
                return self._details(registration_id)
            case Step.DOCUMENTS:
                return self._documents(registration_id)
            case Step.PROOFING:
                return self._proof(registration_id)
            case Step.FACE:
                self._script.show(self._script.pictures)
                return self._face(enrollment, registration_id)
            case Step.EXCEPTION_PHOTO:
                return self._exception_photo(registration_id)
            case Step.INTRODUCER:
                return self._introducer(registration_id)
            case Step.PREVIEW:
                return self._preview(registration_id)
            case Step.SIGNATURE:
                return self._signature(registration_id)
            case _:
                assert step.capture_group is not None
                return self._group(enrollment, registration_id, step.capture_group, self._script.exceptions)
        return ()

    def _introducer(self, registration_id: RegistrationId) -> tuple[Finding, ...]:
        introducer = self._script.introducer
        if introducer is None:
            return (Finding(INTRODUCER_NOT_ENOUGH),)
        findings: list[Finding] = []
        self._script.show(introducer.pictures)
        try:
            for group in introducer.groups:
                if group is CaptureGroup.FACE:
                    findings += self._face(self._enrollment.introducer, registration_id)
                else:
                    person, missing = self._enrollment.introducer, introducer.exceptions
                    findings += self._group(person, registration_id, group, missing)
        finally:
            self._script.show(self._script.pictures)
        return tuple(findings)

    def _signature(self, registration_id: RegistrationId) -> tuple[Finding, ...]:
        if self._enrollment.causes(self._enrollment.registration(registration_id)):
            if self._supervisor is None:
                return (Finding(SUPERVISOR_NEEDED),)
            user_id, password = self._supervisor
            self._enrollment.confirm(registration_id, user_id, Proof(password))
        self._enrollment.sign(registration_id, Proof(self._password))
        return ()

    def _details(self, registration_id: RegistrationId) -> tuple[Finding, ...]:
        """What keeps the details from being taken, else what looks mistyped in them."""
        values, script = self._demographics(registration_id), self._script
        refused = self._enrollment.enter_demographics(registration_id, values, script.choices)
        languages = self._enrollment.registration(registration_id).started.languages
        return refused or self._enrollment.check_demographics(values, languages, script.process, script.choices)

    def _demographics(self, registration_id: RegistrationId) -> Demographics:
        """What the script says, over what the files of its documents do."""
        if not self._script.prefill:
            return self._script.demographics
        prefill = self._enrollment.prefill
        for each in self._script.documents:
            if each.content is not None:
                prefill.read_pictures(registration_id, each.field, pictures_of(each.content))
        state, _ = prefill.fill(registration_id)
        return {**state.demographics, **self._script.demographics}

    def _documents(self, registration_id: RegistrationId) -> tuple[Finding, ...]:
        warnings: list[Finding] = []
        for each in self._script.documents:
            where = (registration_id, each.field, each.type_code, each.reference)
            if each.content is None:
                attached = self._enrollment.scan_document(*where, Event(), lambda frame: None)
                warnings += [attached.broke_off] if attached.broke_off else []
            else:
                self._enrollment.attach_document(*where, each.content)
            warnings += self._enrollment.document_findings(registration_id, each.field)
        return (*warnings, *self._enrollment.finish_documents(registration_id))

    def _proof(self, registration_id: RegistrationId) -> tuple[Finding, ...]:
        proof, proofing = self._enrollment.proof, self._enrollment.proof.proofing
        for each in self._script.proof:
            view = proof.open(registration_id).view
            if view is None or view.may_enroll:
                break
            if each.step in view.next:
                view = proofing.dispatch(view.execution_id, each.step)
            if each.step in {awaited.node for awaited in view.awaited}:
                proofing.submit(view.execution_id, each.step, each.fields)
        view = proof.open(registration_id).view
        if view is not None and not view.may_enroll:
            return (Finding(PROOF_NOT_GIVEN),)
        proof.settle(registration_id)
        return ()

    def _face(self, person: PersonCapture, registration_id: RegistrationId) -> tuple[Finding, ...]:
        view = self._watch(lambda view: view.ready)
        (face,) = person.capture_face(registration_id, view).samples
        return face.findings

    def _exception_photo(self, registration_id: RegistrationId) -> tuple[Finding, ...]:
        """With a face from a file, the device at hand would show that face again, and nothing of the exception."""
        photo = self._script.exception_photo
        if photo is None and BiometricAttribute.FACE in self._script.pictures:
            return (Finding(EXCEPTION_PHOTO_MISSING),)
        self._script.before_camera.picture = photo
        view = self._watch(lambda view: view.box is not None)
        return self._enrollment.capture_exception_photo(registration_id, view).findings

    def _preview(self, registration_id: RegistrationId) -> tuple[Finding, ...]:
        outcomes = []
        for each in self._judging.values():
            with suppress(MusterError):  # what has to be judged and was not keeps it from being confirmed
                outcomes.append(each.result())
        checked = self._enrollment.check(self._enrollment.registration(registration_id))
        findings = (*_of_samples(outcomes), *checked)
        if not blocking(findings):
            self._enrollment.confirm_preview(registration_id)
        return findings

    def _watch(self, good: Callable[[FaceView], bool]) -> FaceView:
        """The first view that is good, or after a while the newest there is."""
        cancel, seen, arrived = Event(), Event(), Event()
        mailbox = _Waiting(seen, arrived, good)
        problem: list[MusterError] = []

        def watch() -> None:
            try:
                self._enrollment.watch_face(cancel, mailbox)
            except MusterError as error:
                problem.append(error)
            finally:
                arrived.set()
                seen.set()

        camera = Thread(target=watch, name="scripted-camera")
        camera.start()
        if seen.wait(_FIRST_VIEW_WITHIN_S):
            arrived.wait(_FACE_WITHIN_S)
        cancel.set()
        camera.join()
        if problem:
            raise problem[0]
        view = mailbox.take()
        if view is None:
            raise DeviceUnavailable(DEVICE_TIMEOUT, kind=DeviceKind.CAMERA.value)
        return view

    def _group(
        self,
        person: PersonCapture,
        registration_id: RegistrationId,
        group: CaptureGroup,
        exceptions: Iterable[BiometricException],
    ) -> tuple[Finding, ...]:
        for each in exceptions:
            if each.attribute in group.attributes:
                person.mark_exception(registration_id, each.attribute, each.kind, each.reason)
        findings: tuple[Finding, ...] = ()
        while not person.registration(registration_id).is_done(Step(group.value)):
            outcome = person.capture_group(registration_id, group, Event(), Mailbox[Frame]())
            findings = (*outcome.findings, *_of_samples([outcome]))
            if outcome.may_force:
                # What the station sees says what to do; the device's number only that it was too low.
                judge = partial(person.judge, registration_id)
                judged = [judge(each) for each in person.unjudged(registration_id, group)]
                return _of_samples(judged) or findings
        return findings


def _of_samples(outcomes: Iterable[CaptureOutcome]) -> tuple[Finding, ...]:
    return tuple(each for outcome in outcomes for sample in outcome.samples for each in sample.findings)


def _said(values: Demographics) -> dict[str, dict[str, str]]:
    """Field -> language (or nothing) -> text, without what is blank, which is never kept."""
    said = {}
    for name, value in values.items():
        texts = value.values if isinstance(value, LocalizedText) else (("", value),)
        if written := {language: text for language, text in texts if text.strip()}:
            said[name] = written
    return said


def _comes_after(step: Step, other: Step) -> bool:
    order = tuple(Step)
    return order.index(step) > order.index(other)


def _adds_content(step: Step) -> bool:
    return step.capture_group is not None or step in (Step.DOCUMENTS, Step.EXCEPTION_PHOTO, Step.INTRODUCER)


class _Waiting(Mailbox[FaceView]):
    """A mailbox that says when a first view and when one worth taking lies in it, and keeps that one."""

    def __init__(self, seen: Event, arrived: Event, good: Callable[[FaceView], bool]) -> None:
        super().__init__()
        self._seen = seen
        self._arrived = arrived
        self._good = good

    def put(self, value: FaceView) -> None:
        if not self._arrived.is_set():
            super().put(value)
            if self._good(value):
                self._arrived.set()
            self._seen.set()


def _devices(state: Registration, group: CaptureGroup | None) -> tuple[str, ...]:
    """What took the samples of ``group``, each once."""
    taken = () if group is None else (state.samples[each] for each in group.attributes if each in state.samples)
    devices = (each.facts.device for each in taken)
    return tuple(dict.fromkeys(f"{each.make} {each.model} {each.serial}" for each in devices))
