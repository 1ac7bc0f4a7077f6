"""The words whose change is never small, per language: modals, negations, conditions, numbers, parties, effect."""

import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final


class Trigger(StrEnum):
    """What a trigger word is about."""

    MODAL = "modal"
    NEGATION = "negation"
    SCOPE = "scope"
    NUMBER = "number"
    PARTY = "party"
    EFFECT = "effect"


#: The languages with lists. A text in any other one is judged by its normal form alone.
LANGUAGES: Final = ("en", "fr")
_JOINTS: Final = re.compile(r"[-'·]")


@cache
def trigger_words(language: str) -> Mapping[str, Trigger]:
    """Word to what it is about; the first list that holds it counts. Raises `KeyError` for a language without lists."""
    if language not in LANGUAGES:
        raise KeyError(language)
    text = files("workflow.change_class").joinpath("words", f"{language}.toml").read_text("utf-8")
    lists = tomllib.loads(text)
    found: dict[str, Trigger] = {}
    for trigger in Trigger:
        for word in lists[trigger.value].split():
            found.setdefault(word, trigger)
    return found


def trigger_of(token: str, language: str) -> Trigger | None:
    """What the token is about, its hyphenated parts and English contractions looked into."""
    words = trigger_words(language)
    plain = token.casefold().replace("’", "'").replace("‑", "-")
    if plain in words:
        return words[plain]
    if plain.endswith("n't"):
        return Trigger.NEGATION
    return next((words[part] for part in _JOINTS.split(plain) if part in words), None)
