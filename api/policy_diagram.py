"""A policy's way to publication as a drawing: stages from left to right, and the fast path below. Pure: SVG as text.

What it shows is said beside it in words, and in its own description for whoever does not see it.
"""

from collections.abc import Mapping
from typing import Final

from markupsafe import Markup

from api.i18n import N_, translations
from api.policy_sentences import condition_words, quorum_words, said, scope_words, sentences
from workflow.policy import Policy, Requirement

LANE, GAP, NODE, STEP, TOP = 300, 44, 268, 70, 50
#: As broad as a page shows at the size of its other words.
BROAD: Final = 1000
#: Letters that fit into a box.
MOST: Final = 36


def diagram(policy: Policy, teams: Mapping[str, str], language: str) -> Markup:
    """The drawing, with a title and a description."""
    say = translations(language).gettext
    most = max(len(stage.require) for stage in policy.stage)
    middle = TOP + most * STEP // 2 - 4
    bottom = TOP + most * STEP + 4
    parts = [_box(0, middle - 23, 168, say(N_("Draft")), say(N_("both sides write")))]
    left = 220
    for number, stage in enumerate(policy.stage, 1):
        parts.append(_edge(f"M{left - 52} {middle}H{left - 2}"))
        parts.append(Markup('<rect class="lane" x="{}" y="14" width="{}" height="{}" rx="10"/>').format(
            left, LANE, bottom - 14,
        ))  # fmt: skip
        title = say(N_("Stage %(number)d, %(stage)s")) % {"number": number, "stage": said(stage.name, language)}
        parts.append(_text(left + 16, 37, title, "sub"))
        top = TOP + (most - len(stage.require)) * STEP // 2
        for place, need in enumerate(stage.require):
            parts.append(_requirement(left + 16, top + place * STEP, need, teams, language))
        left += LANE + GAP + 8
    parts.append(_edge(f"M{left - 52} {middle}H{left - 2}"))
    parts.append(_box(left, middle - 23, 116, say(N_("Published")), say(N_("in force")), kind="node end"))
    width, height = left + 128, bottom + 52
    back = say(N_("changes requested: back to the draft, other sign-offs stay"))
    parts.append(_edge(f"M{left - 70} {bottom}V{bottom + 24}H78V{middle + 25}"))
    parts.append(_text(98, bottom + 42, back, "sub"))
    if policy.interim is not None:
        parts += _fast_path(policy, teams, language, left, middle, bottom)
        height += 62
    # A short way is not blown up to the page's width, and a long one keeps words that can be read.
    broad, size = max(width, BROAD), ("", "", "", "long")[len(policy.stage)] if len(policy.stage) < 4 else "longest"
    title = say(N_("The way to publication: %(title)s")) % {"title": said(policy.title, language)}
    words = " ".join(sentences(policy, teams, language))
    name, told = Markup('<title id="dia-title">{}</title>').format(title), Markup('<desc id="dia-desc">{}</desc>')
    return Markup(
        '<svg class="{}" viewBox="{} 0 {} {}" role="img" aria-labelledby="dia-title dia-desc">{}{}<defs>'
        '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="tip" d="M0 0l8 4-8 4z"/></marker></defs>{}</svg>'
    ).format(
        size, (width - broad) // 2 - 2, broad + 4, height, name, told.format(words), Markup("").join(parts)
    )  # fmt: skip


def _fast_path(
    policy: Policy, teams: Mapping[str, str], language: str, left: int, middle: int, bottom: int
) -> list[Markup]:
    say = translations(language).gettext
    interim = policy.interim
    assert interim is not None
    row = bottom + 86
    team = teams.get(interim.team, interim.team)
    title = say(N_("Interim, %(hours)d h")) % {"hours": interim.clock_hours}
    crisis = say(N_("crisis: %(num)d of %(team)s")) % {"num": interim.quorum, "team": team}
    at = max(left - 320, 260)
    return [
        _edge(f"M46 {middle + 23}V{row}H{at - 2}"),
        _text(60, row - 8, crisis, "sub"),
        _box(at, row - 23, 200, title, say(N_("lapses unless ratified"))),
        _edge(f"M{at + 200} {row}H{left + 58}V{middle + 25}"),
    ]


def _requirement(x: int, y: int, need: Requirement, teams: Mapping[str, str], language: str) -> Markup:
    team = teams.get(need.team, need.team)
    lines = [scope_words(need, language)]
    if when := condition_words(need, language):
        lines.append(when)
    title = f"{team}, {quorum_words(need, language)}"
    return _box(x, y, NODE, title, *lines)


def _box(x: int, y: int, width: int, title: str, *lines: str, kind: str = "node") -> Markup:
    height = 29 + 17 * len(lines)
    parts = [
        Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="8"/>').format(kind, x, y, width, height),
        _text(x + 16, y + 20, _fitting(title), ""),
        *(_text(x + 16, y + 37 + 17 * place, _fitting(line), "sub") for place, line in enumerate(lines)),
    ]
    return Markup("").join(parts)


def _fitting(words: str) -> str:
    """The sentences beside the drawing have the whole."""
    return words if len(words) <= MOST else words[: MOST - 1] + "…"


def _text(x: int, y: int, words: str, kind: str) -> Markup:
    return Markup('<text class="{}" x="{}" y="{}">{}</text>').format(kind, x, y, words)


def _edge(way: str) -> Markup:
    return Markup('<path class="edge" marker-end="url(#tip)" d="{}"/>').format(way)
