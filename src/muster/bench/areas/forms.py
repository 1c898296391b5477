"""What happens at each key in a form: a place found among many, what is shown now, whether it will do."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial

from muster.bench.measuring import Rounds, Row
from muster.formats.expression import Expression
from muster.workstation.demo import demo_script
from muster.workstation.form_checking import check_form
from muster.workstation.form_conditions import Circumstances, shown_fields
from muster.workstation.forms import build_form, spell_out
from muster.workstation.places import PlaceIndex
from muster.workstation.reference import Choice, ReferenceData

PLACES = 100_000
_ONLY_ONCE = 1_000
_SYLLABLES = ("ba", "ko", "mi", "tu", "re", "sa", "lo", "ni", "fe", "da")
_TODAY = date(2026, 3, 1)
_NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_LANGUAGES = ("eng", "fra")
_CONDITION = (
    "identity.get('ageGroup') == 'INFANT' && (identity.get('phone') == nil || identity.get('phone') == empty)"
)


def rows(rounds: Rounds) -> Iterator[Row]:
    yield _finding(rounds)
    reference = ReferenceData.load()
    form = build_form(reference)
    values = spell_out(demo_script().demographics, form, _LANGUAGES)
    condition = Expression.parse(_CONDITION)
    scope = {"identity": {"ageGroup": "ADULT", "phone": "0123456789"}}
    yield rounds.compare(
        "a form's fields shown and checked",
        lambda: (
            shown_fields(form, values, Circumstances(_TODAY)),
            check_form(values, form, reference, _LANGUAGES, _NOW),
        ),
        "one condition, for each field",
        lambda: [condition.holds(scope) for _ in form],
        repeat=20,
    )


def _finding(rounds: Rounds) -> Row:
    count = _ONLY_ONCE if rounds.once else PLACES
    names = [a + b + c for a in _SYLLABLES for b in _SYLLABLES for c in _SYLLABLES]
    towns = [
        Choice(
            f"T{n}",
            {"eng": f"{names[n % 1000]} {names[n // 100 % 1000]}", "fra": f"É {names[n % 1000]}"},
            f"R{n % 100}",
        )
        for n in range(count)
    ]
    regions = tuple(Choice(f"R{n}", {"eng": f"Region {names[n]}"}) for n in range(100))
    index = PlaceIndex({1: regions, 2: tuple(towns)})
    listed = sorted(each.labels["eng"] for each in towns)
    return rounds.compare(
        f"a place found among {count:,}",
        partial(index.find, "bako mi"),
        "the names that begin so, in a sorted list",
        lambda: listed[bisect_left(listed, "bako") : bisect_left(listed, "bakp")],
        repeat=20,
    )
