// The people in the bar: where each of them is in the text, and going along with one of them.
import type { EditorState } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { avatar, colourOf, element, icon, initials } from "./dom.ts";
import type { Person, Present } from "./frames.ts";
import { sectionNumbers } from "./numbering.ts";
import { caretsIn, type Caret } from "./presence.ts";
import type { Say } from "./words.ts";

/** So long after their last words somebody counts as writing. */
const WRITING = 6_000;
/** Below the bars and above the edge: there a caret is in view. */
const TOP = 210;
const BOTTOM = 120;

export class People {
  private readonly bar: HTMLElement;
  private readonly places = element("p", { class: "present-places muted small" });
  private readonly me: Person;
  private readonly say: Say;
  private readonly view: () => EditorView | null;
  private readonly wrote = new Map<string, number>();
  private readonly note = element("div", { class: "toasts no-print" });
  private others: readonly Present[] = [];
  private followed: string | null = null;
  private key = "";

  constructor(bar: HTMLElement, me: Person, say: Say, view: () => EditorView | null) {
    this.bar = bar;
    this.me = me;
    this.say = say;
    this.view = view;
    bar.before(this.places);
    for (const kind of ["wheel", "touchmove"]) window.addEventListener(kind, () => this.stop(), { passive: true });
    window.addEventListener("keydown", (event) => this.isLeaving(event) && this.stop());
    window.setInterval(() => this.refresh(), WRITING / 3);
  }

  /** Each person once, oneself first. */
  show(list: readonly Present[]): void {
    const others = list.filter((person) => person.id !== this.me.id);
    this.others = [...new Map(others.map((person) => [person.id, person])).values()];
    if (!this.others.some((person) => person.id === this.followed)) this.stop();
    this.refresh();
  }

  /** To be told of each commit: who has just written. */
  hear(by: string): void {
    this.wrote.set(by, Date.now());
  }

  /** To be called after each change of the text or of somebody's place. */
  refresh(): void {
    const state = this.view()?.state ?? null;
    const places = this.others.map((person) => [person, state ? this.whereIs(person, state) : ""] as const);
    const key = JSON.stringify([places.map(([person, where]) => [person.id, where]), this.followed]);
    if (key !== this.key) {
      this.key = key;
      this.draw(places);
    }
    this.goAlong();
  }

  /** One writes oneself now. */
  stop(): void {
    if (this.followed === null) return;
    this.followed = null;
    this.note.remove();
    this.refresh();
  }

  private draw(places: readonly (readonly [Present, string])[]): void {
    const focused = (document.activeElement as HTMLElement | null)?.dataset["person"];
    const own = avatar(this.me);
    own.title = `${this.me.name}, ${this.say("you")}`;
    this.bar.replaceChildren(own, ...places.map(([person, where]) => this.button(person, where)));
    const names = [this.me, ...this.others].map((person) => person.name).join(", ");
    this.bar.setAttribute("aria-label", this.say("present", { names }));
    const told = places.filter(([, where]) => where).map(([person, where]) => `${firstOf(person.name)} ${where}`);
    this.places.textContent = told.slice(0, 2).join(" · ");
    if (focused) this.bar.querySelector<HTMLElement>(`[data-person="${CSS.escape(focused)}"]`)?.focus();
    const where = places.find(([person]) => person.id === this.followed)?.[1] ?? "";
    const shown = this.note.querySelector(".where");
    if (shown) shown.textContent = where;
  }

  private button(person: Present, where: string): HTMLElement {
    const on = person.id === this.followed;
    const label = [person.name, where].filter(Boolean).join(" ");
    const made = element(
      "button",
      {
        class: `avatar ${colourOf(person.id)}`,
        type: "button",
        "data-person": person.id,
        "aria-pressed": String(on),
        "aria-label": this.say("follow", { who: label }),
        title: this.say("follow", { who: label }),
      },
      initials(person.name),
    );
    made.addEventListener("click", () => (on ? this.stop() : this.follow(person)));
    return made;
  }

  private follow(person: Present): void {
    this.followed = person.id;
    const leave = element("button", { type: "button" }, this.say("followStop"));
    leave.addEventListener("click", () => this.stop());
    const words = element("span", { role: "status" }, icon("eye"), this.say("following", { name: person.name }));
    this.note.replaceChildren(
      element("div", { class: "toast" }, words, element("span", { class: "where", "aria-hidden": "true" }), leave),
    );
    document.body.append(this.note);
    this.key = "";
    this.refresh();
  }

  private goAlong(): void {
    const view = this.view();
    const caret = view && this.followed !== null && this.caretOf(this.followed, view.state);
    if (!view || !caret) return;
    const { top } = view.coordsAtPos(Math.min(caret.head, view.state.doc.content.size));
    if (top >= TOP && top <= window.innerHeight - BOTTOM) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    window.scrollBy({ top: top - window.innerHeight / 2, behavior: calm ? "instant" : "smooth" });
  }

  private whereIs(person: Person, state: EditorState): string {
    const caret = this.caretOf(person.id, state);
    if (!caret) return "";
    const section = sectionAt(state, caret.head) || this.say("beginning");
    const isWriting = Date.now() - (this.wrote.get(person.id) ?? 0) < WRITING;
    return this.say(isWriting ? "writesIn" : "readsIn", { section });
  }

  private caretOf(id: string, state: EditorState): Caret | undefined {
    return caretsIn(state).findLast((caret) => caret.id === id);
  }

  private isLeaving(event: KeyboardEvent): boolean {
    return event.key === "Escape" || /^(Page|Arrow|Home$|End$)/.test(event.key);
  }
}

/** Number and title of the section in which a position stands; "" before the first. */
function sectionAt(state: EditorState, position: number): string {
  const numbers = sectionNumbers(state.doc);
  let found = "";
  state.doc.forEach((block, at, place) => {
    if (block.type.name === "heading" && at <= position)
      found = `${numbers.get(place) ?? ""} ${shortened(block.textContent)}`.trim();
  });
  return found;
}

function shortened(title: string): string {
  return title.length > 32 ? `${title.slice(0, 31).trimEnd()}…` : title;
}

function firstOf(name: string): string {
  return name.split(" ")[0] ?? name;
}
