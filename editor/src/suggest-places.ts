// Places in a text with suggestions as their author sees them: what is shown, and which blocks are one in the result.
import type { Node } from "prosemirror-model";
import { closes } from "./suggest-formula.ts";
import { nameOn } from "./suggest-layers.ts";

/** A place in a text block, and the block's index among its neighbours, the first of which begins at `start`. */
export interface Spot {
  readonly children: readonly Node[];
  readonly start: number;
  readonly k: number;
  readonly offset: number;
}

/** The place; null where no text can stand. */
export function spotAt(doc: Node, position: number): Spot | null {
  const found = doc.resolve(position);
  if (!found.parent.isTextblock) return null;
  const depth = found.depth - 1;
  return {
    children: found.node(depth).content.content,
    start: found.start(depth),
    k: found.index(depth),
    offset: found.parentOffset,
  };
}

export function blockAt(children: readonly Node[], k: number): Node {
  const found = children[k];
  if (!found) throw new RangeError(`no block ${k}`);
  return found;
}

export function placeOf({ children, start }: Pick<Spot, "children" | "start">, k: number): number {
  return children.slice(0, k).reduce((place, child) => place + child.nodeSize, start);
}

export const isShown = (inline: Node): boolean => nameOn(inline, "del") === null;

export function isObjectShown(node: Node): boolean {
  const rows = node.type.name === "table" ? node.content.content : [node];
  return !rows.every((row) => row.attrs["del"]);
}

/** Whether the result shows no end of this paragraph. */
export const isMarkless = (block: Node): boolean => Boolean(block.attrs["md"] || block.attrs["gone"]);

/** The block whose properties the result shows for this one, and whether it has no paragraph to join. */
export function groupLast(children: readonly Node[], k: number): { last: number; dangling: boolean } {
  let last = k;
  while (isMarkless(blockAt(children, last))) {
    const following = neighbour(children, last, 1);
    if (following === null) return { last, dangling: true };
    last = following;
  }
  return { last, dangling: false };
}

export function groupFirst(children: readonly Node[], k: number): number {
  let first = k;
  for (;;) {
    const former = neighbour(children, first, -1);
    if (former === null || !isMarkless(blockAt(children, former))) return first;
    first = former;
  }
}

/** The next text block that way with only removed objects between. */
function neighbour(children: readonly Node[], k: number, way: 1 | -1): number | null {
  for (let place = k + way; ; place += way) {
    const child = children[place];
    if (!child) return null;
    if (child.isTextblock) return place;
    if (isObjectShown(child)) return null;
  }
}

/** Something visible: where it begins, and how much of it lies before (or behind) the place. */
export interface Visible {
  readonly position: number;
  readonly inline: Node;
  readonly size: number;
}

/** What is visible before the place in its result block, in the order of the text. */
export function shownBefore(spot: Spot): Visible[] {
  const found: Visible[] = [];
  for (let k = groupFirst(spot.children, spot.k); k <= spot.k; k++) {
    const block = blockAt(spot.children, k);
    if (!block.isTextblock) continue;
    const start = placeOf(spot, k) + 1;
    const most = k === spot.k ? spot.offset : block.content.size;
    block.forEach((inline, offset) => {
      if (offset >= most || !isShown(inline)) return;
      found.push({ position: start + offset, inline, size: Math.min(inline.nodeSize, most - offset) });
    });
  }
  return found;
}

/** What is visible behind the place in its result block, in the order of the text. */
export function shownAfter(spot: Spot): Visible[] {
  const found: Visible[] = [];
  const { last } = groupLast(spot.children, spot.k);
  for (let k = spot.k; k <= last; k++) {
    const block = blockAt(spot.children, k);
    if (!block.isTextblock) continue;
    const start = placeOf(spot, k) + 1;
    const least = k === spot.k ? spot.offset : 0;
    block.forEach((inline, offset) => {
      const from = Math.max(offset, least);
      if (from >= offset + inline.nodeSize || !isShown(inline)) return;
      found.push({ position: start + from, inline, size: offset + inline.nodeSize - from });
    });
  }
  return found;
}

/** Whether a text that ends these blocks could still be joined by one that comes. */
export function isJoinable(children: readonly Node[]): boolean {
  const last = children.findLast((child) => child.isTextblock || closes(child));
  return last !== undefined && last.isTextblock && !closes(last);
}
