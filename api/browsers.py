"""A browser as people call it: the short form of what it says of itself with every request."""

from typing import Final

from api.i18n import N_, translations

#: Mark to name. Browsers name those they descend from as well, so the first mark found counts.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)
MOST: Final = 40


def say_browser(user_agent: str, language: str) -> str:
    """Firefox on Windows; of what is no known browser the first word that it says."""
    say = translations(language).gettext
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if browser and system:
        return say(N_("%(browser)s on %(system)s")) % {"browser": browser, "system": system}
    words = user_agent.split()
    return browser or system or (words[0].split("/")[0][:MOST] if words else say(N_("A browser")))
