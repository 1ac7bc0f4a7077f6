// Naming people and teams: `@` and the beginning of a name in a comment, or one person in a field of their own.
import { Choices, type Find, type Mentionable } from "./choices.ts";
import { element } from "./dom.ts";
import { Refused } from "./rest.ts";
import type { Say } from "./words.ts";

type Field = HTMLInputElement | HTMLTextAreaElement;

/** So long nobody is asked while one types on. */
const PAUSE = 120;
const NAME = /(?:^|[\s(«"'’])@([\p{L}\p{N}'’.-]*(?: [\p{L}\p{N}'’-]*)?)$/u;

/** A field in which `@` and a name calls somebody. Who was chosen is sent by id: two may share a name. */
export class Mentions {
  /** To stand beside the field. */
  readonly parts: readonly HTMLElement[];
  private readonly field: Field;
  private readonly choices: Choices;
  private readonly chosen = new Map<string, string>();

  constructor(field: Field, find: Find, say: Say) {
    this.field = field;
    this.choices = new Choices(field, (one) => this.put(one), say);
    this.parts = [this.choices.dom, this.choices.told];
    const look = asker(find, (list) => this.choices.show(list));
    field.addEventListener("input", () => look(this.begun()));
    field.addEventListener("keydown", (event) => this.choices.key(event as KeyboardEvent));
  }

  /** What was written, whoever was chosen by reference. */
  get text(): string {
    return [...this.chosen].reduce((text, [name, reference]) => text.replaceAll(`@${name}`, reference), this.field.value);
  }

  /** The beginning of a name right before the caret; null when there is none. */
  private begun(): string | null {
    const { value, selectionStart, selectionEnd } = this.field;
    if (selectionStart === null || selectionStart !== selectionEnd) return null;
    return NAME.exec(value.slice(0, selectionStart))?.[1] ?? null;
  }

  private put(one: Mentionable): void {
    const begun = this.begun();
    const end = this.field.selectionStart;
    if (begun === null || end === null) return;
    this.chosen.set(one.name, one.reference);
    this.field.setRangeText(`${one.name} `, end - begun.length, end, "end");
  }
}

/** A field for one person, or nobody. */
export class PersonField {
  readonly dom: HTMLElement;
  private readonly field: HTMLInputElement;
  private readonly choices: Choices;
  private chosen: { id: string; name: string } | null;

  constructor(label: string, chosen: { id: string; name: string } | null, find: Find, say: Say) {
    this.chosen = chosen;
    this.field = element("input", {
      class: "input",
      role: "combobox",
      "aria-expanded": "false",
      placeholder: say("nobody"),
      value: chosen?.name ?? "",
      maxlength: 200,
    });
    this.choices = new Choices(this.field, (one) => this.take(one), say);
    const people: Find = async (words) => (await find(words)).filter(({ kind }) => kind === "person");
    const look = asker(people, (list) => this.choices.show(list));
    this.field.addEventListener("input", () => look(this.field.value));
    this.field.addEventListener("focus", () => look(this.field.value === this.chosen?.name ? "" : this.field.value));
    this.field.addEventListener("keydown", (event) => this.choices.key(event));
    this.field.addEventListener("blur", () => this.settle());
    const words = element("span", { class: "small" }, label);
    this.dom = element("label", { class: "asked" }, words, this.field, this.choices.dom, this.choices.told);
  }

  get id(): string | null {
    return this.chosen?.id ?? null;
  }

  private take(one: { id: string; name: string } | null): void {
    this.chosen = one;
    this.field.value = one?.name ?? "";
  }

  /** An empty field is nobody; half a name is whom it was before. */
  private settle(): void {
    this.take(this.field.value.trim() ? this.chosen : null);
  }
}

/** Asks once one has paused, and forgets an answer that comes too late; null asks nobody. */
function asker(find: Find, show: (list: readonly Mentionable[]) => void): (words: string | null) => void {
  let asked = 0;
  let timer = 0;
  return (words) => {
    const mine = ++asked;
    window.clearTimeout(timer);
    if (words === null) return show([]);
    timer = window.setTimeout(() => {
      find(words).then(
        (list) => mine === asked && show(list),
        (error: unknown) => {
          if (!(error instanceof Refused)) throw error; // offline one writes names by hand
        },
      );
    }, PAUSE);
  };
}
