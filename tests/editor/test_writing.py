"""Writing in a real browser: two at once, offline and back, paste, tables, comments that follow their words."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from guidelines.document import plain_text, textblocks
from tests.editor.conftest import AICHA, SAMUEL, Draft, Window

Eventually = Callable[[Callable[[], bool]], None]


def alike(eventually: Eventually, draft: Draft, *windows: Window) -> None:
    """Every window shows the text that is on disk."""
    for window in windows:
        window.is_saved()
    eventually(lambda: all(window.words == plain_text(draft.stored()) for window in windows))


def test_two_who_type_at_once_see_each_others_words(draft: Draft, eventually: Eventually) -> None:
    aicha, samuel = draft.open(AICHA), draft.open(SAMUEL, "fr")
    aicha.caret("Ask first")
    samuel.caret("Last line.")
    for number in range(8):
        aicha.type(f" a{number}")
        samuel.type(f" s{number}")
    alike(eventually, draft, aicha, samuel)
    assert "Ask first a0 a1 a2 a3 a4 a5 a6 a7, then speak." in samuel.words
    assert "Last line. s0 s1 s2 s3 s4 s5 s6 s7" in aicha.words
    expect(aicha.page.locator(".ProseMirror .caret b")).to_have_text("Samuel")
    expect(aicha.page.locator("#present .avatar")).to_have_count(2)


def test_undo_takes_back_ones_own_words_only(draft: Draft, eventually: Eventually) -> None:
    aicha, samuel = draft.open(AICHA), draft.open(SAMUEL)
    aicha.caret("Ask first")
    aicha.type(" of all")
    aicha.is_saved()
    samuel.caret("Ask")
    samuel.type(" them")
    eventually(lambda: "Ask them first of all" in aicha.words)
    aicha.press("Control+z")
    alike(eventually, draft, aicha, samuel)
    assert "Ask them first, then speak." in samuel.words


def test_what_is_written_offline_waits_and_is_sent_once(draft: Draft, eventually: Eventually) -> None:
    aicha, samuel = draft.open(AICHA), draft.open(SAMUEL)
    aicha.context.set_offline(True)
    expect(aicha.page.locator("#saved[data-state=offline]")).to_be_visible()
    aicha.caret("Ask first")
    aicha.type(" and wait")
    aicha.press("Enter")
    aicha.type("Offline.")
    expect(aicha.page.locator("#saved")).to_contain_text("changes wait")
    samuel.caret("Last line.")
    samuel.type(" Meanwhile.")
    samuel.is_saved()
    assert "Offline" not in plain_text(draft.stored())
    aicha.context.set_offline(False)
    alike(eventually, draft, aicha, samuel)
    assert samuel.words.count("Ask first and wait\nOffline., then speak.") == 1
    assert "Last line. Meanwhile." in aicha.words


def test_the_page_says_saved_only_for_what_is_on_disk(draft: Draft) -> None:
    aicha = draft.open(AICHA)
    for number in range(5):
        aicha.caret("Last line.")
        aicha.type(str(number))
        aicha.is_saved()
        assert f"Last line.{number}" in plain_text(draft.stored())


def test_a_split_paragraph_has_an_id_of_its_own(draft: Draft, eventually: Eventually) -> None:
    aicha = draft.open(AICHA)
    aicha.caret("Ask first,")
    aicha.press("Enter", "Enter")
    alike(eventually, draft, aicha)
    ids = [block.id for block in draft.stored().content]
    assert len(set(ids)) == len(ids) == 8
    assert ids[1] == "p1"


def test_signs_at_the_start_of_a_line_make_headings_lists_quotes_and_code(draft: Draft, eventually: Eventually) -> None:
    aicha = draft.open(AICHA)
    aicha.caret("Last line.")
    for line in ("", "# Title", "- one", "two", "", "3. three", "", "> said", "", "```"):
        aicha.type(line)
        if line != "```":
            aicha.press("Enter")
    aicha.type("x = 1")
    aicha.press("Enter")
    aicha.type("y = 2")
    alike_blocks = [
        ("heading", None, None), ("paragraph", "bullet", None), ("paragraph", "bullet", None),
        ("paragraph", "number", None), ("paragraph", None, "quote"), ("paragraph", None, "code"),
    ]  # fmt: skip
    aicha.is_saved()

    def found() -> list[tuple[str, object, object]]:
        return [(block.type, block.attr("list"), block.attr("box")) for block in draft.stored().content[-6:]]

    eventually(lambda: found() == alike_blocks)
    assert draft.stored().content[-3].attr("start") == 3
    assert plain_text(draft.stored()).endswith("x = 1\ny = 2")


WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p { color: red }</style></head><body>
<h1 style='mso-fareast-font-family:Arial'>From Word<o:p></o:p></h1>
<p class=MsoNormal><b>Bold</b>, <span style='font-style:italic'>slanted</span>, <a href="https://solenne.example/x">a
link</a>, <a href="javascript:alert(1)">a trap</a>.<o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>·<span>&nbsp;&nbsp; </span></span><![endif]>First<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>a)<span>&nbsp;</span>
</span>Inside</p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<table border=1><thead><tr><td><p class=MsoNormal>Head</p></td></tr></thead><tr><td>Cell</td></tr></table></body>
</html>"""
WEB = """<div><ul><li>one<ul><li>inside</li></ul></li><li><p>two</p><p>goes on</p></li></ul>
<ol start="4"><li>four</li></ol><blockquote><p>said</p><blockquote>deeper</blockquote></blockquote>
<pre><code class="language-py">a
b</code></pre><script>alert(1)</script><img src="data:image/png;base64,xx" onerror="alert(1)"></div>"""


def test_what_is_pasted_from_word_and_the_web_keeps_its_sense_and_nothing_else(
    draft: Draft, eventually: Eventually
) -> None:
    aicha = draft.open(AICHA)
    aicha.caret("Last line.")
    aicha.press("Enter")
    aicha.paste(WORD)
    aicha.press("Control+Enter")
    aicha.paste(WEB)
    aicha.is_saved()
    eventually(lambda: plain_text(draft.stored()).endswith("a\nb"))
    blocks = draft.stored().content[6:]
    seen = [
        (block.type, block.attr("list"), block.attr("indent"), block.attr("box")) if block.is_textblock else block.type
        for block in blocks
    ]
    assert seen == [
        ("heading", None, 0, None), ("paragraph", None, 0, None), ("paragraph", "bullet", 0, None),
        ("paragraph", "number", 1, None), "table", ("paragraph", "bullet", 0, None), ("paragraph", "bullet", 1, None),
        ("paragraph", "bullet", 0, None), ("paragraph", None, 1, None), ("paragraph", "number", 0, None),
        ("paragraph", None, 0, "quote"), ("paragraph", None, 0, "quote:2"), ("paragraph", None, 0, "code:py"),
    ]  # fmt: skip
    assert [cell.type for row in blocks[4].content for cell in row.content] == ["header_cell", "cell"]
    marks = {mark.type for part in blocks[1].content for mark in part.marks}
    links = [mark.attrs["href"] for part in blocks[1].content for mark in part.marks if mark.type == "link"]
    assert (marks, links) == ({"strong", "em", "link"}, ["https://solenne.example/x"])
    assert blocks[9].attr("start") == 4
    assert [plain for plain in map(str, plain_text(draft.stored()).split("\n")) if "·" in plain or "a)" in plain] == []


def test_code_from_the_web_keeps_its_indentation_and_its_lines(draft: Draft) -> None:
    aicha = draft.open(AICHA)
    aicha.caret("Last line.")
    aicha.press("Enter")
    aicha.paste("<pre><code>def a():\n    if b:\n\t\treturn  1\n\n  c</code></pre>")
    aicha.press("Control+Enter")
    aicha.paste("<p>x</p><pre><div>one<br>  two</div><div>    three</div></pre>")
    aicha.is_saved()
    said = plain_text(draft.stored())
    assert "def a():\n    if b:\n\t\treturn  1\n\n  c" in said
    assert said.endswith("one\n  two\n    three")


SITE = """<p><a href="/page">far</a> <a href="part.html">near</a> <a href="#s2">below</a>
<a href="https://solenne.example">whole</a> <img src="/assets/x.png" alt="A chart"></p>"""


@pytest.mark.parametrize(
    ("head", "kept"),
    [
        ("", [("whole", "https://solenne.example")]),
        (
            '<base href="https://press.example/news/today.html">',
            [
                ("far", "https://press.example/page"),
                ("near", "https://press.example/news/part.html"),
                ("below", "https://press.example/news/today.html#s2"),
                ("whole", "https://solenne.example"),
            ],
        ),
    ],
)
def test_addresses_of_the_copied_site_never_lead_to_ours(draft: Draft, head: str, kept: list[tuple[str, str]]) -> None:
    aicha = draft.open(AICHA)
    aicha.caret("Last line.")
    aicha.press("Enter")
    aicha.paste(f"<html><head>{head}</head><body>{SITE}</body></html>")
    aicha.is_saved()
    parts = draft.stored().content[-1].content
    links = [(part.text, mark.attrs["href"]) for part in parts for mark in part.marks if mark.type == "link"]
    assert links == kept
    images = [part.attr("src") for part in parts if part.type == "image"]
    assert images == (["https://press.example/assets/x.png"] if head else [])
    assert plain_text(draft.stored()).split("\n")[-1].startswith("far near below whole")


def test_signs_that_turn_the_direction_of_writing_are_taken_out_before_the_authority_sees_them(
    draft: Draft, eventually: Eventually
) -> None:
    aicha = draft.open(AICHA)
    aicha.caret("Last line.")
    aicha.paste("<p>Pasted \u202etext\u202c.</p>")
    aicha.page.keyboard.insert_text(" Typed\u2066 too\u2069.")
    alike(eventually, draft, aicha)
    assert "Pasted text. Typed too." in aicha.words


def test_a_table_is_made_filled_and_grown_by_keyboard(draft: Draft, eventually: Eventually) -> None:
    aicha = draft.open(AICHA)
    aicha.caret("Ask first, then speak.")
    aicha.page.get_by_role("button", name="Insert a table").click()
    for words in (
        "Network",
        "Who",
        "Delay",
        "LinkedIn",
        "Comms",
        "4 h",
        "Instagram",
        "Brand",
        "1 day",
        "Press",
        "Desk",
    ):
        aicha.type(words)
        aicha.press("Tab")
    aicha.page.get_by_role("button", name="Column right").click()
    aicha.is_saved()
    table = next(block for block in draft.stored().content if block.type == "table")
    assert [len(row.content) for row in table.content] == [4, 4, 4, 4]
    assert [cell.type for cell in table.content[0].content] == ["header_cell"] * 4
    assert "Press" in plain_text(draft.stored())
    ids = [block.id for block in textblocks(draft.stored())]
    assert len(set(ids)) == len(ids)


def test_words_written_beside_a_table_that_two_change_at_once_are_kept(draft: Draft, eventually: Eventually) -> None:
    """A row and a column put in at once do not fit: one is refused, and only that one."""
    aicha, samuel = draft.open(AICHA), draft.open(SAMUEL)
    aicha.caret("Ask first, then speak.")
    aicha.page.get_by_role("button", name="Insert a table").click()
    aicha.type("Network")
    aicha.is_saved()
    expect(samuel.page.locator(".ProseMirror table")).to_contain_text("Network")
    aicha.context.set_offline(True)
    expect(aicha.page.locator("#saved[data-state=offline]")).to_be_visible()
    aicha.type("s we use")
    aicha.page.get_by_role("button", name="Row below").click()
    aicha.caret("Last line.")
    aicha.type(" And this.")
    samuel.caret("Network")
    samuel.page.get_by_role("button", name="Column right").click()
    samuel.is_saved()
    aicha.context.set_offline(False)
    aicha.is_saved()
    alike_text = "Networks we use"
    eventually(
        lambda: alike_text in plain_text(draft.stored()) and "Last line. And this." in plain_text(draft.stored())
    )
    table = next(block for block in draft.stored().content if block.type == "table")
    assert len({len(row.content) for row in table.content}) == 1
    expect(aicha.page.locator("#editor-notice .notice")).to_be_visible()
    eventually(lambda: samuel.words == aicha.words)


def test_a_link_is_made_in_a_small_form_and_a_dangerous_one_is_refused(draft: Draft, eventually: Eventually) -> None:
    aicha = draft.open(AICHA)
    aicha.select("first")
    aicha.press("Control+k")
    aicha.type("javascript:alert(1)")
    aicha.press("Enter")
    expect(aicha.page.locator(".link-form .text-bad")).to_be_visible()
    aicha.page.locator(".link-form input").fill("solenne.example/ask")
    aicha.press("Enter")
    expect(aicha.page.locator(".ProseMirror a")).to_have_attribute("href", "https://solenne.example/ask")
    aicha.is_saved()
    marked = next(part for block in textblocks(draft.stored()) for part in block.content if part.marks)
    assert (marked.text, marked.marks[0].attrs["href"]) == ("first", "https://solenne.example/ask")


def test_a_comment_follows_its_words_and_is_listed_when_they_are_removed(draft: Draft, eventually: Eventually) -> None:
    aicha, samuel = draft.open(AICHA), draft.open(SAMUEL)
    samuel.comment("what you said", "All of it?")
    expect(aicha.page.locator("mark.c")).to_have_text("what you said")
    aicha.caret("Write")
    aicha.type(" everything")
    eventually(lambda: samuel.page.locator("mark.c").inner_text() == "what you said")
    aicha.page.locator("mark.c").click()
    aicha.page.locator(".card.on form.acts input").fill("Yes.")
    aicha.press("Enter")
    expect(samuel.page.locator(".margin")).to_contain_text("Yes.")
    aicha.select("what you said")
    aicha.press("Delete")
    removed = samuel.page.locator(".margin-rest")
    expect(removed).to_contain_text("Text removed")
    expect(removed.locator("q")).to_have_text("what you said")
    removed.get_by_role("button", name="Resolve").click()
    expect(aicha.page.locator(".margin-rest summary")).to_have_text("1 resolved thread")
    aicha.page.locator(".margin-rest summary").click()
    aicha.page.locator(".margin-rest").get_by_role("button", name="Reopen").click()
    expect(samuel.page.locator(".margin-rest q")).to_be_visible()


def test_words_that_lose_their_place_are_shown_to_be_copied(draft: Draft, eventually: Eventually) -> None:
    aicha, samuel = draft.open(AICHA), draft.open(SAMUEL)
    aicha.context.set_offline(True)
    expect(aicha.page.locator("#saved[data-state=offline]")).to_be_visible()
    aicha.caret("Write down")
    aicha.type(" with great care")
    samuel.select("Write down what you said.")
    samuel.press("Delete", "Backspace")
    samuel.is_saved()
    aicha.context.set_offline(False)
    expect(aicha.page.locator("#editor-notice textarea")).to_have_value("with great care", timeout=15_000)
    alike(eventually, draft, aicha, samuel)


@pytest.mark.parametrize(
    ("language", "words", "banner"),
    [("en", "In review", "In review since"), ("fr", "En relecture", "En relecture depuis le")],
)
def test_a_draft_that_goes_into_review_stands_still_at_once_and_says_since_when_and_by_whom(
    draft: Draft, language: str, words: str, banner: str
) -> None:
    aicha, samuel = draft.open(AICHA), draft.open(SAMUEL, language)
    submit = samuel.page.locator("#state-acts button")
    expect(submit).to_be_visible()
    aicha.caret("Last line.")
    aicha.type(" Done.")
    aicha.is_saved()
    aicha.page.get_by_role("button", name="Submit for review").click()
    notice = samuel.page.locator("#state-notice")
    suggest = samuel.page.locator(".toolbar").get_by_role(
        "button", name={"en": "Suggest", "fr": "Suggérer"}[language], exact=True
    )
    expect(suggest).to_have_attribute("aria-pressed", "true")  # the words stand still: what is written is suggested
    expect(samuel.page.locator("#state-chip")).to_have_text(words)
    expect(notice).to_contain_text(banner)
    expect(notice).to_contain_text(AICHA)
    expect(submit).to_have_count(0)
    expect(samuel.page.locator(".notice")).to_have_count(1)
    # Submitting asks nothing; it can be undone where one comes to.
    aicha.page.locator(".toast button", has_text="Undo").click()
    expect(samuel.page.locator("#state-chip")).not_to_have_text(words)
    expect(suggest).to_have_attribute("aria-pressed", "false")
    expect(submit).to_be_visible()
    expect(samuel.page.locator(".notice")).to_have_count(0)
    expect(aicha.page.locator("#saved[data-state=saved]")).to_be_visible()


def test_the_toolbar_is_one_stop_and_arrows_go_through_it(draft: Draft) -> None:
    aicha = draft.open(AICHA)
    aicha.page.locator(".toolbar select").focus()
    aicha.press("ArrowRight", "ArrowRight")
    assert aicha.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Italic"
    aicha.press("Tab")
    assert aicha.page.evaluate("document.activeElement.id") == "text"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_nothing_of_the_toolbar_is_cut_beside_outline_and_margin(draft: Draft, language: str) -> None:
    aicha = draft.open(AICHA, language)
    aicha.caret("Speaking")  # a heading: its style has the longest name
    room = aicha.page.evaluate(
        "(() => { const bar = document.querySelector('.toolbar'); return bar.clientWidth - bar.scrollWidth; })()"
    )
    assert room >= 0
    aicha.page.set_viewport_size({"width": 390, "height": 800})
    assert aicha.page.evaluate("document.documentElement.scrollWidth") == 390
    name = {"en": "Comment", "fr": "Commenter"}[language]
    expect(aicha.page.locator(".toolbar").get_by_role("button", name=name)).to_have_count(1)


def test_a_thread_is_reached_and_left_by_keyboard(draft: Draft) -> None:
    aicha = draft.open(AICHA)
    aicha.comment("consent", "Whose?")
    aicha.caret("Ask first")
    aicha.press("Alt+ArrowDown", "Alt+Enter")
    aicha.type("Theirs.")
    aicha.press("Enter")
    expect(aicha.page.locator(".card.on")).to_contain_text("Theirs.")
    aicha.press("Escape")
    assert aicha.page.evaluate("document.activeElement.id") == "text"
    expect(aicha.page.locator(".card.on")).to_have_count(0)
