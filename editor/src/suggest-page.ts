// Suggestions on the editor's page: the mode and its button, the drawing in the text, the cards beside it, decisions.
import { Selection, type EditorState, type Plugin, type Transaction } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { button, icon } from "./dom.ts";
import type { Can, Person, SuggestionRow } from "./frames.ts";
import { look } from "./look.ts";
import { placeOf, rewordings } from "./suggest-again.ts";
import { SuggestBar } from "./suggest-bar.ts";
import {
  focusedSuggestion,
  openSuggestions,
  spellsOut,
  suggestionAt,
  suggestionsPlugin,
  withSpelling,
  withSuggestion,
} from "./suggest-look.ts";
import { suggestionIds } from "./suggest-layers.ts";
import { suggestBreach } from "./suggest-law.ts";
import { SuggestionCards, type Placed } from "./suggest-margin.ts";
import { SuggestMode } from "./suggest-mode.ts";
import { Projection, type Shown } from "./suggest-view.ts";
import { sessionOf } from "./suggestions.ts";
import { tablesPlugin } from "./tables.ts";
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
  /** Whether somebody speaks of the words between two places, or of a suggestion itself. */
  isDiscussed(from: number, to: number): boolean;
  isAnswered(id: string): boolean;
  /** Opens a comment on a suggestion. */
  comment(id: string, title: string): void;
  /** Another text is shown: with suggestions, without, or as it would be. */
  projected(): void;
}

export class SuggestPage {
  readonly button: HTMLButtonElement;
  private readonly mode: SuggestMode;
  private readonly host: SuggestHost;
  private readonly me: Person;
  private readonly say: Say;
  private readonly language: Language;
  readonly bar: SuggestBar;
  private projection: Projection | null = null;
  private shown: Shown = "suggestions";
  private side: HTMLElement | null = null;
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
    this.bar = new SuggestBar(
      {
        shown: (shown) => this.project(shown),
        walk: (by) => this.walk(by),
        spell: (on) => this.spell(on),
        decideChosen: (accept) => this.decide([...(this.cards?.chosen ?? [])], accept),
        forget: () => this.cards?.forget(),
      },
      say,
    );
    this.button = button({ class: "btn quiet small", "aria-pressed": "false" }, () => this.toggle(), icon("pen-tool"), say("suggest"));
  }

  /** Whether another text is shown than the one that is written on. */
  get isProjected(): boolean {
    return this.shown !== "suggestions";
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

  /** The reason that goes with what is newly suggested between the two texts; it goes once. */
  noteFor(before: EditorState["doc"], after: EditorState["doc"]): string {
    const { note } = this.bar;
    const known = suggestionIds(before);
    if (!note || [...suggestionIds(after)].every((id) => known.has(id))) return "";
    this.bar.sent();
    return note;
  }

  /** How to suggest once more what found no place; null where that cannot be told. */
  again(before: EditorState["doc"], after: EditorState["doc"]): (() => boolean) | null {
    const wanted = rewordings(before, after);
    return (
      wanted &&
      (() => {
        const view = this.host.view();
        if (!view || !view.editable || !wanted.every((one) => placeOf(view.state.doc, one))) return false;
        for (const one of wanted) {
          const place = placeOf(view.state.doc, one);
          if (place) view.dispatch(view.state.tr.insertText(one.fresh, place.from, place.to));
        }
        view.focus();
        return true;
      })
    );
  }

  build(side: HTMLElement, sheet: HTMLElement, view: EditorView): void {
    this.side = side;
    this.projection = new Projection(
      sheet,
      () => [look(this.say), tablesPlugin()],
      () => ({ class: "prose hang projected", "aria-label": this.say("textLabel"), lang: view.dom.lang, tabindex: "0" }),
    );
    if (remembers()) view.dispatch(withSpelling(view.state, true));
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
        comment: (id, title) => this.host.comment(id, title),
        chose: () => this.show(),
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
    const state = this.host.view()?.state;
    if (!state) return;
    this.projection?.show(this.shown, state.doc);
    const chosen = [...(this.cards?.chosen ?? [])];
    this.bar.show({
      shown: this.shown,
      open: openSuggestions(state).length,
      chosen: chosen.length,
      suggests: this.suggests && this.host.can() !== "read",
      spells: spellsOut(state),
      accepts: chosen.some((id) => this.cards?.accepts(id)),
    });
  }

  /** Goes into the card of the suggestion in front with the keyboard. */
  enter(state: EditorState): boolean {
    const id = focusedSuggestion(state);
    if (id !== null) this.cards?.enter(id);
    return id !== null;
  }

  /** Accepts or rejects those chosen, or else the one at the caret. */
  decideAt(state: EditorState, accept: boolean): boolean {
    const chosen = [...(this.cards?.chosen ?? [])];
    const at = focusedSuggestion(state) ?? suggestionAt(state, state.selection.head);
    const ids = chosen.length ? chosen : at === null ? [] : [at];
    if (ids.length) this.decide(ids, accept);
    return ids.length > 0;
  }

  /** Where an open suggestion begins; null for one that is not open. */
  placeOf(id: string): number | null {
    const view = this.host.view();
    const found = view && openSuggestions(view.state).find((one) => one.id === id);
    return found ? (found.pieces[0]?.start ?? 0) : null;
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

  /** Of several, those that one may not accept are left as they are. */
  private decide(ids: readonly string[], accept: boolean): void {
    const able = ids.length > 1 && accept ? ids.filter((id) => this.cards?.accepts(id)) : ids;
    this.host.decide(accept ? able : [], accept ? [] : able);
  }

  private walk(by: 1 | -1): void {
    const view = this.host.view();
    if (!view) return;
    const all = openSuggestions(view.state).filter(({ pieces }) => pieces.length);
    const around = all.at(by > 0 ? 0 : -1);
    const next = this.beside(view.state, by)?.id ?? around?.id;
    if (next !== undefined) this.focus(next);
  }

  private spell(on: boolean): void {
    const view = this.host.view();
    view?.dispatch(withSpelling(view.state, on));
    remember(on);
  }

  private project(shown: Shown): void {
    this.shown = shown;
    const view = this.host.view();
    if (view) view.dom.hidden = this.isProjected;
    if (this.side) this.side.hidden = this.isProjected;
    this.host.projected();
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
    return this.host.isAnswered(id) || pieces.some(({ start, end }) => this.host.isDiscussed(start, end));
  }
}

/** Whether changes are spelled out is remembered on this device, where it lets one. */
const SPELLS = "charte-spells";

function remembers(): boolean {
  try {
    return localStorage.getItem(SPELLS) === "yes";
  } catch {
    return false;
  }
}

function remember(on: boolean): void {
  try {
    localStorage.setItem(SPELLS, on ? "yes" : "no");
  } catch {
    // a browser that keeps nothing asks again
  }
}
