// Ids of blocks: each block made here gets a fresh one, so that the half of a split paragraph is a paragraph of its own.
import type { Node } from "prosemirror-model";
import { Plugin, type EditorState, type Transaction } from "prosemirror-state";
import { isFromAuthority } from "./collab.ts";
import { isIdentified } from "./schema.ts";

const LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz";

/** An id that no other block of any text has, for all practical purposes. */
export function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  return `b${Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join("")}`;
}

/** Gives an id to blocks that have none or another's; the first keeps it, as the authority would decide. */
export function uniqueIds(fresh: () => string = freshId): Plugin {
  return new Plugin({
    appendTransaction(transactions, before, state) {
      const ours = transactions.some((tr) => tr.docChanged && !isFromAuthority(tr));
      return ours && !sameBlocks(before.doc, state.doc) ? repair(state, fresh) : null;
    },
  });
}

function repair(state: EditorState, fresh: () => string): Transaction | null {
  const seen = new Set<string>();
  const tr = state.tr;
  state.doc.descendants((node, at) => {
    if (isIdentified(node)) {
      const id = String(node.attrs["id"]);
      if (!id || seen.has(id)) tr.setNodeAttribute(at, "id", fresh());
      else seen.add(id);
    }
    return !node.isTextblock;
  });
  return tr.docChanged ? tr : null;
}

/** Whether only words changed inside blocks: nothing to look at, at each key. */
export function sameBlocks(one: Node, other: Node): boolean {
  if (one === other) return true;
  if (one.childCount !== other.childCount || one.type !== other.type || one.attrs !== other.attrs) return false;
  if (one.isTextblock) return true;
  for (let at = 0; at < one.childCount; at++) {
    if (!sameBlocks(one.child(at), other.child(at))) return false;
  }
  return true;
}
