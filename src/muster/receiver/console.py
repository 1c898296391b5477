"""One page for supervisors: every machine, when it was last heard, what waits there, what was refused here.

Written by the server, without scripts. Whoever looks signs in with a name and a password that the hub's
administrator gave to supervisors; the cookie is for these paths only and is over after an hour. Forms carry a
token bound to that cookie, so that no other site can press a button here. Numbers and codes only: nobody's data.
"""

from __future__ import annotations

import json
import os
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from html import escape
from importlib.resources import files
from threading import Lock
from urllib.parse import parse_qs

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from muster.clock import Clock, parse_rfc3339
from muster.crypto.key_slots import Argon2Cost, KeySlot, open_slot
from muster.crypto.keyed_hash import KeyedHash
from muster.errors import BadInput, SignInRefused
from muster.receiver.doorkeeper import Doorkeeper
from muster.receiver.forwarding_queue import EnrollmentQueue, ForwardingQueue, PacketQueue
from muster.receiver.machines import SHOWN_OF_A_KEY, KnownMachine, Standing
from muster.receiver.storage import USER_ID, Storage
from muster.receiver.tables import announcement, enrollment, packet, refusal
from muster.receiver.wrong_attempts import WAIT_S, WrongAttempts

PATH = "/console"
COOKIE = "muster-console"
SIGNED_IN_FOR = timedelta(hours=1)
_NEWEST = 50
_SKEW_TOLD_S = 60
_WORDS: Mapping[str, Mapping[str, str]] = json.loads(
    (files("muster") / "receiver" / "console_words.json").read_text(encoding="utf-8")
)
_STANDING_WORDS: Mapping[Standing, str] = {
    Standing.ASKED: "asked",
    Standing.APPROVED: "approved",
    Standing.BARRED: "barred",
    Standing.REFUSED: "turned_away",
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# The colours are those of the station's window, light and dark.
_STYLE = """
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif;--ink:light-dark(#16232f,#e8eef3);
--soft:light-dark(#4a5a68,#b3c1cc);--paper:light-dark(#fff,#1d2831);--ground:light-dark(#eef2f5,#131b22);
--line:light-dark(#c4ced6,#3c4b57);--edge:light-dark(#768895,#7b8d9b);--strong:light-dark(#0c3f60,#7db8dc)}
body{margin:0;background:var(--ground);color:var(--ink)}
header{background:#0c3f60;color:#fff;padding:.5rem max(1.5rem,50vw - 39rem);display:flex;gap:1rem;
align-items:center;justify-content:space-between}
h1{font-size:1.3rem;margin:0}h2{font-size:1.1rem;margin:0 0 .5rem}
header div{display:flex;gap:1rem;align-items:center}
main{margin:0 auto;max-width:78rem;padding:1rem 1.5rem;display:grid;gap:1rem}
section,form.alone{background:var(--paper);border:1px solid var(--line);border-radius:.5rem;padding:1rem 1.25rem}
section p{color:var(--soft);margin:0 0 .5rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:start;padding:.4rem .75rem;vertical-align:middle}
th:first-child,td:first-child{padding-inline-start:0}
tbody tr{border-top:1px solid var(--line)}
th{font-weight:600;color:var(--soft)}td.n{text-align:end;font-variant-numeric:tabular-nums}
code{font-size:.85em;overflow-wrap:anywhere;direction:ltr;unicode-bidi:isolate}
td:has(form){white-space:nowrap}
.told{font-weight:600;margin:0}
form{display:inline}form.alone{display:grid;gap:1rem;width:20rem;margin:4rem auto}
button,input{font:inherit;color:inherit;padding:.35rem .8rem;min-height:2.5rem;border:1px solid var(--edge);
border-radius:.35rem;background:var(--paper)}
button{color:var(--strong);font-weight:600;cursor:pointer}button:hover{border-color:var(--strong)}
:focus-visible{outline:3px solid var(--strong);outline-offset:2px}
form.alone input{display:block;width:100%;box-sizing:border-box}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(12rem,1fr));gap:1rem;margin:0}
dt{color:var(--soft)}dd{margin:0;font-size:1.6rem;font-variant-numeric:tabular-nums}
"""


# For a name nobody has, saying no takes as long as to a wrong password.
_NOBODY = KeySlot("-", os.urandom(16), Argon2Cost(), os.urandom(48))


class Console:
    def __init__(self, storage: Storage, doorkeeper: Doorkeeper, clock: Clock) -> None:
        self._storage = storage
        self._doorkeeper = doorkeeper
        self._clock = clock
        self._packets = PacketQueue(storage.database, clock)
        self._enrollments = EnrollmentQueue(storage.database, clock)
        self._marks = KeyedHash(storage.center_key.octets, "hub/console")
        self._one_password = Lock()  # each costs 64 MiB; nobody waits, so that no thread is taken from stations
        self._wrong_attempts = WrongAttempts(storage.database, clock)

    def routes(self) -> list[Route]:
        return [
            Route(PATH, self._page),
            Route(f"{PATH}/sign-in", self._sign_in, methods=["POST"]),
            Route(f"{PATH}/sign-out", self._sign_out, methods=["POST"]),
            Route(f"{PATH}/decide", self._decide, methods=["POST"]),
        ]

    async def _page(self, request: Request) -> Response:
        words, token = page_words(request), request.cookies.get(COOKIE, "")
        user = await run_in_threadpool(self._doorkeeper.supervisor, token)
        if user is None:
            return _html(words, _sign_in_form(words, "wrong" if "wrong" in request.query_params else ""))
        return _html(words, await run_in_threadpool(self._overview, words, user, token))

    async def _sign_in(self, request: Request) -> Response:
        form = await _form(request)
        try:
            token = await run_in_threadpool(self._token, form.get("name", ""), form.get("password", ""))
        except _LaterError:
            return _later(page_words(request))
        if token is None:
            return RedirectResponse(f"{PATH}?wrong", 303)
        answer = RedirectResponse(PATH, 303)
        answer.set_cookie(
            COOKIE,
            token,
            max_age=int(SIGNED_IN_FOR.total_seconds()),
            path=PATH,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer

    async def _sign_out(self, request: Request) -> Response:
        answer = RedirectResponse(PATH, 303)
        answer.delete_cookie(COOKIE, path=PATH)
        return answer

    async def _decide(self, request: Request) -> Response:
        form, token = await _form(request), request.cookies.get(COOKIE, "")
        user = await run_in_threadpool(self._doorkeeper.supervisor, token)
        if user is None or not secrets.compare_digest(form.get("token", "").encode(), self._mark(token).encode()):
            return RedirectResponse(PATH, 303)
        await run_in_threadpool(self._act, form, user)
        return RedirectResponse(PATH, 303)

    def _act(self, form: Mapping[str, str], user: str) -> None:
        try:
            if form.get("packet"):
                self._packets.again_now(form["packet"])
            elif form.get("enrollment"):
                self._enrollments.again_now(form["enrollment"])
            elif form.get("enrollments") and self._storage.enrollment_forwards is not None:
                self._enrollments.put_those_before()
            elif form.get("address"):
                self._storage.known.refuse_all_from(form["address"], user)
            else:
                standing = Standing(form.get("standing", ""))
                self._storage.known.decide(form.get("station", ""), standing, user, form.get("key", ""))
        except (BadInput, ValueError):  # a station or a word that is none: the page shows what is
            return

    def _token(self, user_id: str, password: str) -> str | None:
        """Raises ``_LaterError`` for who was wrong too often, and while another password is looked at."""
        name = user_id if USER_ID.fullmatch(user_id) else ""
        who = self._marks.of("attempts", name)  # some type their password where the name belongs
        if not self._one_password.acquire(blocking=False):
            raise _LaterError
        try:
            if not self._wrong_attempts.may_try(who):
                raise _LaterError
            slot = self._storage.supervisor(name)
            open_slot(slot or _NOBODY, password)
        except SignInRefused:
            return None
        finally:
            self._one_password.release()
        self._wrong_attempts.forget(who)
        return self._doorkeeper.supervisor_token(name, self._clock() + SIGNED_IN_FOR)

    def _mark(self, token: str) -> str:
        return self._marks.of("form", token)

    def _overview(self, words: Mapping[str, str], user: str, token: str) -> str:
        mark = self._mark(token)
        sign_out = f'<form method="post" action="{PATH}/sign-out">{_button(words["sign_out"])}</form>'
        head = f"<header><h1>{escape(words['title'])}</h1><div><bdi>{escape(user)}</bdi>{sign_out}</div></header>"
        known = self._storage.known.all()
        parts = (
            self._counts(words),
            self._asking(words, known, mark),
            self._stations(words, known, mark),
            self._refused(words),
            self._on(words, "packet", self._packets, mark),
            self._on(words, "enrollment", self._enrollments, mark, self._kept_before(words, mark)),
            self._decisions(words),
        )
        return f"{head}<main>{''.join(f'<section>{each}</section>' for each in parts if each)}</main>"

    def _counts(self, words: Mapping[str, str]) -> str:
        count = sa.func.count()
        here = sa.select(packet.c.packet_id)
        with self._storage.database.reading() as connection:
            numbers = {
                "accepted": connection.scalar(sa.select(count).select_from(packet)),
                "announced": connection.scalar(
                    sa.select(count).select_from(announcement).where(announcement.c.packet_id.not_in(here))
                ),
                "refused": connection.scalar(
                    sa.select(count).select_from(refusal).where(refusal.c.packet_id.not_in(here))
                ),
                "enrollments": connection.scalar(sa.select(count).select_from(enrollment)),
            }
        shown = "".join(
            f"<div><dt>{escape(words[name])}</dt><dd>{n or 0}</dd></div>"
            for name, n in numbers.items()
            if n or name != "enrollments"  # most centers have none
        )
        return f"<h2>{escape(words['packets'])}</h2><dl>{shown}</dl>"

    def _asking(self, words: Mapping[str, str], known: Sequence[KnownMachine], mark: str) -> str:
        """Who wants to be let in. Where several asked from one address they can be refused together."""
        asking = [each for each in known if each.standing is Standing.ASKED]
        if not asking:
            return ""
        rows = [
            [
                f"<td>{_sign(each.ref_id)}</td>",
                f"<td>{_moment(each.asked_at)}</td>",
                f"<td>{_sign(each.asked_from)}</td>",
                f"<td><code>{escape(each.sign_index)}</code></td>",
                f"<td>{_decision(words, each, Standing.APPROVED, 'approve', mark)} "
                f"{_decision(words, each, Standing.REFUSED, 'refuse', mark)}</td>",
            ]
            for each in sorted(asking, key=lambda each: each.asked_at)
        ]
        from_each = Counter(each.asked_from for each in asking if each.asked_from)
        many = [address for address, number in from_each.items() if number > 1]
        together = " ".join(
            _hidden({"address": each, "token": mark}, words["refuse_all"].format(address=each)) for each in many
        )
        listed = _table(words, ("station", "when", "asked_from", "key", ""), rows)
        return f"<h2>{escape(words['asking'])}</h2><p>{escape(words['compare'])}</p>{listed}<div>{together}</div>"

    def _stations(self, words: Mapping[str, str], known: Sequence[KnownMachine], mark: str) -> str:
        rows = [self._station(words, each, mark) for each in known if each.standing is not Standing.ASKED]
        names = ("station", "standing", "seen", "waiting", "skew", "version", "key")
        return f"<h2>{escape(words['stations'])}</h2>{_table(words, (*names, ''), rows)}"

    def _decisions(self, words: Mapping[str, str]) -> str:
        rows = [
            [
                f"<td>{_moment(each.at)}</td>",
                f"<td>{escape(each.by)}</td>",
                f"<td>{_sign(each.ref_id)}</td>",
                f"<td>{escape(words[_STANDING_WORDS[each.standing]])}</td>",
                f"<td><code>{escape(_short(each.sign_index))}</code></td>",
            ]
            for each in self._storage.known.decisions(_NEWEST)
        ]
        listed = _table(words, ("when", "who", "station", "decision", "key"), rows)
        return f"<h2>{escape(words['decisions'])}</h2>{listed}"

    def _station(self, words: Mapping[str, str], each: KnownMachine, mark: str) -> list[str]:
        heard, skew = each.heard, each.heard.skew_s
        off = "" if skew is None else f"{skew:+.0f} s"
        told = skew is not None and abs(skew) > _SKEW_TOLD_S
        is_in = each.standing is Standing.APPROVED
        other, word = (Standing.BARRED, "bar") if is_in else (Standing.APPROVED, "approve")
        return [
            f"<td>{_sign(each.ref_id)}</td>",
            f"<td>{escape(words[_STANDING_WORDS[each.standing]])}</td>",
            f"<td>{_moment(each.seen_at) if each.seen_at else escape(words['never'])}</td>",
            f'<td class="n">{"" if heard.waiting is None else heard.waiting}</td>',
            f'<td class="n{" told" if told else ""}" dir="ltr">{off}</td>',
            f"<td>{escape(heard.version or '')}</td>",
            f"<td><code>{escape(_short(each.sign_index))}</code></td>",
            f"<td>{_decision(words, each, other, word, mark)}</td>",
        ]

    def _refused(self, words: Mapping[str, str]) -> str:
        here = sa.select(packet.c.packet_id)
        query = sa.select(refusal).where(refusal.c.packet_id.not_in(here)).order_by(refusal.c.refused_at.desc())
        with self._storage.database.reading() as connection:
            found = connection.execute(query.limit(_NEWEST)).all()
        rows = [
            [
                f"<td>{_sign(row.packet_id)}</td>",
                f"<td>{_moment(parse_rfc3339(row.refused_at))}</td>",
                f"<td>{_sign(row.code)}</td>",
                f'<td class="n">{row.size}</td>',
            ]
            for row in found
        ]
        listed = _table(words, ("packet", "when", "code", "size"), rows)
        return f"<h2>{escape(words['refused_list'])}</h2>{listed}"

    def _on(self, words: Mapping[str, str], kind: str, queue: ForwardingQueue, mark: str, beside: str = "") -> str:
        """What goes on to another system, where it does. ``kind`` is the word for one of it."""
        counts = queue.counts()
        if not counts and not beside:
            return ""
        shown = "".join(
            f"<div><dt>{escape(words[f'forward_{name}'])}</dt><dd>{n}</dd></div>"
            for name, n in sorted(counts.items())
        )
        rows = [
            [
                f"<td>{_sign(number)}</td>",
                f"<td>{_sign(code)}</td>",
                f"<td>{_hidden({kind: number, 'token': mark}, words['send_again'])}</td>",
            ]
            for number, code in queue.refusals(_NEWEST)
        ]
        refused = _table(words, (kind, "code", ""), rows)
        return f"<h2>{escape(words[f'forwards_{kind}'])}</h2><dl>{shown}</dl>{beside}{refused}"

    def _kept_before(self, words: Mapping[str, str], mark: str) -> str:
        """Enrollments that came before they had where to go. Nobody sends them unasked."""
        number = self._enrollments.kept_before() if self._storage.enrollment_forwards is not None else 0
        if not number:
            return ""
        send = _hidden({"enrollments": "all", "token": mark}, words["send_on"])
        return f"<p>{escape(words['kept_before'].format(number=number))}</p><div>{send}</div>"


def page_words(request: Request) -> Mapping[str, str]:
    """In the first of the browser's languages that there is."""
    wanted = request.headers.get("accept-language", "").split(",")
    for each in wanted:
        language = each.partition(";")[0].strip().partition("-")[0].lower()
        if language in _WORDS:
            return _WORDS[language]
    return _WORDS["en"]


def written(words: Mapping[str, str], word: str, status: int) -> Response:
    """A page with one sentence."""
    answer = _html(words, f"<p>{escape(words[word])}</p>")
    answer.status_code = status
    return answer


def _html(words: Mapping[str, str], body: str) -> HTMLResponse:
    page = (
        f'<!doctype html><html lang="{words["lang"]}" dir="{words["dir"]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(words['title'])}</title><style>{_STYLE}</style></head><body>{body}</body></html>"
    )
    return HTMLResponse(page, headers=_HEADERS)


def _later(words: Mapping[str, str]) -> Response:
    answer = _html(words, _sign_in_form(words, "later"))
    answer.status_code = 429
    answer.headers["Retry-After"] = str(WAIT_S)
    return answer


def _sign_in_form(words: Mapping[str, str], word: str) -> str:
    """``word`` names what is told above it."""
    told = f'<p class="told" role="alert">{escape(words[word])}</p>' if word else ""
    return (
        f"<header><h1>{escape(words['title'])}</h1></header>"
        f'<form class="alone" method="post" action="{PATH}/sign-in">{told}'
        f'<label>{escape(words["name"])}<input name="name" autocomplete="username" required></label>'
        f"<label>{escape(words['password'])}"
        '<input name="password" type="password" autocomplete="current-password" required></label>'
        f"{_button(words['sign_in'])}</form>"
    )


def _table(words: Mapping[str, str], names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return f"<p>{escape(words['nothing'])}</p>"
    head = "".join(f'<th scope="col">{escape(words.get(each, ""))}</th>' for each in names)
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _hidden(fields: Mapping[str, str], label: str) -> str:
    inputs = "".join(
        f'<input type="hidden" name="{name}" value="{escape(text)}">' for name, text in fields.items()
    )
    return f'<form method="post" action="{PATH}/decide">{inputs}{_button(label)}</form>'


def _decision(words: Mapping[str, str], about: KnownMachine, standing: Standing, word: str, mark: str) -> str:
    """The button names the key that is shown beside it."""
    fields = {"station": about.ref_id, "key": about.sign_index, "standing": standing.value, "token": mark}
    return _hidden(fields, words[word])


def _sign(text: str) -> str:
    """A number, code or address: from left to right in every language, else its parts change places."""
    return f'<bdi dir="ltr">{escape(text)}</bdi>'


def _moment(at: datetime) -> str:
    return _sign(f"{at:%Y-%m-%d %H:%M} UTC")


def _short(sign_index: str) -> str:
    return sign_index[:SHOWN_OF_A_KEY]


def _button(label: str) -> str:
    return f"<button>{escape(label)}</button>"


async def _form(request: Request) -> dict[str, str]:
    try:
        fields = parse_qs((await request.body()).decode("utf-8"), max_num_fields=10)
    except ValueError:
        return {}
    return {name: values[-1] for name, values in fields.items()}


class _LaterError(Exception):
    pass
