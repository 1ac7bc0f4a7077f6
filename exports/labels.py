"""The few words that an exported file adds to a document's own, in the document's language."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from babel.dates import format_date, format_datetime

LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "fr": {
        "note": "À savoir", "tip": "Conseil", "important": "Important", "warning": "Attention", "caution": "Danger",
        "contents": "Sommaire", "version": "Version", "since": "En vigueur depuis le", "approved": "Approbations",
        "team": "Équipe", "person": "Approuvé par", "when": "Quand", "sections": "Sections",
        "text": "Empreinte du texte (SHA-256)", "policy": "Circuit d’approbation", "owner": "Équipe responsable",
        "hash": "Empreinte signée", "image": "Image", "published": "Publiée le", "effective": "En vigueur le",
        "audience": "Destinataires", "language": "Langue", "summary": "En une phrase", "change_note": "Ce qui change",
        "behalf": "au nom de", "page": "Page", "of": "sur", "guideline": "Référence", "colon": "\u00a0:",
        "none": "Aucune approbation n’était demandée pour cette version.",
        "seal": "Scellée à la publication, clé",
        "times": "Heures du fuseau {zone} ({offset}).", "then": ", puis ",
        "quote": "«\u00a0", "signed_in": "\u00a0» (phrase approuvée en {language})",
        "record": "Chaque ligne est une approbation de la version publiée\u00a0; l’empreinte est celle du texte montré "
                  "au signataire.",
    },
    "en": {
        "note": "Note", "tip": "Tip", "important": "Important", "warning": "Warning", "caution": "Caution",
        "contents": "Contents", "version": "Version", "since": "In force since", "approved": "Sign-offs",
        "team": "Team", "person": "Signed by", "when": "When", "sections": "Sections",
        "text": "Hash of the text (SHA-256)", "policy": "Approval policy", "owner": "Owner team",
        "hash": "Hash signed", "image": "Image", "published": "Published on", "effective": "In force on",
        "audience": "Audience", "language": "Language", "summary": "In one sentence", "change_note": "What changes",
        "behalf": "on behalf of", "page": "Page", "of": "of", "guideline": "Reference", "colon": ":",
        "none": "No sign-off was asked of this version.",
        "seal": "Sealed at publication, key",
        "times": "Times in {zone} ({offset}).", "then": ", then ",
        "quote": "“", "signed_in": "” (agreed to in {language})",
        "record": "Each line is a sign-off of the published version; the hash is that of the text shown to the signer.",
    },
}  # fmt: skip

LANGUAGES: Final[Mapping[str, str]] = {"fr": "Français", "en": "English"}
_SIGNED_IN: Final = {"fr": {"fr": "français", "en": "anglais"}, "en": {"fr": "French", "en": "English"}}
_LOCALES: Final = {"fr": "fr_FR", "en": "en_GB"}
CALLOUTS: Final = frozenset({"note", "tip", "important", "warning", "caution"})


def day(value: date, language: str) -> str:
    """A date in words."""
    words = format_date(value, "long", locale=_LOCALES[language])
    return "1er" + words[1:] if language == "fr" and value.day == 1 else words


def hour(value: datetime, language: str) -> str:
    """A moment in words, as the clock of its own time zone shows it."""
    words = format_datetime(value, "d MMMM y, HH:mm", tzinfo=value.tzinfo, locale=_LOCALES[language])
    return "1er" + words[1:] if language == "fr" and value.day == 1 else words


def agreed(statement: str, signed_in: str, language: str) -> tuple[str, str, str]:
    """(before, the very words agreed to, after): words of another language stand in quotes and it is named."""
    if not statement or not signed_in or signed_in == language:
        return "", statement, ""
    say = LABELS[language]
    return say["quote"], statement, say["signed_in"].format(language=_SIGNED_IN[language].get(signed_in, signed_in))
