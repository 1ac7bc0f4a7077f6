"""The messages that pages and sentences ask for, and the French catalogue brought up to date with them.

`python -m api.catalogue` adds new messages to `charte.po` without a translation (the tests then name them) and drops
those that nothing asks for.
"""

import io
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

METHODS: Final = [("templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
OPTIONS: Final = {
    "templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "extensions": "jinja2.ext.i18n,jinja2.ext.do"}
}
KEYWORDS: Final = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
FOLDER: Final = Path(str(files("api")))
FRENCH: Final = FOLDER / "locale" / "fr" / "LC_MESSAGES" / "charte.po"


def asked() -> Iterator[tuple[str, int, str | tuple[str, ...]]]:
    """(file, line, message or its singular and plural) for every message of templates and modules."""
    for name, line, message, _comments, _context in extract_from_dir(
        str(FOLDER), METHODS, OPTIONS, keywords=KEYWORDS, strip_comment_tags=True
    ):
        if message:
            yield name, line, message


def french() -> Catalog:
    """The French catalogue as it stands."""
    with FRENCH.open("rb") as lines:
        return read_po(lines, locale="fr")


def updated(old: Catalog) -> Catalog:
    """A catalogue with exactly the messages asked for, in the order of their files, translations kept."""
    new = Catalog(locale="fr", project="Charte", charset="utf-8", fuzzy=False)
    for name, _line, message in sorted(asked(), key=lambda found: (found[0], found[1])):
        key = message[0] if isinstance(message, tuple) else message
        known: Message | None = old.get(key)
        new.add(
            message,
            known.string if known else None,
            locations=[(name, None)],  # type: ignore[list-item]
            flags=("python-format",) if known and known.python_format else (),
        )
    return new


def main() -> None:
    """Rewrites the French catalogue and prints how many messages lack a translation."""
    catalogue = updated(french() if FRENCH.is_file() else Catalog(locale="fr"))
    write_catalogue(catalogue)
    empty = [message for message in catalogue if message.id and not all(_strings(message))]
    print(f"{len(catalogue)} messages, {len(empty)} without a translation")


def write_catalogue(catalogue: Catalog) -> None:
    """Writes the French catalogue without dates, so that the same messages give the same file."""
    text = io.BytesIO()
    write_po(text, catalogue, width=100, omit_header=False, include_lineno=False)
    lines = [
        line
        for line in text.getvalue().decode().splitlines()
        if not line.startswith(('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Last-Translator'))
    ]
    FRENCH.parent.mkdir(parents=True, exist_ok=True)
    FRENCH.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _strings(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, (list, tuple)) else [message.string or ""]


if __name__ == "__main__":
    main()
