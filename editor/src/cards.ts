// The cards of the margin: what was said, a field to answer in, a comment being written.
import { AskedFields, type Asked, type Readers } from "./asking.ts";
import { avatar, button, element, icon } from "./dom.ts";
import type { Comment, Named, Thread } from "./frames.ts";
import { Mentions } from "./naming.ts";
import { Refused } from "./rest.ts";
import { ago, type Language, type Say } from "./words.ts";

/** What a new thread is about: words selected in the text, a section, a suggestion, or the whole text. */
export type About =
  | { readonly kind: "words" }
  | { readonly kind: "section"; readonly id: string; readonly title: string }
  | { readonly kind: "suggestion"; readonly id: string; readonly title: string }
  | { readonly kind: "whole" };

export interface NewThread extends Asked {
  readonly text: string;
  readonly lane: string;
  readonly about: About;
}

/** What cards ask for. */
export interface MarginActs {
  readonly readers: Readers;
  /** The teams that one may keep a thread to. */
  readonly lanes: readonly Named[];
  ask(thread: string, asked: Asked): Promise<void>;
  reply(thread: string, text: string): Promise<void>;
  resolve(thread: string): Promise<void>;
  reopen(thread: string): Promise<void>;
  open(thread: NewThread): Promise<void>;
  /** Puts a thread in focus and shows its words; null leaves all. */
  focus(thread: string | null): void;
  cancel(): void;
}

/** What of a thread its chips tell: a card is drawn anew when it changes. */
export function badges(thread: Thread): unknown[] {
  return [thread.blocking, thread.lane, thread.assigned_to, thread.due_on];
}

function day(date: string, language: Language): string {
  const locale = language === "fr" ? "fr-FR" : "en-GB";
  const said = new Date(`${date}T12:00:00Z`).toLocaleDateString(locale, { day: "numeric", month: "long", timeZone: "UTC" });
  return language === "fr" ? said.replace(/^1 /, "1er ") : said;
}

export class Cards {
  private readonly acts: MarginActs;
  private readonly say: Say;
  private readonly language: Language;
  /** To be called when a card's height may have changed. */
  private readonly changed: () => void;

  constructor(acts: MarginActs, say: Say, language: Language, changed: () => void) {
    this.acts = acts;
    this.say = say;
    this.language = language;
    this.changed = changed;
  }

  card(thread: Thread, on: boolean): HTMLElement {
    const body = element(
      "div",
      { class: on ? "thread on" : "thread" },
      ...this.said(thread),
      on && this.answer(thread),
    );
    const card = element(
      "article",
      {
        class: on ? "card on" : "card",
        "data-thread": thread.id,
        "aria-label": `${thread.by.name}: ${thread.quote}`,
        tabindex: on ? null : 0,
      },
      body,
    );
    card.addEventListener("click", () => !card.classList.contains("on") && this.acts.focus(thread.id));
    card.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target !== card) return;
      event.preventDefault();
      this.acts.focus(thread.id);
      enter(card);
    });
    escapes(card, () => this.acts.focus(null));
    return card;
  }

  /** A card to write a comment in, about the first of what it may be about. */
  draft(abouts: readonly About[], discard: () => void): HTMLElement {
    const text = element("textarea", {
      class: "input",
      rows: 3,
      "aria-label": this.say("threadText"),
      required: true,
      maxlength: 10_000,
    });
    const fields = new AskedFields(null, this.acts.lanes, this.acts.readers, this.say);
    const mentions = new Mentions(text, (words) => this.acts.readers(words, fields.laneId), this.say);
    const about = this.abouts(abouts);
    const more = element("details", { class: "small" }, element("summary", {}, this.say("askMore")), fields.dom);
    more.addEventListener("toggle", this.changed);
    const wrong = element("p", { class: "text-bad small", role: "alert" });
    const send = element("button", { class: "btn primary small", type: "submit" }, this.say("threadSend"));
    const cancel = button({ class: "btn quiet small" }, discard, this.say("threadCancel"));
    const title = element("p", { class: "by" }, element("strong", {}, this.say("threadNew")));
    const form = element(
      "form",
      { class: "thread on" },
      title,
      about,
      text,
      ...mentions.parts,
      element("p", { class: "small muted" }, this.say("namesHint")),
      more,
      wrong,
      element("p", { class: "acts" }, send, cancel),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!text.value.trim()) return text.focus();
      wrong.textContent = this.say("threadWaits");
      const chosen = abouts[Number((about as HTMLSelectElement).value ?? 0)] ?? { kind: "whole" };
      const thread = { text: mentions.text, lane: fields.laneId, ...fields.asked, about: chosen };
      void this.attempt(() => this.acts.open(thread), send, wrong, discard);
    });
    escapes(form, discard);
    return element("article", { class: "card on drafted", "aria-label": this.say("threadNew") }, form);
  }

  /** What the comment is about: to be chosen where there is a choice. */
  private abouts(list: readonly About[]): HTMLElement {
    const said = (one: About) =>
      one.kind === "words" ? this.say("aboutWords") : one.kind === "whole" ? this.say("aboutWhole") : one.title;
    const [only] = list;
    if (list.length < 2) return element("p", { class: "small muted" }, only && said(only));
    const options = list.map((one, place) => element("option", { value: place }, said(one)));
    return element("select", { class: "input", "aria-label": this.say("about") }, ...options);
  }

  listed(thread: Thread, ...above: readonly (HTMLElement | null)[]): HTMLElement {
    return element(
      "div",
      { class: "thread", "data-thread": thread.id },
      ...above,
      ...this.said(thread),
      this.answer(thread),
    );
  }

  closed(thread: Thread): HTMLElement {
    const wrong = element("p", { class: "text-bad small", role: "alert" });
    const again = button(
      { class: "btn quiet small" },
      () => void this.attempt(() => this.acts.reopen(thread.id), again, wrong),
      icon("undo-2"),
      this.say("reopen"),
    );
    return element(
      "div",
      { class: "thread", "data-thread": thread.id },
      thread.quote ? element("q", {}, thread.quote) : null,
      ...this.said(thread),
      element("p", { class: "acts" }, again),
      wrong,
    );
  }

  private said(thread: Thread): HTMLElement[] {
    return thread.comments.map((comment, place) => {
      const parts = [
        this.byline(comment),
        ...comment.text.split(/\n{2,}/).map((text) => element("p", { class: "said" }, text)),
      ];
      if (place === 0) parts[0]?.append(...this.chips(thread));
      return element("div", { class: place ? "reply" : "" }, ...parts);
    });
  }

  /** What is asked of whom: whether it holds publication back, whose alone it is, whom it waits for and until when. */
  private chips(thread: Thread): HTMLElement[] {
    const due = thread.due_on ? this.say("dueOn", { date: day(thread.due_on, this.language) }) : "";
    const name = thread.assigned_to?.name ?? "";
    const chips: [boolean, string, string | null, string][] = [
      [thread.blocking, "chip late", "circle-alert", this.say("blocking")],
      [thread.lane !== null, "chip", "lock", this.say("onlyTeam", { team: thread.lane?.name ?? "" })],
      [thread.assigned_to !== null, "chip", null, this.say("waitsFor", { name })],
      [due !== "", "chip", null, due],
    ];
    return chips
      .filter(([shown]) => shown)
      .map(([, look, sign, words]) => element("span", { class: look }, sign && icon(sign), words));
  }

  private byline(comment: Comment): HTMLElement {
    const when = element("time", { datetime: comment.at }, ago(comment.at, this.language, Date.now(), this.say));
    return element(
      "p",
      { class: "by" },
      avatar(comment.by, "small"),
      element("strong", {}, comment.by.name),
      " ",
      when,
    );
  }

  private answer(thread: Thread): HTMLElement {
    const label = this.say("replyTo", { name: thread.by.name });
    const field = element("input", {
      class: "input grow",
      placeholder: this.say("reply"),
      "aria-label": label,
      maxlength: 10_000,
    });
    const wrong = element("p", { class: "text-bad small", role: "alert" });
    const close = button(
      { class: "btn small" },
      () => void this.attempt(() => this.acts.resolve(thread.id), close, wrong),
      icon("check"),
      this.say("resolve"),
    );
    const send = element(
      "button",
      { class: "icon-btn", type: "submit", "aria-label": this.say("reply") },
      icon("send"),
    );
    const mentions = new Mentions(field, (words) => this.acts.readers(words, thread.lane?.id ?? ""), this.say);
    const form = element("form", { class: "acts" }, field, send, close);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (field.value.trim())
        void this.attempt(
          () => this.acts.reply(thread.id, mentions.text),
          field,
          wrong,
          () => (field.value = ""),
        );
    });
    return element("div", { class: "answer" }, form, ...mentions.parts, wrong, this.asking(thread));
  }

  /** Whom the thread waits for, until when, and whether it holds publication back. */
  private asking(thread: Thread): HTMLElement {
    const fields = new AskedFields(thread, [], this.acts.readers, this.say);
    const wrong = element("p", { class: "text-bad small", role: "alert" });
    const save = element("button", { class: "btn small", type: "submit" }, this.say("askSave"));
    const form = element("form", {}, fields.dom, wrong, element("p", { class: "acts" }, save));
    const more = element("details", { class: "small asking" }, element("summary", {}, this.say("askAssign")), form);
    more.addEventListener("toggle", this.changed);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.attempt(() => this.acts.ask(thread.id, fields.asked), save, wrong, () => (more.open = false));
    });
    return more;
  }

  private async attempt(
    act: () => Promise<void>,
    control: HTMLButtonElement | HTMLInputElement,
    wrong: HTMLElement,
    done?: () => void,
  ): Promise<void> {
    // A field that is disabled loses the focus; it only waits.
    const wait = (on: boolean) =>
      control instanceof HTMLInputElement ? (control.readOnly = on) : (control.disabled = on);
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
      this.changed();
    }
  }
}

/** What is being written in a card goes over into the card that takes its place, with all that was chosen for it. */
export function keepWriting(from: HTMLElement | undefined, to: HTMLElement): void {
  const before = from?.querySelector<HTMLElement>(".answer");
  const after = to.querySelector<HTMLElement>(".answer");
  if (!before || !after) return;
  const focused = before.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
  const written = before.querySelector<HTMLInputElement>("form.acts input")?.value ?? "";
  if (!focused && !written && !before.querySelector("details[open]")) return;
  after.replaceWith(before);
  if (focused) queueMicrotask(() => focused.focus({ preventScroll: true }));
}

function escapes(part: HTMLElement, leave: () => void): void {
  part.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    leave();
  });
}

/** Goes to the card's first field or button. */
export function enter(card: HTMLElement): void {
  card.querySelector<HTMLElement>("input, textarea, button")?.focus();
  card.scrollIntoView({ block: "nearest" });
}
