// A short list of people and teams under the field in which one writes: arrows, Enter or a click choose, Escape leaves.
import { avatar, element, icon } from "./dom.ts";
import type { Say } from "./words.ts";

/** Somebody who can be named, or a team. */
export interface Mentionable {
  readonly kind: "person" | "team";
  readonly id: string;
  readonly name: string;
  readonly reference: string;
}

export type Find = (words: string) => Promise<readonly Mentionable[]>;

let made = 0;

export class Choices {
  /** The list, in the top layer: no card cuts it. */
  readonly dom: HTMLElement;
  /** What a screen reader hears of it. */
  readonly told = element("span", { class: "sr", role: "status" });
  private readonly field: HTMLInputElement | HTMLTextAreaElement;
  private readonly choose: (one: Mentionable) => void;
  private readonly say: Say;
  private readonly name = `choices-${++made}`;
  private list: readonly Mentionable[] = [];
  private at = 0;

  constructor(field: HTMLInputElement | HTMLTextAreaElement, choose: (one: Mentionable) => void, say: Say) {
    this.field = field;
    this.choose = choose;
    this.say = say;
    this.dom = element("ul", { class: "choices", id: this.name, role: "listbox", popover: "manual" });
    this.dom.setAttribute("aria-label", say("choices"));
    field.setAttribute("aria-controls", this.name);
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("autocomplete", "off");
    field.addEventListener("blur", () => this.hide());
  }

  get isOpen(): boolean {
    return this.list.length > 0;
  }

  show(list: readonly Mentionable[]): void {
    if (!list.length || !this.field.isConnected || document.activeElement !== this.field) return this.hide();
    this.list = list;
    this.at = 0;
    this.dom.replaceChildren(...list.map((one, place) => this.option(one, place)));
    if (!this.dom.matches(":popover-open")) this.dom.showPopover();
    this.place();
    this.mark();
    this.told.textContent = list.length === 1 ? this.say("choicesOne") : this.say("choicesMany", { n: list.length });
  }

  hide(): void {
    this.list = [];
    this.dom.replaceChildren();
    if (this.dom.isConnected && this.dom.matches(":popover-open")) this.dom.hidePopover();
    this.field.removeAttribute("aria-activedescendant");
    if (this.field.getAttribute("role") === "combobox") this.field.setAttribute("aria-expanded", "false");
    this.told.textContent = "";
  }

  /** Whether the key was for the list. */
  key(event: KeyboardEvent): boolean {
    if (!this.isOpen || event.isComposing) return false;
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") this.move(key === "ArrowDown" ? 1 : -1);
    else if (key === "Enter" || key === "Tab") this.take(this.at);
    else if (key === "Escape") this.hide();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  private move(by: number): void {
    this.at = (this.at + by + this.list.length) % this.list.length;
    this.mark();
  }

  private take(place: number): void {
    const one = this.list[place];
    this.hide();
    if (one) this.choose(one);
  }

  private option(one: Mentionable, place: number): HTMLElement {
    const sign = one.kind === "team" ? icon("users") : avatar(one, "small");
    const made = element("li", { role: "option", id: `${this.name}-${place}` }, sign, element("span", {}, one.name));
    if (one.kind === "team") made.append(element("small", { class: "muted" }, this.say("team")));
    made.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the field keeps the focus
      this.take(place);
    });
    return made;
  }

  private mark(): void {
    [...this.dom.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === this.at)));
    const chosen = this.dom.children[this.at];
    chosen?.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", chosen?.id ?? "");
    if (this.field.getAttribute("role") === "combobox") this.field.setAttribute("aria-expanded", "true");
  }

  private place(): void {
    const { left, top, bottom, width } = this.field.getBoundingClientRect();
    const high = this.dom.offsetHeight;
    const below = bottom + 4 + high <= window.innerHeight;
    this.dom.style.left = `${Math.max(8, Math.min(left, window.innerWidth - this.dom.offsetWidth - 8))}px`;
    this.dom.style.top = `${below ? bottom + 4 : Math.max(8, top - high - 4)}px`;
    this.dom.style.minWidth = `${Math.min(width, 320)}px`;
  }
}
