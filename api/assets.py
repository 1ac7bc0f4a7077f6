"""The built assets by the names that templates use: scripts, style, fonts and the sheet of icons."""

import json
from functools import cache
from pathlib import Path
from typing import Final

from markupsafe import Markup

FOLDER: Final = Path(__file__).parent / "static" / "build"


@cache
def manifest() -> dict[str, str]:
    """Plain name to the name that holds the file's hash; raises `FileNotFoundError` before the first build."""
    path = FOLDER / "manifest.json"
    if not path.is_file():
        raise FileNotFoundError(f"{path}: the bundle is not built. Run: make install")
    found: dict[str, str] = json.loads(path.read_text("utf-8"))
    return found


def asset(name: str) -> str:
    """The address of a built file."""
    return f"/static/{manifest()[name]}"


def icon(name: str, extra: str = "") -> Markup:
    """An icon of the sheet, beside words that say the same: hidden from assistive technology."""
    classes = f"icon {extra}".strip()
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        classes, asset("icons.svg"), name
    )
