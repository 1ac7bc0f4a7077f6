// Undo and redo of one's own steps, also after others' words have moved them.
import { history, redo, undo } from "prosemirror-history";
import type { Command } from "prosemirror-state";

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
