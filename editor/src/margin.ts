// The margin: a card for each thread beside its words, pushed down where two would lie over each other.
import { anchorsIn } from "./anchors.ts";
import { badges, Cards, enter, keepWriting, type About, type MarginActs } from "./cards.ts";
import { element, icon } from "./dom.ts";
import type { Thread } from "./frames.ts";
import { sectionsIn } from "./numbering.ts";
import type { Placed } from "./suggest-margin.ts";
import { ago, type Language, type Say } from "./words.ts";
import type { EditorView } from "prosemirror-view";

const GAP = 8;

export class Margin {
  private readonly side: HTMLElement;
  private readonly view: EditorView;
  private readonly acts: MarginActs;
  private readonly maker: Cards;
  private readonly say: Say;
  private readonly language: Language;
  private readonly cards = new Map<string, { key: string; card: HTMLElement }>();
  private readonly rest = element("div", { class: "card margin-rest" });
  private threads: readonly Thread[] = [];
  private draft: HTMLElement | null = null;
  /** Where the card being written stands when it is about no selected words. */
  private draftAt: number | null = null;
  private due = 0;
  /** The cards of suggestions, which stand among those of the threads. */
  beside: () => readonly Placed[] = () => [];
  /** Where a suggestion begins that is open; null for one that is not. */
  placeOf: (suggestion: string) => number | null = () => null;

  constructor(side: HTMLElement, view: EditorView, acts: MarginActs, say: Say, language: Language) {
    this.side = side;
    this.view = view;
    this.acts = acts;
    this.maker = new Cards(acts, say, language, () => this.place());
    this.say = say;
    this.language = language;
    side.replaceChildren();
    window.addEventListener("resize", () => this.place());
    new ResizeObserver(() => this.place()).observe(view.dom);
    window.setInterval(() => this.show(this.threads), 60_000);
  }

  /** Shows the threads; a card whose thread did not change is left alone, with what is being written in it. */
  show(threads: readonly Thread[]): void {
    this.threads = threads;
    const { focus } = anchorsIn(this.view.state);
    const beside = threads.filter((thread) => thread.open && this.placeFor(thread) !== null);
    for (const [id, { card }] of this.cards) {
      if (beside.some((thread) => thread.id === id)) continue;
      card.remove();
      this.cards.delete(id);
    }
    for (const thread of beside) {
      const on = thread.id === focus;
      const key = JSON.stringify([thread.comments, badges(thread), on, ago(thread.at, this.language, Date.now(), this.say)]);
      const known = this.cards.get(thread.id);
      if (known?.key === key) continue;
      const card = this.maker.card(thread, on);
      keepWriting(known?.card, card);
      if (known) known.card.replaceWith(card);
      else this.side.append(card);
      this.cards.set(thread.id, { key, card });
    }
    this.showRest(threads.filter((thread) => !beside.includes(thread)));
    this.place();
  }

  /** Where the words are that a thread is about; null when they are gone, and for a thread about no words. */
  private placeFor(thread: Thread): number | null {
    const anchor = anchorsIn(this.view.state).by.get(thread.id);
    if (anchor) return anchor.removed ? null : anchor.from;
    return thread.suggestion ? this.placeOf(thread.suggestion) : null;
  }

  /** Opens a card to write a comment in, about the first of what it may be about. */
  compose(abouts: readonly About[]): void {
    this.draft?.remove();
    if (!this.threads.length) this.rest.remove();
    this.draft = this.maker.draft(abouts, () => this.discard());
    const [about] = abouts;
    this.draftAt = about?.kind === "suggestion" ? this.placeOf(about.id) : null;
    this.side.append(this.draft);
    this.place();
    const wide = matchMedia("(min-width: 68.01rem)").matches;
    this.draft.querySelector("textarea")?.focus({ preventScroll: wide });
  }

  /** Puts the cards beside their words: the one in focus exactly, the others as near as they can be. */
  place(): void {
    cancelAnimationFrame(this.due);
    this.due = requestAnimationFrame(() => this.placeNow());
  }

  /** Goes into the thread's card with the keyboard. */
  enter(thread: string): void {
    const known = this.cards.get(thread);
    if (known) enter(known.card);
  }

  private discard(): void {
    this.draft?.remove();
    this.draft = null;
    this.acts.cancel();
    this.show(this.threads);
  }

  private placeNow(): void {
    const top = this.side.getBoundingClientRect().top;
    const { draft } = anchorsIn(this.view.state);
    const wanted: { card: HTMLElement; y: number; on: boolean }[] = [];
    for (const [id, { card }] of this.cards) {
      const thread = this.threads.find((one) => one.id === id);
      const at = thread ? this.placeFor(thread) : null;
      if (at !== null) wanted.push({ card, y: this.heightOf(at) - top, on: card.classList.contains("on") });
    }
    for (const { card, at, on } of this.beside()) wanted.push({ card, y: this.heightOf(at) - top, on });
    const writing = draft?.from ?? this.draftAt ?? this.view.state.selection.from;
    if (this.draft) wanted.push({ card: this.draft, y: this.heightOf(writing) - top, on: true });
    wanted.sort((one, other) => one.y - other.y || Number(other.on) - Number(one.on));
    this.order(wanted.map(({ card }) => card));
    const heights = wanted.map(({ card }) => card.offsetHeight);
    const fixed = Math.max(
      0,
      wanted.findLastIndex(({ on }) => on),
    );
    const places = spread(
      wanted.map(({ y }) => Math.max(0, y)),
      heights,
      fixed,
    );
    places.forEach((y, index) => wanted[index]?.card.style.setProperty("--y", `${y}px`));
    const end = places.reduce((most, y, index) => Math.max(most, y + (heights[index] ?? 0) + GAP), 0);
    this.rest.style.setProperty("--y", `${wanted.length ? end + GAP : 0}px`);
    this.side.style.setProperty("--end", `${end + this.rest.offsetHeight + 2 * GAP}px`);
  }

  /** Cards stand in the order of their words, also for the keyboard; never moved while one of them is being used. */
  private order(cards: readonly HTMLElement[]): void {
    const now = [...this.side.children].filter((child) => cards.includes(child as HTMLElement));
    if (this.side.contains(document.activeElement) || now.every((child, at) => child === cards[at])) return;
    for (const card of cards) this.side.insertBefore(card, this.rest.isConnected ? this.rest : null);
  }

  private heightOf(position: number): number {
    try {
      return this.view.coordsAtPos(Math.min(position, this.view.state.doc.content.size)).top - 14;
    } catch {
      return 0; // the place is not drawn at this moment
    }
  }

  private placeName(thread: Thread): string {
    if (thread.suggestion) return this.say("onSuggestion");
    const section = sectionsIn(this.view.state.doc).find(({ id }) => id === thread.section);
    return section ? this.say("onSection", { section: section.title }) : this.say(thread.section ? "onASection" : "wholeText");
  }

  /** Below the cards: threads whose words are gone, those on no words, and those that are resolved, folded. */
  private showRest(others: readonly Thread[]): void {
    const { by } = anchorsIn(this.view.state);
    const gone = others.filter((thread) => thread.open && by.get(thread.id)?.removed);
    const wide = others.filter((thread) => thread.open && !by.has(thread.id));
    const closed = others.filter((thread) => !thread.open);
    const parts: HTMLElement[] = [];
    for (const thread of wide)
      parts.push(
        this.maker.listed(
          thread,
          element("p", { class: "label" }, this.placeName(thread)),
          thread.suggestion && thread.quote ? element("q", {}, thread.quote) : null,
        ),
      );
    if (gone.length) parts.push(element("h2", { class: "label rest-title" }, icon("unlink"), this.say("removedTitle")));
    for (const thread of gone) {
      const by = thread.removed_by
        ? element("p", { class: "muted small" }, this.say("removedBy", { name: thread.removed_by }))
        : null;
      parts.push(this.maker.listed(thread, element("q", {}, thread.quote), by));
    }
    if (closed.length) {
      const title = closed.length === 1 ? this.say("resolvedOne") : this.say("resolvedMany", { n: closed.length });
      const opened = this.rest.querySelector("details")?.open ?? false;
      parts.push(
        element(
          "details",
          { open: opened },
          element("summary", { class: "label rest-title" }, title),
          ...closed.map((thread) => this.maker.closed(thread)),
        ),
      );
    }
    if (!this.threads.length && !this.draft)
      parts.push(element("p", { class: "muted small rest-title" }, this.say("noThreads")));
    if (this.rest.contains(document.activeElement) && document.activeElement?.closest("form")) return; // an answer is being written
    this.rest.replaceChildren(...parts);
    this.rest.classList.toggle("bare", !this.threads.length);
    if (parts.length) this.side.append(this.rest);
    else this.rest.remove();
  }
}

/** Where cards of these heights stand when the fixed one is exactly at its place and none lies over another. */
export function spread(wanted: readonly number[], heights: readonly number[], fixed: number): number[] {
  const places = [...wanted];
  for (let at = fixed + 1; at < places.length; at++) {
    places[at] = Math.max(places[at] ?? 0, (places[at - 1] ?? 0) + (heights[at - 1] ?? 0) + GAP);
  }
  for (let at = fixed - 1; at >= 0; at--) {
    places[at] = Math.min(places[at] ?? 0, (places[at + 1] ?? 0) - (heights[at] ?? 0) - GAP);
  }
  // There is no room above the margin: then all go down.
  let least = 0;
  return places.map((place, at) => {
    const put = Math.max(place, least);
    least = put + (heights[at] ?? 0) + GAP;
    return put;
  });
}
