// Suggest mode: what would change the text becomes a suggestion before it is applied, or is refused with its reason.
// Plain edits among open suggestions go the same way and are accepted at once.
import { type EditorState, NodeSelection, Plugin, Selection, TextSelection, type Transaction } from "prosemirror-state";
import type { Step } from "prosemirror-transform";
import { isFromAuthority, TRAVEL } from "./collab.ts";
import { freshId } from "./ids.ts";
import type { Whole } from "./packing.ts";
import { resultSlice } from "./suggest-copy.ts";
import { Suggesting } from "./suggest-edits.ts";
import { suggestBreach } from "./suggest-law.ts";
import { properties } from "./suggest-layers.ts";
import { Naming } from "./suggest-naming.ts";
import { blockAt, groupLast, shownAfter, shownBefore, spotAt } from "./suggest-places.ts";
import { isAmongSuggestions, isConcerned, settled, settledSteps } from "./suggest-plain.ts";
import { Refused, type Reason } from "./suggest-refusals.ts";
import { translated } from "./suggest-translate.ts";
import { withoutNewest } from "./undoing.ts";

type Travel = Whole["travel"];
/** Steps of one suggestion or of one edit among suggestions: they are never sent apart. */
const MOST_STEPS = 1_000;

export interface ModeHost {
  /** Whether edits are suggested: by choice, or because one may do no more. */
  suggests(): boolean;
  refused(reason: Reason): void;
  /** Whether somebody has answered the suggestion or decided on it: then it does not grow. */
  isClosed(id: string): boolean;
}

/** An edit on what the author sees; returns where the caret goes. */
type Edit = (work: Suggesting) => number | null;

export class SuggestMode {
  readonly naming = new Naming();
  private readonly host: ModeHost;

  constructor(host: ModeHost) {
    this.host = host;
  }

  /** What is dispatched instead of a transaction made here; null when it is refused. */
  shaped(state: EditorState, tr: Transaction): Transaction | null {
    if (!tr.docChanged || isFromAuthority(tr) || tr.getMeta(TRAVEL)) return tr;
    const undoes = tr.getMeta("history$") !== undefined;
    if (this.host.suggests()) return undoes ? this.lawful(state, tr) : this.suggested(state, tr);
    if (!isAmongSuggestions(tr)) return tr;
    if (undoes) return tr.setMeta(TRAVEL, "whole" satisfies Travel);
    return this.attempt(() => {
      const { steps, caret, inside } = settledSteps(tr, this.naming.fresh(), freshId);
      return this.made(state, steps, caret ?? (tr.selectionSet ? inside : null), "whole", tr);
    });
  }

  /** The keys that do not do what they do in a text without suggestions, and what is copied and pasted. */
  plugin(): Plugin {
    return new Plugin({
      props: {
        handleKeyDown: (view, event) => {
          const edit = view.editable && !view.composing ? this.editOf(view.state, keyOf(event)) : null;
          if (!edit) return false;
          const tr = this.attempt(() => this.done(view.state, edit));
          if (tr) view.dispatch(tr.scrollIntoView());
          return true;
        },
        transformCopied: resultSlice,
        transformPasted: resultSlice,
      },
    });
  }

  /** Does an edit as a suggestion, or plainly where one edits. Raises `Refused`. */
  done(state: EditorState, edit: Edit): Transaction {
    const { from, to } = state.selection;
    if (!this.host.suggests()) {
      const { steps, caret } = settled(state.doc, this.naming.fresh(), freshId, edit);
      return this.made(state, steps, caret, "whole");
    }
    const work = new Suggesting(state.doc, this.author(state, from, to));
    const caret = edit(work);
    return this.judged(state, this.made(state, work.steps, caret, "suggest"));
  }

  private suggested(state: EditorState, tr: Transaction): Transaction | null {
    return this.attempt(() => {
      const { from, to } = state.selection;
      const { work, caret, inside } = translated(tr, this.author(state, from, to));
      const place = caret ?? (tr.selectionSet ? inside : null);
      return this.judged(state, this.made(state, work.steps, place, "suggest", tr));
    });
  }

  private author(state: EditorState, from: number, to: number) {
    if (!this.naming.ready) throw new Refused("notExact");
    const s = this.naming.forWords(state.doc, from, to, Date.now(), (id) => this.host.isClosed(id));
    return { mine: this.naming.mine, s, fresh: freshId };
  }

  private made(state: EditorState, steps: readonly Step[], caret: number | null, travel: Travel, of?: Transaction) {
    if (steps.length > MOST_STEPS) throw new Refused("tooMuch");
    const tr = state.tr.setMeta(TRAVEL, travel);
    for (const step of steps) tr.step(step);
    if (caret !== null) tr.setSelection(near(tr, caret));
    if (of?.scrolledIntoView) tr.scrollIntoView();
    for (const key of ["paste", "uiEvent", "composition"]) {
      const value: unknown = of?.getMeta(key);
      if (value !== undefined) tr.setMeta(key, value);
    }
    return tr.ensureMarks([]);
  }

  private judged(state: EditorState, tr: Transaction): Transaction {
    if (suggestBreach(state.doc, tr.doc, this.naming.mine)) throw new Refused("notExact");
    return tr;
  }

  /** Undo and redo are suggestions like others; one that is none any more leaves the history. */
  private lawful(state: EditorState, tr: Transaction): Transaction | null {
    tr.setMeta(TRAVEL, "suggest" satisfies Travel);
    if (!suggestBreach(state.doc, tr.doc, this.naming.mine)) return tr;
    this.host.refused("notUndone");
    return withoutNewest(state, tr);
  }

  private attempt(make: () => Transaction): Transaction | null {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.host.refused(error.reason);
      return null;
    }
  }

  /** What a key means here; null leaves it to the editor's own commands. */
  private editOf(state: EditorState, key: string): Edit | null {
    const { selection, doc } = state;
    const edit = EDITS[key];
    if (!edit || !(this.host.suggests() || isConcerned(doc, selection.from, selection.to))) return null;
    if (selection instanceof NodeSelection && !selection.node.isInline && key !== "Enter") {
      return (work) => (work.takeObject(selection.from), null);
    }
    const inText = selection instanceof TextSelection || selection instanceof NodeSelection;
    return inText && spotAt(doc, selection.from) ? edit(state) : null;
  }
}

/** What a key does at the selection, when it is one that is bound here. */
const EDITS: Readonly<Record<string, (state: EditorState) => Edit | null>> = {
  Enter: entering,
  Backspace: ({ selection: { from, to, empty } }) => {
    return (work) => (empty ? caretBefore(work, from) : (work.delete(from, to), from));
  },
  Delete: ({ selection: { from, to, empty } }) => {
    return (work) => (empty ? work.deleteForward(from) : work.delete(from, to));
  },
};

/** Enter leads out of an empty item or box; code keeps its lines in one block. */
function entering(state: EditorState): Edit | null {
  const { from, to, empty } = state.selection;
  const spot = spotAt(state.doc, from);
  if (!spot) return null;
  const values = properties(blockAt(spot.children, groupLast(spot.children, spot.k).last));
  if (String(values["box"]).startsWith("code")) return null;
  const bare = empty && values["style"] === "p" && !shownBefore(spot).length && !shownAfter(spot).length;
  const indent = Number(values["indent"]);
  const out = indent > 0 ? { indent: indent - 1 } : values["list"] !== null ? { list: null } : { box: null };
  const leaves = bare && (indent > 0 || values["list"] !== null || values["box"] !== null);
  return (work) => {
    if (!leaves) return work.enter(empty ? from : work.delete(from, to));
    work.shapeBlocks(from, from, out);
    return null;
  };
}

/** Backspace leaves the caret before what it strikes. */
function caretBefore(work: Suggesting, from: number): number | null {
  const spot = work.editable(from);
  const before = shownBefore(spot).at(-1);
  const after = work.backspace(from);
  if (!before) return work.steps.reduce((place, step) => step.getMap().map(place, -1), from);
  const width = after - (before.position + before.size);
  return width === 0 ? struckFrom(work, after) : after;
}

/** The place before the character that was struck and ends here. */
function struckFrom(work: Suggesting, end: number): number {
  const before = work.doc.resolve(end).nodeBefore;
  const text = before?.text ?? "";
  return end - (before?.isText ? ([...text].at(-1)?.length ?? 1) : 1);
}

function keyOf(event: KeyboardEvent): string {
  return event.ctrlKey || event.metaKey || event.altKey || (event.shiftKey && event.key === "Enter") ? "" : event.key;
}

function near(tr: Transaction, place: number): Selection {
  return Selection.near(tr.doc.resolve(Math.min(place, tr.doc.content.size)), -1);
}
