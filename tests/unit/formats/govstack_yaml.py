"""The published enrollment API as JSON schemas: a reader for the little YAML it uses, and its repairs.

The file is not in the repository. It cannot validate anything as it stands: enums lack their commas, the items of
arrays are declared as properties that no text has, and two schemas are empty.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

Lines = list[tuple[int, str]]


def load_api(reference_data: Path) -> dict[str, Any]:
    """The API as published."""
    text = (reference_data / "govstack" / "enrollment.yaml").read_text(encoding="utf-8")
    lines = [(len(line) - len(line.lstrip()), line.strip()) for line in text.splitlines() if line.strip()]
    api = _block(lines)
    assert isinstance(api, dict)
    assert not lines
    return api


def schema_of(api: dict[str, Any], name: str) -> dict[str, Any]:
    """One schema of the API with its repairs."""
    repaired = _repaired(api["components"]["schemas"][name])
    assert isinstance(repaired, dict)
    return repaired


def _block(lines: Lines) -> Any:
    """Mapping or list at the first line's indentation; takes its lines away."""
    indent = lines[0][0]
    values: dict[str, Any] = {}
    items: list[Any] = []
    while lines and lines[0][0] == indent:
        content = lines.pop(0)[1]
        if content.startswith("- "):
            inner = content[2:]
            if ": " in inner:
                lines.insert(0, (indent + 2, inner))
                items.append(_block(lines))
            else:
                items.append(_scalar(inner))
            continue
        key, _, rest = content.partition(":")
        nested = bool(lines) and lines[0][0] > indent
        values[key.strip("'")] = _scalar(rest.strip()) if rest.strip() else _block(lines) if nested else None
    return items or values


def _scalar(text: str) -> Any:
    if text.startswith("'"):
        return text.strip("'")
    if text.startswith("["):
        return [each.strip() for each in text[1:-1].split(",")]
    return {"true": True, "false": False, "{}": {}}.get(text, text)


def _repaired(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_repaired(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: _repaired(value) for key, value in schema.items() if key != "example"}
    if isinstance(schema.get("enum"), list):
        schema["enum"] = [word for each in schema["enum"] for word in each.split()]
    if "properties" in schema and schema["properties"] is None:
        del schema["properties"]
    if "items" in schema:
        inner = schema["items"] or {"type": "string"}
        if inner.get("properties") == {"type": "string"}:  # meant: the items are texts
            inner = {"type": "string"}
        elif list(inner.get("properties") or ()) == ["value"]:  # the texts of an enum
            inner = inner["properties"]["value"]
        schema["items"] = inner
    return schema
