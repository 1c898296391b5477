"""What each kind of evidence is worth, and what all of it together: the level table, as data.

``levels.json`` is the default; a deployment may bring its own. A *row* is a kind of evidence with the most it can
be worth and what it scores when verified; a *level* says which verified rows reach it. The sources name levels
without saying how they are reached (ID&V) or on other scales (eIDAS, NIST SP 800-63A), so that nowhere in the code
two scales are compared: only this table stands between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from muster.domain.evidence import EvidenceLevel, LevelOfAssurance
from muster.domain.proofing import Aal, Assurance, Eidas, Ial, Scenario, Strength
from muster.errors import Code, MalformedData
from muster.proofing.definitions import Part

LEVELS_UNREADABLE = Code(
    "LEVELS_UNREADABLE", "The table of assurance levels has a missing or wrong value at {place}."
)

_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class Row(Part):
    """``strength`` is the most evidence of this kind can be worth, ``score`` what it is worth when verified."""

    strength: Annotated[EvidenceLevel, Field(strict=False)]
    score: Annotated[EvidenceLevel, Field(strict=False)]
    eidas: Annotated[Eidas | None, Field(strict=False)] = None
    ial: Annotated[Ial | None, Field(strict=False)] = None
    aal: Annotated[Aal | None, Field(strict=False)] = None
    evidence_strength: Annotated[Strength | None, Field(strict=False)] = None

    @property
    def assurance(self) -> Assurance:
        return Assurance(self.eidas, self.ial, self.aal, self.evidence_strength)


class Bonus(Part):
    """Evidence of ``rows`` scores ``steps`` more where another piece, counting as ``linked_by``, hangs on it."""

    rows: Annotated[tuple[_Name, ...], Field(strict=False)]
    linked_by: _Name
    scenario: Annotated[Scenario | None, Field(strict=False)] = None
    steps: Annotated[int, Field(ge=1, le=5)]


class LevelRule(Part):
    """Reached by one verified piece: of one of ``rows`` (any, without), worth ``least_score``, with a verified
    piece of ``linked_by`` hanging on it, and handed in where ``scenario`` says."""

    id: Annotated[str, Field(min_length=1, max_length=64)]
    reaches: Annotated[LevelOfAssurance, Field(strict=False)]
    rows: Annotated[tuple[_Name, ...] | None, Field(strict=False)] = None
    least_score: Annotated[EvidenceLevel, Field(strict=False)] = EvidenceLevel.LEVEL1
    linked_by: _Name | None = None
    scenario: Annotated[Scenario | None, Field(strict=False)] = None


class LevelTable(Part):
    """``providers`` are identity providers whose claims score otherwise than their row says, by their names;
    ``upgrades`` what an officer could ask a person for, each a set of rows."""

    rows: Mapping[_Name, Row]
    providers: Mapping[str, Annotated[EvidenceLevel, Field(strict=False)]] = Field(default_factory=dict)
    derived_strength: Annotated[EvidenceLevel, Field(strict=False)] = EvidenceLevel.LEVEL5
    bonuses: Annotated[tuple[Bonus, ...], Field(strict=False)] = ()
    levels: Annotated[tuple[LevelRule, ...], Field(strict=False, min_length=1)]
    upgrades: Annotated[
        tuple[Annotated[tuple[_Name, ...], Field(strict=False, min_length=1)], ...], Field(strict=False)
    ] = ()

    @classmethod
    def parse(cls, text: str | bytes) -> LevelTable:
        """Raises ``MalformedData(LEVELS_UNREADABLE)``, also when a rule names a row that is not there."""
        try:
            table = cls.model_validate_json(text)
        except ValidationError as error:
            place = ".".join(str(part) for part in error.errors()[0]["loc"])[:200] or "the beginning"
            raise MalformedData(LEVELS_UNREADABLE, place=place) from error
        for place, name in table._named():
            if name not in table.rows:
                raise MalformedData(LEVELS_UNREADABLE, place=place)
        return table

    def _named(self) -> list[tuple[str, str]]:
        named = [(f"upgrades.{at}", name) for at, rows in enumerate(self.upgrades) for name in rows]
        named += [
            (f"bonuses.{at}", name)
            for at, each in enumerate(self.bonuses)
            for name in (*each.rows, each.linked_by)
        ]
        for at, rule in enumerate(self.levels):
            names = (*(rule.rows or ()), *((rule.linked_by,) if rule.linked_by else ()))
            named += [(f"levels.{at}", name) for name in names]
        return named


@cache
def shipped_levels() -> LevelTable:
    return LevelTable.parse(Path(__file__).with_name("levels.json").read_bytes())
