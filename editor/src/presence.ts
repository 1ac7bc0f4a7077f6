// Who else is here: their carets and selections in the text.
import { Plugin, PluginKey, type EditorState, type Transaction } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";
import { colourOf, element } from "./dom.ts";
import type { Cursor, Present } from "./frames.ts";
import type { Places } from "./places.ts";

/** Somebody's place in the text as it stands here. */
export interface Caret extends Present {
  readonly anchor: number;
  readonly head: number;
}

const carets = new PluginKey<ReadonlyMap<string, Caret>>("carets");

export function presence(): Plugin {
  return new Plugin<ReadonlyMap<string, Caret>>({
    key: carets,
    state: {
      init: () => new Map(),
      apply(tr, known) {
        const set = tr.getMeta(carets) as ReadonlyMap<string, Caret> | undefined;
        if (set) return set;
        return tr.docChanged ? new Map([...known].map(([client, caret]) => [client, moved(caret, tr)])) : known;
      },
    },
    props: { decorations: (state) => DecorationSet.create(state.doc, [...caretsIn(state)].flatMap(drawn)) },
  });
}

export function caretsIn(state: EditorState): Caret[] {
  return [...(carets.getState(state)?.values() ?? [])];
}

/** Takes the places that the authority told, those of other clients only. */
export function withCarets(
  state: EditorState,
  list: readonly Cursor[],
  own: string | undefined,
  places: Places,
): Transaction {
  const known = new Map(carets.getState(state));
  for (const cursor of list) {
    if (cursor.client === own) continue;
    const anchor = places.here(state, cursor.anchor, cursor.revision, -1);
    const head = places.here(state, cursor.head, cursor.revision, -1);
    if (anchor !== null && head !== null)
      known.set(cursor.client, { client: cursor.client, id: cursor.id, name: cursor.name, anchor, head });
  }
  return state.tr.setMeta(carets, known).setMeta("addToHistory", false);
}

/** Forgets the carets of those who left. */
export function withoutGone(state: EditorState, people: readonly Present[]): Transaction | null {
  const known = carets.getState(state) ?? new Map<string, Caret>();
  const here = new Set(people.map((person) => person.client));
  const kept = new Map([...known].filter(([client]) => here.has(client)));
  return kept.size === known.size ? null : state.tr.setMeta(carets, kept).setMeta("addToHistory", false);
}

/** A caret goes along with what its owner types; the commit brings it before the owner's next place is told. */
function moved(caret: Caret, tr: Transaction): Caret {
  const side = tr.getMeta("by") === caret.id ? 1 : -1;
  return { ...caret, anchor: tr.mapping.map(caret.anchor, side), head: tr.mapping.map(caret.head, side) };
}

function drawn(caret: Caret): Decoration[] {
  const colour = colourOf(caret.id);
  const place = Decoration.widget(
    caret.head,
    () =>
      element(
        "i",
        { class: `caret ${colour}`, "aria-hidden": "true" },
        element("b", {}, caret.name.split(" ")[0] ?? ""),
      ),
    {
      key: `${caret.client}-${caret.head}-${caret.anchor}`,
      side: 10,
      ignoreSelection: true,
    },
  );
  if (caret.anchor === caret.head) return [place];
  const [from, to] = [Math.min(caret.anchor, caret.head), Math.max(caret.anchor, caret.head)];
  return [place, Decoration.inline(from, to, { class: `sel ${colour}` })];
}
