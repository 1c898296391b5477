"""What the officer signs: one digest over everything a registration says. Pure.

SHA-256 over canonical JSON (sorted keys, no blanks, UTF-8) of the answers, with pictures and records
represented by their own SHA-256. Fixed when the officer signs; a change of any answer changes it.
"""

from __future__ import annotations

import hashlib
import json

from muster.clock import rfc3339
from muster.domain.applicant import DemographicValue, LocalizedText
from muster.domain.lifecycle import Captures, Registration


def content_digest(state: Registration) -> str:
    """Lower-case hex SHA-256."""
    consent = state.consent
    content: dict[str, object] = {
        "registration": state.id.text,
        "process": state.started.process.value,
        "languages": list(state.started.languages),
        "schema": state.started.schema_version,
        "consent": [consent.language, consent.text_version, rfc3339(consent.at)] if consent else None,
        "demographics": {name: _plain(value) for name, value in state.demographics.items()},
        "documents": {
            field: [each.facts.type_code, each.facts.format, each.facts.reference, each.content.digest]
            for field, each in state.documents.items()
        },
        **_captured(state),
    }
    # Only where there is one: what was signed before these existed keeps its digest.
    if state.request is not None:
        content["request"] = state.request
    if state.introducer.samples or state.introducer.exceptions:
        content["introducer"] = _captured(state.introducer)
    if state.exception_photo is not None:
        content["exception_photo"] = state.exception_photo.record.digest
    if state.proof is not None:
        content["proof"] = [state.proof.outcome.value, state.proof.execution, state.proof.use_case]
    if state.form_choices.words_kept:
        content["words_kept"] = dict(state.form_choices.words_kept)
    if state.answers:
        content["answers"] = {
            question.value: [
                each.reply.value,
                each.language,
                each.shown,
                rfc3339(each.at),
                each.signature.digest if each.signature else None,
            ]
            for question, each in state.answers.items()
        }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _captured(captures: Registration | Captures) -> dict[str, object]:
    return {
        "samples": {
            attribute.value: [each.record.digest, each.facts.quality, each.facts.forced]
            for attribute, each in captures.samples.items()
        },
        "exceptions": {
            attribute.value: [each.kind.value, each.reason, *([each.comment] if each.comment else [])]
            for attribute, each in captures.exceptions.items()
        },
    }


def _plain(value: DemographicValue) -> str | dict[str, str]:
    return dict(value.values) if isinstance(value, LocalizedText) else value
