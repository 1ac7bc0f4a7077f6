"""A refusal as application/problem+json (RFC 9457), its facts as plain values."""

from collections.abc import Mapping
from typing import Any

from litestar import Response

from api.refusals import Refusal
from workflow.outstanding import Outstanding


def problem(answer: Refusal) -> "Response[dict[str, Any]]":
    """The answer to a program."""
    body = {
        "type": f"urn:charte:error:{answer.code}",
        "title": answer.title,
        "status": answer.status,
        "code": answer.code,
        "detail": answer.detail,
        "facts": plain_facts(answer.facts),
    }
    return Response(body, status_code=answer.status, media_type="application/problem+json")


def plain_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as plain JSON: what is outstanding by its codes, sets as sorted lists."""
    return {name: _plain(value) for name, value in facts.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Outstanding):
        return {
            "reason": value.reason,
            "section": value.slice_id,
            "requirement": value.requirement,
            "team": value.team,
            "missing": value.missing,
            "who_can": sorted(value.who_can),
        }
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(map(_plain, value))
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value
