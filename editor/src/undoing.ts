// Undo and redo of one's own steps, also after others' words have moved them.
import { history, redo, undo } from "prosemirror-history";
import type { Command, EditorState, Transaction } from "prosemirror-state";
import type { StepMap } from "prosemirror-transform";

export const undoPlugin = () => history({ newGroupDelay: 400 });
export const undoOwn: Command = guarded(undo);
export const redoOwn: Command = guarded(redo);

/** A step whose place is another kind of node by now makes the library throw; there is nothing to undo then. */
function guarded(command: Command): Command {
  return (state, dispatch, view) => {
    try {
      return command(state, dispatch, view);
    } catch (error) {
      if (error instanceof Error) return false;
      throw error;
    }
  };
}

/** The library's own state of undo; it gives no hands to drop what cannot be undone. */
interface Branch {
  addMaps(maps: readonly StepMap[]): Branch;
}
interface History {
  readonly done: Branch;
  readonly undone: Branch;
}
const HISTORY = "history$";

/** In the place of an undo that may not be done: it is done and taken back, and what it would undo is forgotten. */
export function withoutNewest(state: EditorState, tr: Transaction): Transaction {
  const count = tr.steps.length;
  const back = tr.steps.map((step, place) => step.invert(tr.docs[place] ?? state.doc)).reverse();
  for (const step of back) tr.step(step);
  const { redo, historyState } = tr.getMeta(HISTORY) as { redo: boolean; historyState: History };
  const before = (state as unknown as Record<string, History>)[HISTORY] as History;
  const maps = tr.mapping.maps;
  const [kept, other] = redo ? (["undone", "done"] as const) : (["done", "undone"] as const);
  const next = Object.assign(Object.create(Object.getPrototypeOf(historyState) as object) as object, historyState, {
    [kept]: historyState[kept].addMaps(maps.slice(count)),
    [other]: before[other].addMaps(maps),
  });
  return tr.setMeta(HISTORY, { redo, historyState: next }).setSelection(state.selection.map(tr.doc, tr.mapping));
}
