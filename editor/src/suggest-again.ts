// A suggestion that came too late found no place: its words are looked for again by what stood around them, and it is
// suggested once more where that is certain. Elsewhere its writer copies the words.
import type { Node } from "prosemirror-model";
import { nameOn, suggestionIds } from "./suggest-layers.ts";
import { suggestionsIn } from "./suggestions.ts";

/** Words put in for others, and what stands before and behind. */
export interface Rewording {
  readonly before: string;
  readonly old: string;
  readonly fresh: string;
  readonly after: string;
}

/** What is looked at on either side, in letters: the least must still stand once only. */
const AROUND = [32, 16, 8] as const;

/** What the new suggestions between the two texts reword; null when they do anything else, or nothing. */
export function rewordings(before: Node, after: Node): Rewording[] | null {
  const known = suggestionIds(before);
  const fresh = suggestionsIn(after).filter(({ id }) => !known.has(id));
  const found: Rewording[] = [];
  for (const { id, pieces } of fresh) {
    const [first, last] = [pieces[0], pieces.at(-1)];
    if (!first || !last || !pieces.every(({ kind }) => kind === "inserted" || kind === "deleted")) return null;
    const $start = after.resolve(first.start);
    if (!$start.sameParent(after.resolve(last.end))) return null;
    const isNew = (node: Node) => nameOn(node, "ins") === id;
    const [from, to] = [first.start - $start.start(), last.end - $start.start()];
    const block = $start.parent;
    found.push({
      before: standing(block, 0, from, isNew).slice(-AROUND[0]),
      old: standing(block, from, to, isNew),
      fresh: standing(block, from, to, (node) => nameOn(node, "del") !== null),
      after: standing(block, to, block.content.size, isNew).slice(0, AROUND[0]),
    });
  }
  return found.length ? found : null;
}

/** Where the old words stand in a text, when they stand there once only between what stood around them. */
export function placeOf(doc: Node, wanted: Rewording): { from: number; to: number } | null {
  for (const around of AROUND) {
    const before = wanted.before.slice(-around);
    const behind = wanted.after.slice(0, around);
    const words = before + wanted.old + behind;
    if (before.length + behind.length < Math.min(AROUND[2], wanted.before.length + wanted.after.length)) continue;
    if (!words) return null;
    const found: { from: number; to: number }[] = [];
    doc.descendants((block, at) => {
      if (!block.isTextblock) return true;
      const text = block.textBetween(0, block.content.size, undefined, "\ufffc");
      for (let place = text.indexOf(words); place >= 0; place = text.indexOf(words, place + 1)) {
        const from = at + 1 + place + before.length;
        found.push({ from, to: from + wanted.old.length });
      }
      return false;
    });
    if (found.length > 1) return null;
    if (found[0]) return found[0];
  }
  return null;
}

/** The text of a block between two places, without some of its nodes; every leaf is one letter, as in positions. */
function standing(block: Node, from: number, to: number, isLeftOut: (node: Node) => boolean): string {
  let text = "";
  block.nodesBetween(from, to, (node, at) => {
    if (!node.isInline || isLeftOut(node)) return;
    text += node.isText ? (node.text ?? "").slice(Math.max(0, from - at), to - at) : "\ufffc";
  });
  return text;
}
