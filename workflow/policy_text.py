"""A policy as the TOML file that one reads, compares and takes away: `read_policy` of it is the same policy."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from workflow.policy import Policy


def as_toml(policy: Policy) -> str:
    """The file's text: what has a default and keeps it is left out, so that two files differ where the rules do."""
    value = policy.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    return "\n".join(_table(value, "")).strip() + "\n"


def _table(value: Mapping[str, Any], name: str) -> Iterator[str]:
    deeper = {key: found for key, found in value.items() if _is_table(key, found)}
    for key, found in value.items():
        if key not in deeper:
            yield f"{key} = {_said(found)}"
    for key, found in deeper.items():
        path = f"{name}.{key}" if name else key
        for one in found if isinstance(found, list) else [found]:
            yield ""
            yield f"[[{path}]]" if isinstance(found, list) else f"[{path}]"
            yield from _table(one, path)


def _is_table(key: str, found: Any) -> bool:
    return (isinstance(found, list) and found and isinstance(found[0], dict)) or (
        key == "interim" and isinstance(found, dict)
    )


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_said(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_said(one) for one in value) + "]"
    # A JSON string is a TOML basic string but for DEL, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
