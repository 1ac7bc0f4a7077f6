// The margin: a card for each thread beside its words, pushed down where two would lie over each other.
import { anchorsIn } from "./anchors.ts";
import { avatar, button, element, icon } from "./dom.ts";
import type { Comment, Thread } from "./frames.ts";
import { Refused } from "./rest.ts";
import { ago, type Language, type Say } from "./words.ts";
import type { EditorView } from "prosemirror-view";

const GAP = 8;

/** What cards ask for. */
export interface MarginActs {
  reply(thread: string, text: string): Promise<void>;
  resolve(thread: string): Promise<void>;
  reopen(thread: string): Promise<void>;
  open(text: string): Promise<void>;
  /** Puts a thread in focus and shows its words; null leaves all. */
  focus(thread: string | null): void;
  cancel(): void;
}

export class Margin {
  private readonly side: HTMLElement;
  private readonly view: EditorView;
  private readonly acts: MarginActs;
  private readonly say: Say;
  private readonly language: Language;
  private readonly cards = new Map<string, { key: string; card: HTMLElement }>();
  private readonly rest = element("div", { class: "card margin-rest" });
  private threads: readonly Thread[] = [];
  private draft: HTMLElement | null = null;
  private due = 0;
  private canDiscuss = true;

  constructor(side: HTMLElement, view: EditorView, acts: MarginActs, say: Say, language: Language) {
    this.side = side;
    this.view = view;
    this.acts = acts;
    this.say = say;
    this.language = language;
    side.replaceChildren();
    window.addEventListener("resize", () => this.place());
    new ResizeObserver(() => this.place()).observe(view.dom);
    window.setInterval(() => this.show(this.threads), 60_000);
  }

  /** Shows the threads; a card whose thread did not change is left alone, with what is being written in it. */
  show(threads: readonly Thread[], canDiscuss = this.canDiscuss): void {
    this.threads = threads;
    this.canDiscuss = canDiscuss;
    const { by, focus } = anchorsIn(this.view.state);
    const beside = threads.filter((thread) => thread.open && by.get(thread.id)?.removed === false);
    for (const [id, { card }] of this.cards) {
      if (beside.some((thread) => thread.id === id)) continue;
      card.remove();
      this.cards.delete(id);
    }
    for (const thread of beside) {
      const on = thread.id === focus;
      const key = JSON.stringify([thread.comments, on, canDiscuss, ago(thread.at, this.language, Date.now(), this.say)]);
      const known = this.cards.get(thread.id);
      if (known?.key === key) continue;
      const card = this.card(thread, on);
      keepWriting(known?.card, card);
      if (known) known.card.replaceWith(card);
      else this.side.append(card);
      this.cards.set(thread.id, { key, card });
    }
    this.showRest(threads.filter((thread) => !beside.includes(thread)));
    this.place();
  }

  /** Opens a card to write a comment in. */
  compose(): void {
    this.draft?.remove();
    if (!this.threads.length) this.rest.remove();
    const text = element("textarea", { class: "input", rows: 3, "aria-label": this.say("threadText"), required: true, maxlength: 10_000 });
    const wrong = element("p", { class: "text-bad small", role: "alert" });
    const send = element("button", { class: "btn primary small", type: "submit" }, this.say("threadSend"));
    const form = element("form", { class: "thread on" }, element("p", { class: "by" }, element("strong", {}, this.say("threadNew"))), text, wrong,
      element("p", { class: "acts" }, send, button({ class: "btn quiet small" }, () => this.discard(), this.say("threadCancel"))));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!text.value.trim()) return text.focus();
      wrong.textContent = this.say("threadWaits");
      void this.attempt(() => this.acts.open(text.value), send, wrong, () => this.discard());
    });
    escapes(form, () => this.discard());
    this.draft = element("article", { class: "card on drafted", "aria-label": this.say("threadNew") }, form);
    this.side.append(this.draft);
    this.place();
    text.focus({ preventScroll: matchMedia("(min-width: 68.01rem)").matches });
  }

  /** Puts the cards beside their words: the one in focus exactly, the others as near as they can be. */
  place(): void {
    cancelAnimationFrame(this.due);
    this.due = requestAnimationFrame(() => this.placeNow());
  }

  /** The thread's first field or button, to go to with the keyboard. */
  enter(thread: string): void {
    const card = this.cards.get(thread)?.card;
    card?.querySelector<HTMLElement>("input, textarea, button")?.focus();
    card?.scrollIntoView({ block: "nearest" });
  }

  private discard(): void {
    this.draft?.remove();
    this.draft = null;
    this.acts.cancel();
    this.show(this.threads);
  }

  private placeNow(): void {
    const top = this.side.getBoundingClientRect().top;
    const { by, draft } = anchorsIn(this.view.state);
    const wanted: { card: HTMLElement; y: number; on: boolean }[] = [];
    for (const [id, { card }] of this.cards) {
      const anchor = by.get(id);
      if (anchor) wanted.push({ card, y: this.heightOf(anchor.from) - top, on: card.classList.contains("on") });
    }
    if (this.draft) wanted.push({ card: this.draft, y: draft ? this.heightOf(draft.from) - top : 0, on: true });
    wanted.sort((one, other) => one.y - other.y || Number(other.on) - Number(one.on));
    this.order(wanted.map(({ card }) => card));
    const heights = wanted.map(({ card }) => card.offsetHeight);
    const fixed = Math.max(0, wanted.findLastIndex(({ on }) => on));
    const places = spread(wanted.map(({ y }) => Math.max(0, y)), heights, fixed);
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

  private card(thread: Thread, on: boolean): HTMLElement {
    const body = element("div", { class: on ? "thread on" : "thread" }, ...this.said(thread), on && this.canDiscuss && this.answer(thread));
    const card = element("article", { class: on ? "card on" : "card", "data-thread": thread.id, "aria-label": `${thread.by.name}: ${thread.quote}`, tabindex: on ? null : 0 }, body);
    card.addEventListener("click", () => !card.classList.contains("on") && this.acts.focus(thread.id));
    card.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target !== card) return;
      event.preventDefault();
      this.acts.focus(thread.id);
      this.enter(thread.id);
    });
    escapes(card, () => this.acts.focus(null));
    return card;
  }

  private said(thread: Thread): HTMLElement[] {
    return thread.comments.map((comment, place) => {
      const parts = [this.byline(comment), ...comment.text.split(/\n{2,}/).map((text) => element("p", { class: "said" }, text))];
      if (place === 0 && thread.blocking) parts[0]?.append(element("span", { class: "chip late" }, icon("circle-alert"), this.say("blocking")));
      return element("div", { class: place ? "reply" : "" }, ...parts);
    });
  }

  private byline(comment: Comment): HTMLElement {
    const when = element("time", { datetime: comment.at }, ago(comment.at, this.language, Date.now(), this.say));
    return element("p", { class: "by" }, avatar(comment.by, "small"), element("strong", {}, comment.by.name), " ", when);
  }

  private answer(thread: Thread): HTMLElement {
    const label = this.say("replyTo", { name: thread.by.name });
    const field = element("input", { class: "input grow", placeholder: this.say("reply"), "aria-label": label, maxlength: 10_000 });
    const wrong = element("p", { class: "text-bad small", role: "alert" });
    const close = button({ class: "btn small" }, () => void this.attempt(() => this.acts.resolve(thread.id), close, wrong), icon("check"), this.say("resolve"));
    const send = element("button", { class: "icon-btn", type: "submit", "aria-label": this.say("reply") }, icon("send"));
    const form = element("form", { class: "acts" }, field, send, close);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (field.value.trim()) void this.attempt(() => this.acts.reply(thread.id, field.value), field, wrong, () => (field.value = ""));
    });
    return element("div", {}, form, wrong);
  }

  /** Below the cards: threads whose words are gone, those on no words, and those that are resolved, folded. */
  private showRest(others: readonly Thread[]): void {
    const { by } = anchorsIn(this.view.state);
    const gone = others.filter((thread) => thread.open && by.get(thread.id)?.removed);
    const wide = others.filter((thread) => thread.open && !by.has(thread.id));
    const closed = others.filter((thread) => !thread.open);
    const parts: HTMLElement[] = [];
    for (const thread of wide) parts.push(this.listed(thread, element("p", { class: "label" }, this.say(thread.section ? "onSection" : "wholeText"))));
    if (gone.length) parts.push(element("h2", { class: "label rest-title" }, icon("unlink"), this.say("removedTitle")));
    for (const thread of gone) {
      const by = thread.removed_by ? element("p", { class: "muted small" }, this.say("removedBy", { name: thread.removed_by })) : null;
      parts.push(this.listed(thread, element("q", {}, thread.quote), by));
    }
    if (closed.length) {
      const title = closed.length === 1 ? this.say("resolvedOne") : this.say("resolvedMany", { n: closed.length });
      const opened = this.rest.querySelector("details")?.open ?? false;
      parts.push(element("details", { open: opened }, element("summary", { class: "label rest-title" }, title), ...closed.map((thread) => this.closed(thread))));
    }
    if (!this.threads.length && !this.draft) parts.push(element("p", { class: "muted small rest-title" }, this.say("noThreads")));
    if (this.rest.contains(document.activeElement) && document.activeElement?.matches("input")) return; // an answer is being written
    this.rest.replaceChildren(...parts);
    this.rest.classList.toggle("bare", !this.threads.length);
    if (parts.length) this.side.append(this.rest);
    else this.rest.remove();
  }

  private listed(thread: Thread, ...above: readonly (HTMLElement | null)[]): HTMLElement {
    return element("div", { class: "thread", "data-thread": thread.id }, ...above, ...this.said(thread), this.canDiscuss && this.answer(thread));
  }

  private closed(thread: Thread): HTMLElement {
    const wrong = element("p", { class: "text-bad small", role: "alert" });
    const again = button({ class: "btn quiet small" }, () => void this.attempt(() => this.acts.reopen(thread.id), again, wrong), icon("undo-2"), this.say("reopen"));
    return element("div", { class: "thread", "data-thread": thread.id }, thread.quote ? element("q", {}, thread.quote) : null, ...this.said(thread),
      this.canDiscuss && element("p", { class: "acts" }, again), wrong);
  }

  private async attempt(act: () => Promise<void>, control: HTMLButtonElement | HTMLInputElement, wrong: HTMLElement, done?: () => void): Promise<void> {
    // A field that is disabled loses the focus; it only waits.
    const wait = (on: boolean) => (control instanceof HTMLInputElement ? (control.readOnly = on) : (control.disabled = on));
    wait(true);
    try {
      await act();
      wrong.textContent = "";
      done?.();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      wrong.textContent = error.title ? `${error.title}. ${error.message}` : this.say("offlineAnswer");
    } finally {
      wait(false);
      this.place();
    }
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

function keepWriting(from: HTMLElement | undefined, to: HTMLElement): void {
  const before = from?.querySelector<HTMLInputElement>("input.input");
  const after = to.querySelector<HTMLInputElement>("input.input");
  if (!before || !after) return;
  after.value = before.value;
  if (document.activeElement === before) queueMicrotask(() => after.focus({ preventScroll: true }));
}

function escapes(part: HTMLElement, leave: () => void): void {
  part.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    leave();
  });
}
