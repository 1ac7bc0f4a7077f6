"""What the margin tells of a thread besides what is said in it."""

from playwright.sync_api import expect

from tests.editor.conftest import AICHA, SAMUEL, Draft

OPEN = """async ([version, text]) => {
  const csrf = document.querySelector("input[name=csrf]").value;
  const answer = await fetch(`/api/v1/versions/${version}/threads`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-csrf-token": csrf },
    body: JSON.stringify({ text, quote: "what you said", lane: "comms", due_on: "2026-12-01" }),
  });
  const { id } = await answer.json();
  const people = await (await fetch(`/api/v1/versions/${version}/threads/mentionable?q=samuel`)).json();
  const asked = await fetch(`/api/v1/versions/${version}/threads/${id}`, {
    method: "PATCH",
    headers: { "content-type": "application/json", "x-csrf-token": csrf },
    body: JSON.stringify({ assigned_to: people[0].id }),
  });
  return [answer.status, asked.status];
}"""


def test_a_card_tells_whose_alone_it_is_whom_it_waits_for_and_until_when(draft: Draft) -> None:
    aicha, samuel = draft.open(AICHA), draft.open(SAMUEL, "fr")
    assert aicha.page.evaluate(OPEN, [draft.version_id, "All of it, @Samuel?"]) == [201, 200]
    card = samuel.page.locator(".margin .card")
    expect(card).to_contain_text("@Samuel Okafor")
    expect(card.locator(".chip")).to_have_text(["Communication seulement", "Pour Samuel Okafor", "Échéance 1 décembre"])
    expect(aicha.page.locator(".margin .card .chip").last).to_have_text("Due 1 December")
