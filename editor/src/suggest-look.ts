// How suggestions stand in the text, by decorations: their author's colour, ends of paragraphs that come or go, rows,
// dividing lines, blocks that change. Colour is never alone: insertions are underlined, deletions struck.
import { Plugin, PluginKey, type EditorState, type Transaction } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";
import { colourOf, element } from "./dom.ts";
import type { Person } from "./frames.ts";
import { suggestionIds } from "./suggest-layers.ts";
import { sentences } from "./suggestion-words.ts";
import { suggestionsIn, type Kind, type Piece, type Suggestion } from "./suggestions.ts";
import type { Say } from "./words.ts";

/** Who is behind a suggestion's id. */
export type Who = (id: string) => Person;

interface Drawn {
  readonly list: readonly Suggestion[];
  readonly focus: string | null;
  /** Whether where each begins and ends stands in the text, for screen readers. */
  readonly spells: boolean;
  readonly set: DecorationSet;
}

const drawing = new PluginKey<Drawn>("suggestions");

export function suggestionsPlugin(who: Who, say: Say): Plugin<Drawn> {
  const draw = (doc: EditorState["doc"], list: readonly Suggestion[], focus: string | null, spells: boolean): Drawn => {
    const drawn = list.flatMap((one) => decorations(one, one.id === focus, who(one.id), say));
    const spelled = spells ? list.flatMap((one) => spelledOut(one, who(one.id), say)) : [];
    return { list, focus, spells, set: DecorationSet.create(doc, [...drawn, ...spelled]) };
  };
  return new Plugin<Drawn>({
    key: drawing,
    state: {
      init: (_config, { doc }) => draw(doc, suggestionsIn(doc), null, false),
      apply(tr, known) {
        const told = tr.getMeta(drawing) as { focus?: string | null; spells?: boolean } | undefined;
        if (!tr.docChanged && !told) return known;
        const list = tr.docChanged ? (suggestionIds(tr.doc).size ? suggestionsIn(tr.doc) : []) : known.list;
        const wanted = told?.focus === undefined ? known.focus : told.focus;
        return draw(tr.doc, list, list.some(({ id }) => id === wanted) ? wanted : null, told?.spells ?? known.spells);
      },
    },
    props: { decorations: (state) => drawing.getState(state)?.set },
  });
}

export function openSuggestions(state: EditorState): readonly Suggestion[] {
  return drawing.getState(state)?.list ?? [];
}

export function focusedSuggestion(state: EditorState): string | null {
  return drawing.getState(state)?.focus ?? null;
}

/** Puts a suggestion in front; undefined only draws anew, when it is known who is behind them. */
export function withSuggestion(state: EditorState, focus?: string | null): Transaction {
  return state.tr.setMeta(drawing, { focus }).setMeta("addToHistory", false);
}

export function spellsOut(state: EditorState): boolean {
  return drawing.getState(state)?.spells ?? false;
}

export function withSpelling(state: EditorState, spells: boolean): Transaction {
  return state.tr.setMeta(drawing, { spells }).setMeta("addToHistory", false);
}

/** The suggestion whose words hold the position, the shortest when there are several. */
export function suggestionAt(state: EditorState, position: number): string | null {
  const around = openSuggestions(state).flatMap(({ id, pieces }) =>
    pieces
      .filter(({ kind, start, end }) => kind !== "properties" && start <= position && position <= end)
      .map(({ start, end }) => ({ id, size: end - start })),
  );
  return around.sort((one, other) => one.size - other.size)[0]?.id ?? null;
}

function decorations(suggestion: Suggestion, on: boolean, person: Person, say: Say): Decoration[] {
  const common = `sug-of ${colourOf(person.id)}${on ? " on" : ""}`;
  return suggestion.pieces.map((piece) => {
    const title = `${person.name}: ${sentences({ ...suggestion, pieces: [piece] }, say).join("; ")}`;
    return decoration(piece, `${common} sug-${piece.kind}`, title, suggestion.id);
  });
}

const INLINE: readonly Kind[] = ["inserted", "deleted", "form"];

function decoration({ kind, start, end }: Piece, classes: string, title: string, id: string): Decoration {
  if (INLINE.includes(kind)) return Decoration.inline(start, end, { class: classes, title, "data-suggestion": id });
  if (kind !== "split" && kind !== "joined") {
    return Decoration.node(start, end, { class: classes, title, "data-suggestion": id });
  }
  const tag = kind === "split" ? "ins" : "del";
  const mark = () =>
    element(tag, { class: classes, title, "data-suggestion": id, contenteditable: "false", "aria-hidden": "true" }, "¶");
  return Decoration.widget(start, mark, { side: 1, key: `${id} ${kind} ${classes}`, ignoreSelection: true, marks: [] });
}

/** Words that only a screen reader meets, where what is suggested begins and where it ends. */
function spelledOut({ id, pieces }: Suggestion, { name }: Person, say: Say): Decoration[] {
  return pieces.flatMap(({ kind, start, end }) => {
    if (!INLINE.includes(kind)) return [];
    const begins = say(kind === "inserted" ? "spellInserted" : kind === "deleted" ? "spellDeleted" : "spellForm", { name });
    const mark = (words: string) => () => element("span", { class: "sr spelled", contenteditable: "false" }, ` ${words} `);
    return [
      Decoration.widget(start, mark(begins), { side: 1, key: `${id} ${kind} begins ${name}`, marks: [], ignoreSelection: true }),
      Decoration.widget(end, mark(say("spellEnd")), { side: -1, key: `${id} ${kind} ends`, marks: [], ignoreSelection: true }),
    ];
  });
}
