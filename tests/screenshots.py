"""Photographs every screen of the demo into docs/screenshots: `make screenshots`."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page

from api.database import make_engine, transaction
from api.demo.company import PASSWORD
from api.demo.story import tell
from api.migrate import migrate
from tests.browser import chromium
from tests.served import Served, serve
from workflow import queries
from workflow.machine import State

FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
#: Name, who looks (None: nobody signed in), and the address; `{review}` and `{draft}` are versions of the demo.
SCREENS = [
    ("sign-in", None, "/sign-in"),
    ("for-you", "julie", "/"),
    ("for-you-employee", "ines", "/"),
    ("guidelines", "aicha", "/guidelines"),
    ("guideline", "aicha", "/guidelines/charte-des-reseaux-sociaux"),
    ("new-guideline", "aicha", "/guidelines/new"),
    ("editor", "aicha", "/versions/{draft}/edit"),
    ("history", "aicha", "/versions/{draft}/history"),
    ("review", "julie", "/versions/{review}/review"),
    ("evidence", "aicha", "/guidelines/charte-des-reseaux-sociaux/evidence"),
    ("handbook", None, "/handbook"),
    ("search", None, "/handbook/search?q=photo"),
    ("read", "ines", "/handbook/charte-des-reseaux-sociaux"),
    ("compare", None, "/handbook/charte-des-reseaux-sociaux/compare?old=1.0&new=1.1"),
    ("people", "marc", "/admin/people"),
    ("policies", "aicha", "/policies"),
    ("policy", "aicha", "/policies/standard"),
    ("policy-refused", "aicha", "/policies/light/3"),
    ("preferences", "julie", "/preferences"),
    ("not-found", None, "/handbook/nothing-here"),
]
#: Which screens are also shown in the dark, and on a phone.
DARK = {"review", "editor", "read", "for-you"}
PHONE = {"for-you", "review", "editor", "read", "handbook"}


def main() -> None:
    """Tells the story, serves it and photographs."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo() as (running, places), chromium() as browser:
        for language in ("fr", "en"):
            for name, who, path in SCREENS:
                address = f"{running.url}/{language}{path.format_map(places)}"
                photograph(browser, running.url, who, address, f"{name}-{language}")
                if name in DARK and language == "fr":
                    photograph(browser, running.url, who, address, f"{name}-dark", color_scheme="dark")
                if name in PHONE and language == "fr":
                    photograph(browser, running.url, who, address, f"{name}-phone", width=390)


@contextmanager
def demo() -> Iterator[tuple[Served, dict[str, str]]]:
    """The demo on a database of its own, with the ids of its version in review and of its draft."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        engine = make_engine(f"sqlite:///{folder}/charte.db")
        migrate(engine)
        with transaction(engine) as session:
            tell(session, datetime.now(UTC))
            moving = queries.all_moving(session)
            places = {
                "review": next(row.version_id for row in moving if row.state == State.IN_REVIEW),
                "draft": next(row.version_id for row in moving if row.state == State.DRAFT),
            }
        engine.dispose()
        with serve(folder, f"sqlite:///{folder}/charte.db") as running:
            yield running, places


def photograph(
    browser: Browser,
    url: str,
    who: str | None,
    address: str,
    name: str,
    *,
    width: int = 1280,
    color_scheme: Literal["light", "dark"] = "light",
) -> None:
    """One screen as one person sees it: what stands in the window."""
    height = 844 if width < 400 else 1100
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=color_scheme)
    page = context.new_page()
    if who is not None:
        sign_in(page, url, who, address.removeprefix(url).split("/")[1])
    page.goto(address)
    page.wait_for_load_state("load")
    if page.locator("#editor").count():
        page.locator(".ProseMirror").wait_for()
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(400)
    page.screenshot(path=str(FOLDER / f"{name}.png"), animations="disabled")
    context.close()


def sign_in(page: Page, url: str, key: str, language: str) -> None:
    """Comes in as somebody of the demo."""
    page.goto(f"{url}/{language}/sign-in")
    page.locator("input[name=email]").fill(f"{key}@solenne.example")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form:has(input[name=password]) button").first.click()
    page.locator(".top .avatar").wait_for()


if __name__ == "__main__":
    main()
