"""Taking fingers, eyes and faces from a device: RCAPTURE on one connection, the preview on another.

Rules:

1. Nothing that is all excepted is asked for; what is asked for is a whole placement with its exceptions, as the
   services count: four fingers of a hand, two thumbs, two eyes.
2. A preview that does not come or breaks off costs the officer the picture, not the capture.
3. A busy service is asked again by itself, not for ever.
4. Whatever happens, no connection stays open: a service is busy as long as one is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import Event, Thread

import numpy as np

from muster.devices.api import (
    DEVICE_FAILED,
    DEVICE_TIMEOUT,
    DEVICE_UNPLUGGED,
    CapturedSample,
    CaptureRequest,
    DeviceContext,
    OnPreview,
)
from muster.devices.frames import Frame
from muster.domain.assessment import Finding
from muster.domain.biometrics import BiometricAttribute, CaptureGroup, DigitalId
from muster.errors import CANCELLED, Cancelled, DeviceUnavailable, MalformedData, MusterError
from muster.formats.bio_attributes import SUBTYPES
from muster.formats.image_codec import decode
from muster.formats.sbi import (
    CaptureEntry,
    CaptureOrder,
    SbiError,
    capture_request,
    error_in,
    parse_capture,
    stream_request,
)
from muster_sbi import problems as says
from muster_sbi.believing import Captures, Found, Memory
from muster_sbi.mjpeg import pictures
from muster_sbi.wire import Patience, ServiceAbsurd, ServiceGone, ServiceSilent, ask, streaming

_AFTER_TIMEOUT_S = 5.0  # a device answers shortly after the time it was given
_MAXIMUM_ANSWER = 64 * 1024 * 1024  # ten fingers without loss are below 10 MB
_PREVIEW_MS = 300_000
_STALLED_S = 5.0
_PAUSES_S = (0.3, 1.0, 2.0)
_MAXIMUM_PREVIEW_PIXELS = 4096 * 4096

_SUB_IDS = {
    CaptureGroup.FACE: "0",
    CaptureGroup.LEFT_SLAP: "1",
    CaptureGroup.RIGHT_SLAP: "2",
    CaptureGroup.THUMBS: "3",
    CaptureGroup.IRISES: "3",
}
_ONE_EYE = {BiometricAttribute.LEFT_EYE: "1", BiometricAttribute.RIGHT_EYE: "2"}


class SbiReader:
    """Implements ``devices.api.BiometricCapture`` for fingers and eyes."""

    def __init__(self, found: Found, context: DeviceContext, memory: Memory, noticed: tuple[Finding, ...]) -> None:
        self._found = found
        self._context = context
        self._memory = memory
        self._noticed = noticed

    def capture(self, request: CaptureRequest, cancel: Event, on_preview: OnPreview) -> Sequence[CapturedSample]:
        """Raises ``DeviceUnavailable``, ``NotAuthentic``, ``Cancelled``."""
        samples: list[CapturedSample] = []
        for order in self._orders(request):
            link = samples[-1].hash if samples else request.previous_hash
            samples += self._taken(replace(order, previous_hash=link), cancel, on_preview)
        return [replace(each, findings=(*self._noticed, *each.findings)) for each in samples]

    def _orders(self, request: CaptureRequest) -> Iterator[CaptureOrder]:
        """One for each placement, and of a device that takes one at a time one for each finger or eye."""
        one_at_a_time = "single" in self._found.digital_id.sub_kind.lower()
        for group in CaptureGroup:
            wanted = [each for each in group.attributes if each in request.attributes]
            if wanted and one_at_a_time:
                for each in wanted:
                    sub_id = _ONE_EYE.get(each, _SUB_IDS[group])
                    yield self._order(request, [each], [], sub_id)
            elif wanted:
                left_out = [each for each in group.attributes if each not in wanted]
                yield self._order(request, wanted, left_out, _SUB_IDS[group])

    def _order(
        self,
        request: CaptureRequest,
        wanted: Sequence[BiometricAttribute],
        left_out: Sequence[BiometricAttribute],
        sub_id: str,
    ) -> CaptureOrder:
        offered = self._found.device.sub_ids
        if offered and sub_id not in offered:
            raise DeviceUnavailable(says.SBI_NOT_OFFERED, kind=self._found.kind.value)
        return CaptureOrder(
            bio_type=self._found.bio_type,
            subtypes=tuple(SUBTYPES[each.value] for each in wanted if SUBTYPES[each.value]),
            exceptions=tuple(SUBTYPES[each.value] for each in left_out),
            requested_score=request.requested_score,
            device_id=self._found.device.device_id,
            sub_id=sub_id,
            previous_hash=request.previous_hash,
            timeout_ms=round(1000 * request.timeout_s),
            transaction_id=request.transaction_id,
            environment=self._context.environment,
            at=self._context.clock(),
            spec_version=self._found.device.spec_version,
        )

    def _taken(self, order: CaptureOrder, cancel: Event, on_preview: OnPreview) -> Sequence[CapturedSample]:
        with _previewed(self._found, order.sub_id, cancel, on_preview, self._context):
            entries = self._answered(order, cancel)
        return Captures(self._found, order, self._context, self._memory).samples(entries)

    def _answered(self, order: CaptureOrder, cancel: Event) -> tuple[CaptureEntry, ...]:
        pauses = iter(_PAUSES_S)
        while True:
            entries = self._asked(order, cancel)
            error = next((each.error for each in entries if each.error), SbiError())
            if any(each.data for each in entries) or not says.meaning_of(error).may_ask_again:
                return entries
            pause = next(pauses, None)
            if pause is None:
                return entries
            if cancel.wait(pause):
                raise Cancelled(CANCELLED)
            order = replace(order, at=self._context.clock())

    def _asked(self, order: CaptureOrder, cancel: Event) -> tuple[CaptureEntry, ...]:
        patience = Patience(order.timeout_ms / 1000 + _AFTER_TIMEOUT_S, _MAXIMUM_ANSWER, cancel)
        kind = self._found.kind.value
        try:
            answer = ask(
                self._found.port, "RCAPTURE", f"{self._found.path}capture", capture_request(order), patience
            )
        except ServiceSilent as error:
            raise DeviceUnavailable(DEVICE_TIMEOUT, kind=kind) from error
        except ServiceGone as error:
            raise DeviceUnavailable(DEVICE_UNPLUGGED, kind=kind) from error
        except ServiceAbsurd as error:
            raise DeviceUnavailable(DEVICE_FAILED, kind=kind) from error
        alone = error_in(answer.body)
        return (CaptureEntry("", "", "", alone),) if alone else parse_capture(answer.body)


class SbiCamera(SbiReader):
    """A face camera: its preview as ``devices.api.Camera``, its own signed record as ``BiometricCapture``."""

    @property
    def digital_id(self) -> DigitalId:
        return self._found.identity

    def stream(self, on_frame: OnPreview, cancel: Event) -> None:
        """Raises ``DeviceUnavailable`` when the pictures end by themselves."""
        kind = self._found.kind.value
        try:
            _show(self._found, _SUB_IDS[CaptureGroup.FACE], cancel, on_frame, self._context)
        except Cancelled:
            return
        except ServiceSilent as error:
            raise DeviceUnavailable(DEVICE_TIMEOUT, kind=kind) from error
        except (ServiceGone, ServiceAbsurd) as error:
            raise DeviceUnavailable(DEVICE_UNPLUGGED, kind=kind) from error
        if not cancel.is_set():
            raise DeviceUnavailable(DEVICE_UNPLUGGED, kind=kind)


@contextmanager
def _previewed(
    found: Found, sub_id: str, cancel: Event, on_preview: OnPreview, context: DeviceContext
) -> Iterator[None]:
    """While the body runs, what the device sees; the connection is closed when this returns."""
    over = Event()

    def show() -> None:
        with suppress(ServiceSilent, ServiceGone, ServiceAbsurd, MusterError):
            _show(found, sub_id, over, on_preview, context)

    preview = Thread(target=show, name=f"sbi-preview-{found.port}", daemon=True)
    preview.start()
    try:
        yield
    finally:
        over.set()
        preview.join()


def _show(found: Found, sub_id: str, over: Event, on_frame: OnPreview, context: DeviceContext) -> None:
    """Raises what ``wire`` does, ``Cancelled`` when ``over`` was set, ``DeviceUnavailable`` for an error."""
    patience = Patience(_STALLED_S, _MAXIMUM_ANSWER, over)
    body = stream_request(found.device.device_id, sub_id, _PREVIEW_MS, found.device.spec_version)
    number = 0
    with streaming(found.port, f"{found.path}stream", body, patience) as (content_type, pieces):
        if content_type == "application/json":
            raise says.refusal(error_in(b"".join(pieces)), found.kind)
        for picture in pictures(pieces):
            with suppress(MalformedData):  # one bad picture of a moving one
                pixels = decode(picture, _MAXIMUM_PREVIEW_PIXELS)
                coloured = pixels if pixels.ndim == 3 else np.repeat(pixels[:, :, np.newaxis], 3, axis=2)
                on_frame(Frame(coloured, context.clock(), number))
                number += 1
