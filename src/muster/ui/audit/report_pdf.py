"""A registration's story on A4, for whoever asked for it. Laid out by Qt, as slips are; signed elsewhere."""

from __future__ import annotations

import html

from PySide6.QtWidgets import QApplication

from muster.ui.a4 import pages_of
from muster.ui.audit import words
from muster.ui.language import tr, word
from muster.workstation.audit_report import AuditReport
from muster.workstation.trail_story import DeviceUsed, StoryLine, Tone

_MARKS = {Tone.CHANGED: "✎", Tone.POOR: "!", Tone.LOOKED: "◉", Tone.DECIDED: "✓", Tone.PAUSE: "…"}


def lay_out(report: AuditReport) -> bytes:
    """As PDF, in the window's language. Works without a display."""
    return pages_of(lambda: report.story.registration_id.text, lambda document: _html(report))


def _html(report: AuditReport) -> str:
    right_to_left, number = QApplication.isRightToLeft(), report.story.registration_id.text
    parts = [
        f"<h2>{_text(tr('What happened to registration {number}', number=number))}</h2>",
        f"<p>{_text(_training())}</p>" if report.is_training else "",
        f"<p>{_text(_made(report))}<br>{_text(words.verdict_words(report.verdict))}<br>"
        f"{_text(tr('Head of the trail: {digest}', digest=report.verdict.head))}<br>"
        f"{_text(tr('Signed by the key {fingerprint}', fingerprint=report.key))}</p>",
        *_review(report),
        *_devices(report.story.devices),
        f"<h3>{_text(tr('What happened'))}</h3>",
        f"<p>{_text(_signs())}</p>",
        "<table cellspacing='0' cellpadding='3' width='100%'>",
        _heads(),
        *map(_row, report.story.lines),
        "</table>",
    ]
    return f"<div dir='{'rtl' if right_to_left else 'ltr'}'>{''.join(parts)}</div>"


def _training() -> str:
    return tr("This station is for training with invented people: nothing leaves this computer.")


def _made(report: AuditReport) -> str:
    return tr(
        "Made at station {station} by {name}, {time}",
        station=report.station,
        name=report.made_by,
        time=words.moment_anywhere(report.made_at),
    )


def _review(report: AuditReport) -> list[str]:
    line = report.review
    if line is None:
        return []
    told = [words.flag_words(each) for each in line.flags] or [tr("No sign of anything unusual.")]
    if line.decision is not None and line.decided_at is not None:
        reason = f" ({words.reason_words(line.reason)})" if line.reason else ""
        told.append(
            tr(
                "{decision}{reason} by {name}, {time}",
                decision=words.decision_words(line.decision),
                reason=reason,
                name=line.decided_by,
                time=words.moment_anywhere(line.decided_at),
            )
        )
    items = "".join(f"<li>{_text(each)}</li>" for each in told)
    return [f"<h3>{_text(tr('Review'))}</h3><ul>{items}</ul>"]


def _devices(devices: tuple[DeviceUsed, ...]) -> list[str]:
    if not devices:
        return []
    items = "".join(f"<li>{_text(_device(each))}</li>" for each in devices)
    return [f"<h3>{_text(tr('Devices'))}</h3><ul>{items}</ul>"]


def _device(device: DeviceUsed) -> str:
    signed = tr("signed with the certificate {digest}", digest=device.certificate) if device.certificate else ""
    said = (word(device.kind), f"{device.make} {device.model}", device.serial, signed)
    return " · ".join(each for each in said if each)


def _signs() -> str:
    told = (
        (Tone.CHANGED, tr("changed after something had been captured")),
        (Tone.POOR, tr("a capture that did not do, or was kept all the same")),
        (Tone.LOOKED, tr("somebody saw what is not for everybody")),
        (Tone.DECIDED, tr("somebody decided")),
    )
    return " · ".join(f"{_MARKS[tone]} {meaning}" for tone, meaning in told)


def _heads() -> str:
    cells = (tr("When"), "", tr("What"), tr("Who"), tr("Number"))
    return f"<thead><tr>{''.join(f'<td><i>{_text(each)}</i></td>' for each in cells)}</tr></thead>"


def _row(line: StoryLine) -> str:
    mark = _MARKS.get(line.tone, "")
    number = "" if line.sequence is None else str(line.sequence)
    facts = words.facts_of(line.facts)
    said = f"<b>{_text(words.title_of(line))}</b>" + (f"<br>{_text(facts)}" if facts else "")
    return (
        f"<tr><td>{_text(words.moment_anywhere(line.at))}</td><td>{mark}</td><td>{said}</td>"
        f"<td>{_text(line.actor)}</td><td>{number}</td></tr>"
    )


def _text(text: str) -> str:
    return html.escape(text)
