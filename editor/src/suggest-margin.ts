// The cards of suggestions in the margin: whose, what it does in words, and the buttons that decide.
import type { EditorView } from "prosemirror-view";
import { avatar, button, element, icon } from "./dom.ts";
import type { Can, SuggestionRow } from "./frames.ts";
import { focusedSuggestion, openSuggestions, type Who } from "./suggest-look.ts";
import { otherSentences, sentences } from "./suggestion-words.ts";
import { alsoClosed, sectionOf, wordsIn, type Suggestion } from "./suggestions.ts";
import { ago, type Language, type Say } from "./words.ts";

/** What the cards ask for. */
export interface SuggestionActs {
  decide(accept: readonly string[], reject: readonly string[]): void;
  /** Puts a suggestion in front and shows its words; null leaves all. */
  focus(id: string | null): void;
  mine(id: string): boolean;
  may(): { readonly can: Can; readonly decides: boolean };
  row(id: string): SuggestionRow | undefined;
  readonly who: Who;
  /** A comment on the suggestion; the title says which. */
  comment(id: string, title: string): void;
  /** Other suggestions are chosen, to be decided together. */
  chose(): void;
}

/** A card with where its words begin. */
export interface Placed {
  readonly card: HTMLElement;
  readonly at: number;
  readonly on: boolean;
}

export class SuggestionCards {
  private readonly side: HTMLElement;
  private readonly view: EditorView;
  private readonly acts: SuggestionActs;
  private readonly say: Say;
  private readonly language: Language;
  readonly chosen = new Set<string>();
  private readonly cards = new Map<string, { key: string; card: HTMLElement; at: number }>();

  constructor(side: HTMLElement, view: EditorView, acts: SuggestionActs, say: Say, language: Language) {
    this.side = side;
    this.view = view;
    this.acts = acts;
    this.say = say;
    this.language = language;
  }

  /** Brings the cards up to date; one whose suggestion says the same is left alone. */
  show(): void {
    const list = openSuggestions(this.view.state);
    const focus = focusedSuggestion(this.view.state);
    for (const [id, { card }] of this.cards) {
      if (list.some((one) => one.id === id)) continue;
      card.remove();
      this.cards.delete(id);
      this.chosen.delete(id);
    }
    list.forEach((one, place) => this.showOne(one, place, list, one.id === focus));
  }

  /** Chooses none any more. */
  forget(): void {
    this.chosen.clear();
    for (const box of this.side.querySelectorAll<HTMLInputElement>(".sug-choose")) box.checked = false;
    this.acts.chose();
  }

  /** Whether one may accept it here: in a review nobody accepts what they suggested. */
  accepts(id: string): boolean {
    const { can, decides } = this.acts.may();
    return decides && !(this.acts.mine(id) && can === "suggest");
  }

  placed(): Placed[] {
    return [...this.cards.values()].map(({ card, at }) => ({ card, at, on: card.classList.contains("on") }));
  }

  /** Goes into the suggestion's card with the keyboard. */
  enter(id: string): void {
    this.cards.get(id)?.card.querySelector<HTMLElement>("button")?.focus();
  }

  private showOne(one: Suggestion, place: number, list: readonly Suggestion[], on: boolean): void {
    const row = this.acts.row(one.id);
    const when = row ? ago(row.at, this.language, Date.now(), this.say) : "";
    const told = one.pieces.map(({ start: _, end: __, ...piece }) => piece);
    const around = on ? list.map(({ id, pieces }) => [id, pieces.length]) : [place, list.length];
    const { name } = this.acts.who(one.id);
    const key = JSON.stringify([told, on, when, row?.note, name, this.acts.may(), around]);
    const at = one.pieces[0]?.start ?? this.view.state.doc.content.size;
    const known = this.cards.get(one.id);
    if (known?.key === key) return void this.cards.set(one.id, { ...known, at });
    const card = this.card(one, place, list, on, when);
    if (known?.card.contains(document.activeElement))
      queueMicrotask(() => {
        if (document.activeElement === document.body) card.querySelector("button")?.focus();
      });
    if (known) known.card.replaceWith(card);
    else this.side.append(card);
    this.cards.set(one.id, { key, card, at });
  }

  private card(one: Suggestion, place: number, list: readonly Suggestion[], on: boolean, when: string): HTMLElement {
    const { acts, say } = this;
    const person = acts.who(one.id);
    const note = acts.row(one.id)?.note;
    const words = sentences(one, say).join(". ");
    const by = element(
      "p",
      { class: "by" },
      avatar(person, "small"),
      element("strong", {}, person.name),
      " ",
      element("span", { class: "muted" }, say("sugBy")),
      when && element("time", {}, when),
      this.choice(one, person.name, words),
    );
    const label = say("sugOne", { n: place + 1, m: list.length, name: person.name, words });
    const card = element(
      "article",
      { class: on ? "card on" : "card", "data-suggestion": one.id, "aria-label": label, tabindex: on ? null : 0 },
      element(
        "div",
        { class: on ? "thread on" : "thread" },
        by,
        this.redline(one),
        note && element("p", { class: "muted" }, note),
        ...(on ? this.consequences(one) : []),
        this.decisions(one),
        on && this.several(one, list),
      ),
    );
    card.addEventListener("click", () => !card.classList.contains("on") && acts.focus(one.id));
    card.addEventListener("keydown", (event) => {
      if (event.key === "Escape") acts.focus(null);
      else if (event.key === "Enter" && event.target === card) acts.focus(one.id);
      else return;
      event.preventDefault();
      event.stopPropagation();
      if (event.key === "Enter") this.enter(one.id);
    });
    return card;
  }

  private redline(one: Suggestion): HTMLElement {
    const [old, fresh] = [wordsIn(one.pieces, "deleted"), wordsIn(one.pieces, "inserted")];
    const parts = [old && element("del", {}, old), " ", fresh && element("ins", {}, fresh)];
    const line = (old || fresh) && element("span", {}, ...parts);
    const others = otherSentences(one, this.say).map((words) => element("span", { class: "sug-told" }, words));
    return element("p", { class: "sug" }, line || null, ...others);
  }

  /** What else a decision would close: suggestions that stand on this one. */
  private consequences(one: Suggestion): HTMLElement[] {
    if (!this.acts.may().decides) return [];
    const { doc } = this.view.state;
    const found = [
      ["sugAlsoAccept", alsoClosed(doc, [one.id], []).size],
      ["sugAlsoReject", alsoClosed(doc, [], [one.id]).size],
    ] as const;
    return found
      .filter(([, n]) => n > 0)
      .map(([word, n]) => element("p", { class: "muted small" }, this.say(word, { n })));
  }

  private decisions(one: Suggestion): HTMLElement | null {
    const { acts, say } = this;
    const own = acts.mine(one.id);
    const title = say("aboutSuggestion", { name: acts.who(one.id).name, words: sentences(one, say).join(". ") });
    const talk = button(
      { class: "btn quiet small" },
      (event) => {
        event.stopPropagation();
        acts.comment(one.id, title);
      },
      icon("message-square"),
      say("comment"),
    );
    const { can, decides } = acts.may();
    if (!decides && !(own && can !== "read")) return element("p", { class: "acts" }, talk);
    const accepts = this.accepts(one.id);
    const accept = button({ class: "btn small" }, (event) => this.act(event, [one.id], []), icon("check"), say("accept"));
    const away = say(own ? "withdraw" : "reject");
    const reject = button({ class: "btn quiet small" }, (event) => this.act(event, [], [one.id]), away);
    return element("p", { class: "acts" }, accepts && accept, reject, talk);
  }

  /** A box that chooses the suggestion, where one may decide on it. */
  private choice(one: Suggestion, name: string, words: string): HTMLElement | null {
    if (!this.acts.may().decides) return null;
    const box = element("input", {
      class: "sug-choose",
      type: "checkbox",
      "aria-label": this.say("choose", { name, words }),
    });
    box.checked = this.chosen.has(one.id);
    box.addEventListener("click", (event) => event.stopPropagation());
    box.addEventListener("keydown", (event) => event.key !== "Escape" && event.stopPropagation());
    box.addEventListener("change", () => {
      if (box.checked) this.chosen.add(one.id);
      else this.chosen.delete(one.id);
      this.acts.chose();
    });
    return box;
  }

  private several(one: Suggestion, list: readonly Suggestion[]): HTMLElement | null {
    const { can, decides } = this.acts.may();
    if (!decides) return null;
    const person = this.acts.who(one.id);
    const decidable = list.filter(({ id }) => can === "edit" || !this.acts.mine(id));
    const here = decidable.filter((other) => sectionOf(other) === sectionOf(one)).map(({ id }) => id);
    const theirs = decidable.filter(({ id }) => this.acts.who(id).id === person.id).map(({ id }) => id);
    const choices: HTMLElement[] = [];
    const offer = (ids: readonly string[], words: string, accepts: boolean) => {
      const [accept, reject] = accepts ? [ids, []] : [[], ids];
      choices.push(button({ class: "btn quiet small" }, (event) => this.act(event, accept, reject), words));
    };
    const told = { n: theirs.length, name: person.name };
    if (theirs.length > 1) {
      offer(theirs, this.say("sugAllAccept", told), true);
      offer(theirs, this.say("sugAllReject", told), false);
    }
    if (here.length > 1) {
      offer(here, this.say("sugSectionAccept", { n: here.length }), true);
      offer(here, this.say("sugSectionReject", { n: here.length }), false);
    }
    if (!choices.length) return null;
    const title = element("summary", { class: "small muted" }, this.say("sugMore"));
    return element("details", { class: "sug-several" }, title, element("p", { class: "acts" }, ...choices));
  }

  private act(event: MouseEvent, accept: readonly string[], reject: readonly string[]): void {
    event.stopPropagation();
    this.acts.decide(accept, reject);
  }
}
