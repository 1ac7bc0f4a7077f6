"""Every screen on the demo's data in a real browser: not wider than the window, no serious finding, no complaint."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlmodel import col, select

from api.database import make_engine, transaction
from api.demo import serve as demo
from api.demo.company import PASSWORD
from guidelines.tables import Guideline
from tests.served import Served, serve
from workflow.tables import VersionState

#: Who looks at which pages. {draft} and {review} are versions of the demo.
SCREENS = {
    "": ("/sign-in", "/handbook", "/handbook/search?q=photo", "/handbook/search?q=nothing+of+it", "/handbook/nowhere"),
    "ines": ("/", "/handbook/charte-des-reseaux-sociaux", "/handbook/charte-des-reseaux-sociaux/1.0", "/preferences"),
    "aicha": (
        "/", "/guidelines", "/guidelines/new", "/guidelines/charte-des-reseaux-sociaux", "/versions/{draft}/edit",
        "/versions/{draft}/history", "/versions/{draft}/history?view=writers", "/versions/{draft}/history?view=unread",
    ),
    "julie": (
        "/", "/versions/{review}/review", "/versions/{review}/review?view=clean",
        "/guidelines/charte-des-reseaux-sociaux/evidence", "/handbook/charte-des-reseaux-sociaux/compare",
    ),
    "owen": ("/policies", "/policies/standard", "/policies/social-media-charter", "/policies/standard/change"),
    "marc": ("/admin/people", "/guidelines", "/guidelines?show=mine"),
}  # fmt: skip
#: The screens that are looked at in every light and width; the others in two of the four.
MAIN = {
    "/handbook", "/", "/handbook/charte-des-reseaux-sociaux", "/guidelines", "/guidelines/charte-des-reseaux-sociaux",
    "/versions/{draft}/edit", "/versions/{draft}/history", "/versions/{review}/review", "/admin/people",
}  # fmt: skip
LOOKS = [("fr", "light", 390), ("en", "dark", 1280), ("en", "dark", 390), ("fr", "light", 1280)]
SERIOUS = {"serious", "critical"}
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("demo")
    with serve(folder, f"sqlite:///{demo.prepare(folder)}") as found:
        yield found


@pytest.fixture(scope="module")
def versions(running: Served) -> dict[str, str]:
    engine = make_engine(running.database_url)
    with transaction(engine, read_only=True) as session:
        motion = select(VersionState.version_id, VersionState.state, Guideline.slug).join(
            Guideline, col(Guideline.id) == col(VersionState.guideline_id)
        )
        found = {(state, slug): version_id for version_id, state, slug in session.exec(motion)}
    engine.dispose()
    return {
        "draft": found["draft", "social-media-charter"],
        "review": found["in_review", "charte-des-reseaux-sociaux"],
    }


@pytest.mark.parametrize("who", SCREENS, ids=lambda who: who or "nobody")
@pytest.mark.parametrize(
    ("language", "light", "width"), LOOKS, ids=[f"{language}-{light}-{width}" for language, light, width in LOOKS]
)
def test_a_screen_fits_its_window_and_can_be_used_by_everybody(
    running: Served, browser: Browser, versions: dict[str, str], who: str, language: str, light: str, width: int
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=light,  # type: ignore[arg-type]
        base_url=running.url,
        reduced_motion="reduce",
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    if who:
        signed_in(page, who, language)
    everything = (language, light, width) in LOOKS[:2]
    for path in [path for path in SCREENS[who] if everything or path in MAIN]:
        answer = page.goto(f"/{language}{path.format(**versions)}")
        assert answer is not None
        page.wait_for_load_state("load")
        if path.endswith("/edit"):
            page.wait_for_selector(".ProseMirror")
        assert answer.status in (200, 404), path
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider == 0, f"{path} is {wider} px wider than its window"
        assert not findings(page), path
        assert not [text for text in complaints if "404" not in text], path
    context.close()


def test_the_check_itself_sees_a_page_that_is_too_wide_and_a_field_without_a_name(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.set_content('<html lang="en"><title>x</title><main><input><p style="width: 500px">wide</p></main></html>')
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") > 0
    assert [finding[0] for finding in findings(page)] == ["label"]
    page.close()


def signed_in(page: Page, who: str, language: str) -> None:
    page.goto(f"/{language}/sign-in")
    page.fill("#email", f"{who}@solenne.example")
    page.fill("#password", PASSWORD)
    page.click("form .btn.primary")
    page.wait_for_url(lambda url: "sign-in" not in url)


def findings(page: Page) -> list[tuple[str, object]]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [(rule["id"], [node["target"] for node in rule["nodes"]][:3]) for rule in found if rule["impact"] in SERIOUS]
