// Where the discussed words are: the threads' places follow each step, as guidelines/anchors.py follows them.
import { Plugin, PluginKey, type EditorState, type Transaction } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";
import type { Thread } from "./frames.ts";
import type { Places } from "./places.ts";

export interface Anchor {
  readonly from: number;
  readonly to: number;
  readonly removed: boolean;
}

/** The anchors by thread, the thread in focus, and the words that a comment being written is about. */
export interface Anchors {
  readonly by: ReadonlyMap<string, Anchor>;
  readonly open: ReadonlySet<string>;
  readonly focus: string | null;
  readonly draft: Anchor | null;
}

const anchors = new PluginKey<Anchors>("anchors");
const NONE: Anchors = { by: new Map(), open: new Set(), focus: null, draft: null };

export function anchorsPlugin(): Plugin {
  return new Plugin<Anchors>({
    key: anchors,
    state: {
      init: () => NONE,
      apply(tr, known) {
        const changed = tr.getMeta(anchors) as Partial<Anchors> | undefined;
        const now = changed ? { ...known, ...changed } : known;
        if (!tr.docChanged) return now;
        const by = new Map([...now.by].map(([id, anchor]) => [id, followed(anchor, tr)]));
        const draft = now.draft && followed(now.draft, tr);
        return { ...now, by, draft: draft?.removed ? null : draft };
      },
    },
    props: { decorations: (state) => DecorationSet.create(state.doc, drawn(anchorsIn(state))) },
  });
}

export function anchorsIn(state: EditorState): Anchors {
  return anchors.getState(state) ?? NONE;
}

/** Takes the threads as the authority has them. */
export function withThreads(state: EditorState, threads: readonly Thread[], places: Places): Transaction {
  const known = anchorsIn(state);
  const by = new Map<string, Anchor>();
  for (const thread of threads) {
    if (thread.from === null || thread.to === null) continue;
    const from = places.here(state, thread.from, thread.revision, 1);
    const to = places.here(state, thread.to, thread.revision, -1);
    const before = known.by.get(thread.id);
    if (from !== null && to !== null)
      by.set(thread.id, { from: Math.min(from, to), to, removed: thread.removed || from >= to });
    else if (before) by.set(thread.id, before);
  }
  const open = new Set(threads.filter((thread) => thread.open).map((thread) => thread.id));
  return changed(state, { by, open });
}

export function withFocus(state: EditorState, focus: string | null): Transaction {
  return changed(state, { focus });
}

export function withDraft(state: EditorState, draft: { from: number; to: number } | null): Transaction {
  return changed(state, { draft: draft && { ...draft, removed: false } });
}

/** The open thread whose words hold the position, the shortest when there are several. */
export function threadAt(state: EditorState, position: number): string | null {
  const { by, open } = anchorsIn(state);
  const around = [...by].filter(
    ([id, { from, to, removed }]) => open.has(id) && !removed && from <= position && position <= to,
  );
  around.sort(([, one], [, other]) => one.to - one.from - (other.to - other.from));
  return around[0]?.[0] ?? null;
}

/** Whether an open thread is about words between the two places. */
export function isDiscussed(state: EditorState, start: number, end: number): boolean {
  const { by, open } = anchorsIn(state);
  return [...by].some(([id, { from, to, removed }]) => open.has(id) && !removed && from < end && start < to);
}

/** The next or the previous open thread from the caret, in the order of the text; around the end to the other one. */
export function threadBeside(state: EditorState, by: 1 | -1): string | null {
  const { by: known, open } = anchorsIn(state);
  const standing = [...known].filter(([id, anchor]) => open.has(id) && !anchor.removed);
  standing.sort(([, one], [, other]) => one.from - other.from);
  const { from } = state.selection;
  const beside = by > 0 ? standing.find(([, a]) => a.from > from) : standing.findLast(([, a]) => a.from < from);
  return (beside ?? standing.at(by > 0 ? 0 : -1))?.[0] ?? null;
}

/** The word in which the caret stands: what a comment is about when nothing is selected. */
export function wordAround(state: EditorState): { from: number; to: number } | null {
  const { $from } = state.selection;
  if (!$from.parent.isTextblock) return null;
  const text = $from.parent.textBetween(0, $from.parent.content.size, undefined, "\ufffc");
  const before = /[\p{L}\p{N}’'-]*$/u.exec(text.slice(0, $from.parentOffset))?.[0].length ?? 0;
  const behind = /^[\p{L}\p{N}’'-]*/u.exec(text.slice($from.parentOffset))?.[0].length ?? 0;
  return before + behind ? { from: $from.pos - before, to: $from.pos + behind } : null;
}

function changed(state: EditorState, change: Partial<Anchors>): Transaction {
  return state.tr.setMeta(anchors, change).setMeta("addToHistory", false);
}

/** What is written inside belongs to it, what is written at its edges does not; once nothing is left it is removed. */
function followed(anchor: Anchor, tr: Transaction): Anchor {
  const from = tr.mapping.map(anchor.from, anchor.removed ? -1 : 1);
  const to = tr.mapping.map(anchor.to, -1);
  return { from: Math.min(from, to), to, removed: anchor.removed || from >= to };
}

function drawn({ by, open, focus, draft }: Anchors): Decoration[] {
  const found = [...by]
    .filter(([id, { removed }]) => open.has(id) && !removed)
    .map(([id, { from, to }]) =>
      Decoration.inline(from, to, { nodeName: "mark", class: id === focus ? "c on" : "c", "data-thread": id }),
    );
  if (draft) found.push(Decoration.inline(draft.from, draft.to, { nodeName: "mark", class: "c on" }));
  return found;
}
