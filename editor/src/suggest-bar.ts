// The line above a text with suggestions: which text one sees, on to the next, decisions on those chosen, the reason.
import { button, element, icon } from "./dom.ts";
import type { Shown } from "./suggest-view.ts";
import type { Say, Words } from "./words.ts";

/** What the line asks for. */
export interface BarActs {
  shown(shown: Shown): void;
  walk(by: 1 | -1): void;
  spell(on: boolean): void;
  decideChosen(accept: boolean): void;
  forget(): void;
}

/** What the line tells. */
export interface BarState {
  readonly shown: Shown;
  readonly open: number;
  readonly chosen: number;
  readonly suggests: boolean;
  readonly spells: boolean;
  /** Whether some of the chosen can be accepted. */
  readonly accepts: boolean;
}

const VIEWS: readonly (readonly [Shown, keyof Words])[] = [
  ["suggestions", "viewSuggestions"],
  ["base", "viewBase"],
  ["result", "viewResult"],
];
const MOST_NOTE = 2_000;

export class SuggestBar {
  readonly dom: HTMLElement;
  private readonly say: Say;
  private readonly views: HTMLElement;
  private readonly walking: HTMLElement;
  private readonly count = element("span", { class: "muted small" });
  private readonly told = element("p", { class: "small muted", role: "status" });
  private readonly spells: HTMLButtonElement;
  private readonly chosen: HTMLElement;
  private readonly chosenCount = element("span", { class: "small" });
  private readonly accept: HTMLButtonElement;
  private readonly reason: HTMLElement;
  private readonly field: HTMLInputElement;
  private key = "";

  constructor(acts: BarActs, say: Say) {
    this.say = say;
    const view = ([shown, word]: readonly [Shown, keyof Words]) =>
      button({ "data-shown": shown, "aria-pressed": "false" }, () => acts.shown(shown), say(word));
    this.views = element("div", { class: "seg", role: "group", "aria-label": say("views") }, ...VIEWS.map(view));
    const step = (by: 1 | -1, word: keyof Words, mark: string, keys: string) =>
      button({ class: "icon-btn", "aria-label": say(word), title: `${say(word)} (${keys})` }, () => acts.walk(by), icon(mark));
    this.spells = button(
      { class: "icon-btn", "aria-pressed": "false", "aria-label": say("spell"), title: `${say("spell")}. ${say("spellWhy")}` },
      () => acts.spell(this.spells.getAttribute("aria-pressed") !== "true"),
      icon("scroll-text"),
    );
    this.walking = element(
      "div",
      { class: "row-tight" },
      step(-1, "sugPrevious", "arrow-up", "Alt+↑"),
      step(1, "sugNext", "arrow-down", "Alt+↓"),
      this.count,
      this.spells,
    );
    this.accept = button({ class: "btn small" }, () => acts.decideChosen(true), icon("check"), say("accept"));
    this.chosen = element(
      "div",
      { class: "row-tight", role: "group", "aria-label": say("chosen") },
      this.chosenCount,
      this.accept,
      button({ class: "btn quiet small" }, () => acts.decideChosen(false), say("reject")),
      button({ class: "icon-btn", "aria-label": say("chosenForget"), title: say("chosenForget") }, acts.forget, icon("x")),
    );
    this.field = element("input", { class: "input", maxlength: MOST_NOTE, placeholder: say("reasonHint"), "aria-label": say("reason") });
    this.reason = element("div", { class: "sug-reason" }, this.field);
    const parts = [this.views, this.walking, this.told, this.reason, this.chosen];
    this.dom = element("div", { class: "toolbar sug-bar", role: "region", "aria-label": say("sugBar"), hidden: true }, ...parts);
  }

  /** The reason that waits to go with what is suggested next. */
  get note(): string {
    return this.field.value.trim();
  }

  /** The reason has gone with a suggestion. */
  sent(): void {
    this.field.value = "";
  }

  show(state: BarState): void {
    const key = JSON.stringify(state);
    if (key === this.key) return;
    this.key = key;
    const { say } = this;
    const isRead = state.shown !== "suggestions";
    this.dom.hidden = !state.open && !state.suggests && !isRead;
    for (const one of this.views.querySelectorAll<HTMLElement>("[data-shown]"))
      one.setAttribute("aria-pressed", String(one.dataset["shown"] === state.shown));
    this.count.textContent = state.open === 1 ? say("sugCountOne") : say("sugCount", { n: state.open });
    this.walking.hidden = isRead || !state.open;
    this.spells.setAttribute("aria-pressed", String(state.spells));
    this.chosen.hidden = isRead || !state.chosen;
    this.chosenCount.textContent = state.chosen === 1 ? say("chosenOne") : say("chosenMany", { n: state.chosen });
    this.accept.disabled = !state.accepts;
    this.reason.hidden = isRead || !state.suggests;
    this.told.textContent = isRead ? say(state.shown === "base" ? "viewBaseTold" : "viewResultTold") : "";
    this.told.hidden = !isRead;
  }
}
