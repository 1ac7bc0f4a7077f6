// Suggestions on the editor's page: the mode and its button, the drawing in the text, the cards beside it, decisions.
import { Selection, type EditorState, type Plugin, type Transaction } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { button, icon } from "./dom.ts";
import type { Can, Person, SuggestionRow } from "./frames.ts";
import {
  focusedSuggestion,
  openSuggestions,
  suggestionAt,
  suggestionsPlugin,
  withSuggestion,
} from "./suggest-look.ts";
import { suggestionIds } from "./suggest-layers.ts";
import { suggestBreach } from "./suggest-law.ts";
import { SuggestionCards, type Placed } from "./suggest-margin.ts";
import { SuggestMode } from "./suggest-mode.ts";
import { sessionOf } from "./suggestions.ts";
import type { Language, Say } from "./words.ts";

/** What suggestions need of the page. */
export interface SuggestHost {
  view(): EditorView | null;
  can(): Can;
  /** Whether one may decide on others' suggestions. */
  decides(): boolean;
  told(refusal: { title: string; detail: string }): void;
  /** Decides once everything written is saved; false when there is no connection. */
  decide(accept: readonly string[], reject: readonly string[]): void;
  /** Whether somebody speaks of the words between two places. */
  isDiscussed(from: number, to: number): boolean;
}

export class SuggestPage {
  readonly button: HTMLButtonElement;
  private readonly mode: SuggestMode;
  private readonly host: SuggestHost;
  private readonly me: Person;
  private readonly say: Say;
  private readonly language: Language;
  private chosen = false;
  private rows = new Map<string, SuggestionRow>();
  private people = new Map<string, Person>();
  private cards: SuggestionCards | null = null;

  constructor(host: SuggestHost, me: Person, say: Say, language: Language) {
    this.host = host;
    this.me = me;
    this.say = say;
    this.language = language;
    this.mode = new SuggestMode({
      suggests: () => this.suggests,
      refused: (reason) => host.told({ title: say("refusedTitle"), detail: say(reason) }),
      isClosed: (id) => this.isDiscussed(id),
    });
    this.button = button({ class: "btn quiet small", "aria-pressed": "false" }, () => this.toggle(), icon("pen-tool"), say("suggest"));
  }

  /** Whether what is written here is suggested: by choice, or because one may do no more. */
  get suggests(): boolean {
    return this.chosen || this.host.can() === "suggest";
  }

  plugins(): Plugin[] {
    return [this.mode.plugin(), suggestionsPlugin((id) => this.who(id), this.say)];
  }

  /** What is dispatched instead of a transaction made here; null when it is refused. */
  shaped(state: EditorState, tr: Transaction): Transaction | null {
    return this.mode.shaped(state, tr);
  }

  /** Whether what leads from one text to the other is this person's suggestion; what is new in it was made here. */
  isLawful(before: EditorState["doc"], after: EditorState["doc"]): boolean {
    const known = suggestionIds(before);
    this.mode.naming.own([...suggestionIds(after)].filter((id) => !known.has(id)));
    return suggestBreach(before, after, this.mode.naming.mine) === null;
  }

  /** Takes the key for ids of suggestions made from now on. */
  session(key: string): void {
    this.mode.naming.open(key);
    this.people.set(key, this.me);
  }

  /** Takes the open suggestions as the authority has them. */
  told(list: readonly SuggestionRow[]): void {
    this.rows = new Map(list.map((row) => [row.id, row]));
    for (const { id, by } of list) this.people.set(sessionOf(id), by);
    this.mode.naming.own(list.filter(({ by }) => by.id === this.me.id).map(({ id }) => id));
    const view = this.host.view();
    view?.dispatch(withSuggestion(view.state));
  }

  build(side: HTMLElement, view: EditorView): void {
    this.cards = new SuggestionCards(
      side,
      view,
      {
        decide: (accept, reject) => this.host.decide(accept, reject),
        focus: (id) => this.focus(id),
        mine: this.mode.naming.mine,
        may: () => ({ can: this.host.can(), decides: this.host.decides() }),
        row: (id) => this.rows.get(id),
        who: (id) => this.who(id),
      },
      this.say,
      this.language,
    );
  }

  /** To be called after each change of text, selection or rights. */
  show(): void {
    const forced = this.host.can() === "suggest";
    this.button.hidden = this.host.can() === "read";
    this.button.setAttribute("aria-pressed", String(this.suggests));
    this.button.setAttribute("aria-disabled", String(forced));
    this.button.title = forced ? this.say("suggestOnly") : this.suggests ? this.say("suggestOn") : "";
    this.host.view()?.dom.classList.toggle("suggests", this.suggests);
    this.cards?.show();
  }

  placed(): Placed[] {
    return this.cards?.placed() ?? [];
  }

  /** The card of the words in which the caret stands comes to the front. */
  follow(state: EditorState): void {
    const view = this.host.view();
    const id = suggestionAt(state, state.selection.head);
    if (view && id !== focusedSuggestion(state)) view.dispatch(withSuggestion(view.state, id));
  }

  /** The next or the previous suggestion from the caret; null when there is none that way. */
  beside(state: EditorState, by: 1 | -1): { id: string; at: number } | null {
    const { from } = state.selection;
    const places = openSuggestions(state).flatMap(({ id, pieces: [first] }) => (first ? [{ id, at: first.start }] : []));
    return (by > 0 ? places.find(({ at }) => at > from) : places.findLast(({ at }) => at < from)) ?? null;
  }

  focus(id: string | null): void {
    const view = this.host.view();
    if (!view) return;
    const tr = withSuggestion(view.state, id);
    const piece = openSuggestions(view.state).find((one) => one.id === id)?.pieces[0];
    if (piece) tr.setSelection(Selection.near(tr.doc.resolve(piece.start), 1)).scrollIntoView();
    view.dispatch(tr);
    if (id === null) view.focus();
  }

  private toggle(): void {
    if (this.host.can() === "edit") this.chosen = !this.chosen;
    this.show();
    this.host.view()?.focus();
  }

  private who(id: string): Person {
    const known = this.rows.get(id)?.by ?? this.people.get(sessionOf(id));
    return known ?? (this.mode.naming.mine(id) ? this.me : { id: "", name: "…" });
  }

  private isDiscussed(id: string): boolean {
    const view = this.host.view();
    const pieces = view ? (openSuggestions(view.state).find((one) => one.id === id)?.pieces ?? []) : [];
    return pieces.some(({ start, end }) => this.host.isDiscussed(start, end));
  }
}
