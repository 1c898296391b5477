"""What a field takes, for whoever wrote it otherwise."""

from __future__ import annotations

from muster.ui.language import tr
from muster.workstation.forms import FormField


def format_words(field: FormField, language: str) -> str:
    """Empty where its pattern does not say it in one piece, and nobody would know it by an example."""
    if (field.sub_type or field.id).lower() == "email":
        return tr("It looks like this: name@example.org")
    shapes = (each.shape for each in field.validators if each.is_for(language or None))
    shape = next((each for each in shapes if each is not None), None)
    if shape is None:
        return ""
    numbers = {"least": shape.least, "most": shape.most}
    if not shape.is_digits:
        return tr("It takes {least} to {most} characters.", **numbers)
    if shape.least == shape.most:
        words = tr("It takes {count} digits and no spaces between them.", count=shape.least)
    else:
        words = tr("It takes {least} to {most} digits and no spaces between them.", **numbers)
    return f"{words} {tr('A + may stand before them.')}" if shape.may_have_plus else words
