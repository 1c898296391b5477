"""Whether a condition can ever be true: a field nobody will ever see is a mistake in its specification. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from muster.domain.age_groups import AgeGroups
from muster.formats.expression import AllOf, AnyOf, Compared, Expression, Literal, Node, Not, Path

_MOST_UNKNOWNS = 12  # comparisons tried in all combinations


def can_hold(expression: Expression, ages: AgeGroups) -> bool:
    """Whether there is anything one could type, for somebody of any age group, that makes it true.

    Comparisons with the age group are worked out, others are taken for either way, each by itself: whether two of
    them contradict one another is not seen. With very many of them it is believed.
    """
    unknown = list(dict.fromkeys(_unknowns(expression.root)))
    if len(unknown) > _MOST_UNKNOWNS:
        return True
    return any(
        _holds(expression.root, dict(zip(unknown, ways, strict=True)), group)
        for group in (None, *ages.names)
        for ways in product((False, True), repeat=len(unknown))
    )


def _unknowns(node: Node) -> Iterator[Node]:
    match node:
        case Not():
            yield from _unknowns(node.of)
        case AllOf() | AnyOf():
            for each in node.of:
                yield from _unknowns(each)
        case Compared() if not _is_about_age_group(node):
            yield node
        case Path():
            yield node
        case _:
            pass


def _is_about_age_group(node: Compared) -> bool:
    sides = (node.left, node.right)
    return any(isinstance(each, Path) and each.asked_for == "ageGroup" for each in sides) and any(
        isinstance(each, Literal) for each in sides
    )


def _holds(node: Node, ways: Mapping[Node, bool], group: str | None) -> bool:
    match node:
        case Not():
            return not _holds(node.of, ways, group)
        case AllOf():
            return all(_holds(each, ways, group) for each in node.of)
        case AnyOf():
            return any(_holds(each, ways, group) for each in node.of)
        case Literal():
            return Expression("", node).holds({})
        case Compared() if _is_about_age_group(node):
            return Expression("", node).holds({"identity": {"ageGroup": group}})
        case _:
            return ways[node]
