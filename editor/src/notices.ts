// Messages that stand above the text until they are dealt with: what was refused, words that found no place, the end.
import { button, element, icon } from "./dom.ts";
import type { Again, Loss } from "./host.ts";
import { moment, type Language, type Say, type Words } from "./words.ts";

const LOSSES: Readonly<Record<Loss, keyof Words>> = {
  moved: "lostWhy",
  reopened: "lostReopened",
  refused: "lostRefused",
  left: "lostLeft",
};

const ENDS: Readonly<Record<string, keyof Words>> = {
  "signed-out": "goneSignedOut",
  sign_in_required: "goneSignedOut",
  forbidden: "goneForbidden",
  not_permitted: "goneForbidden",
  another: "goneAnother",
  unknown: "goneUnknown",
  schema: "goneSchema",
  schema_changed: "goneSchema",
};

export class Notices {
  private readonly place: HTMLElement;
  private readonly say: Say;
  private readonly standing = new Map<string, HTMLElement>();

  /** Puts words into the text where the caret stands; false where one may not write. */
  private readonly insert: (words: string) => boolean;

  constructor(place: HTMLElement, say: Say, insert: (words: string) => boolean) {
    this.place = place;
    this.say = say;
    this.insert = insert;
  }

  /** Words that had not been sent when the page was closed are in the text again. */
  restored(at: number, language: Language): void {
    const time = moment(new Date(at), language);
    const acts = element("p", { class: "acts" }, this.closer("restored"));
    this.show("restored", "ok", "check", this.say("restored"), this.say("restoredWhy", { time }), acts);
  }

  /** Words to copy. Those that are lost for the same reason one after the other stand in one notice. */
  lost(words: string, why: Loss, refusal?: { title: string; detail: string }, again: Again | null = null): void {
    const known = this.standing.get(why)?.querySelector("textarea");
    if (known) {
      known.value += `\n${words}`;
      return;
    }
    const text = element("textarea", {
      class: "input",
      readonly: true,
      rows: Math.min(6, 1 + Math.ceil(words.length / 70)),
      "aria-label": this.say("lostTitle"),
    });
    text.value = words;
    const copy = button({ class: "btn small" }, () => void this.copy(text, copy), icon("copy"), this.say("copy"));
    const insert = button(
      { class: "btn small" },
      () => this.insert(text.value) && this.close(why),
      icon("text-cursor-input"),
      this.say("insertHere"),
    );
    const title = refusal?.title || this.say("lostTitle");
    const detail = refusal ? `${refusal.detail} ${this.say(LOSSES[why])}` : this.say(LOSSES[why]);
    this.show(why, "warn", "unlink", title, detail, text, element("p", { class: "acts" }, ...this.again(why, again), copy, insert, this.closer(why)));
  }

  refused({ title, detail }: { title: string; detail: string }, again: Again | null = null): void {
    this.show(
      "refused-only",
      "warn",
      "circle-alert",
      title,
      detail,
      element("p", { class: "acts" }, ...this.again("refused-only", again), this.closer("refused-only")),
    );
  }

  /** Nothing can be stored at this moment; null when it can again. */
  trouble(reason: { title: string; detail: string } | null): void {
    if (reason === null) return this.close("trouble");
    this.show("trouble", "warn", "circle-alert", reason.title, reason.detail);
  }

  /** Where one may read and not write; null takes the notice away. */
  readOnly(why: string | null): void {
    if (why === null) return this.close("read-only");
    this.show("read-only", "", "eye", this.say("readOnlyTitle"), why);
  }

  ended(reason: string, title: string, detail: string): void {
    const again = button({ class: "btn small" }, () => location.reload(), icon("rotate-cw"), this.say("reload"));
    const known = ENDS[reason];
    this.show(
      "end",
      "bad",
      "lock",
      title || this.say("goneTitle"),
      detail || (known ? this.say(known) : ""),
      element("p", { class: "acts" }, again),
    );
  }

  /** A button that suggests the words once more; where their place is not certain it says so. */
  private again(key: string, again: Again | null): HTMLElement[] {
    if (!again) return [];
    const told = element("span", { class: "small", role: "status" });
    const control = button(
      { class: "btn small" },
      () => {
        if (again()) return this.close(key);
        told.textContent = this.say("againNot");
        control.remove();
      },
      icon("rotate-cw"),
      this.say("again"),
    );
    return [control, told];
  }

  private closer(key: string): HTMLButtonElement {
    return button({ class: "btn quiet small" }, () => this.close(key), this.say("close"));
  }

  private close(key: string): void {
    this.standing.get(key)?.remove();
    this.standing.delete(key);
  }

  private show(
    key: string,
    tone: string,
    mark: string,
    title: string,
    detail: string,
    ...more: readonly HTMLElement[]
  ): void {
    if (this.standing.get(key)?.dataset["said"] === title + detail) return;
    this.close(key);
    const made = element(
      "div",
      { class: `notice ${tone} after-m`.replace("  ", " "), role: "alert" },
      icon(mark),
      element("div", {}, element("h2", {}, title), element("p", {}, detail), ...more),
    );
    made.dataset["said"] = title + detail;
    this.standing.set(key, made);
    this.place.append(made);
    if (key !== "read-only") made.scrollIntoView({ block: "nearest" });
  }

  private async copy(text: HTMLTextAreaElement, control: HTMLButtonElement): Promise<void> {
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
    } catch {
      document.execCommand("copy"); // without https there is no clipboard to write to
    }
    control.replaceChildren(icon("check"), this.say("copied"));
  }
}
