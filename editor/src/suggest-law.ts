// The law of a suggest-only commit: the twin of guidelines/suggest_law.py, asked here before anything is sent.
// Rejecting all of the author's own suggestions must give the same text before and after. Two things that this does
// not see are forbidden besides: another's suggestion where it was not, and dropping one in an own new row that stays.
import { Fragment, type Node } from "prosemirror-model";
import { closes, remaining } from "./suggest-formula.ts";
import { hasFaultyLayers, layersOf, nameOn, suggestionIds } from "./suggest-layers.ts";

/** Whether a suggestion, given by its id, belongs to the author (or to one of the others) in question. */
export type Owned = (id: string) => boolean;

/** Why a commit is no suggestion; the names are those of Python. */
export type Breach =
  | "document_changed"
  | "base_changed"
  | "other_suggestion_changed"
  | "other_suggestion_forged"
  | "suggestion_malformed"
  | "row_spanned";

/** Neighbouring blocks that differ, with all that a join could reach; `whole`: all of their document or cell. */
interface Window {
  readonly before: readonly Node[];
  readonly after: readonly Node[];
  readonly whole: boolean;
}

/** Why a commit that led from one text to the other is not the author's suggestion; null when it is lawful. */
export function suggestBreach(before: Node, after: Node, mine: Owned): Breach | null {
  return sameAttributes(before, after) ? breachIn(before, after, mine) : "document_changed";
}

/** Where two containers differ, widened to what closes on both sides; null when they say the same. */
function windowOf(before: Node, after: Node): Window | null {
  const [old, now] = [before.content.content, after.content.content];
  let [start, end] = difference(old, now);
  if (start === old.length && start === now.length) return null;
  while (start && !closes(old[start - 1] as Node)) start--;
  const closed = (side: readonly Node[]) => {
    const last = side.slice(start, side.length - end).at(-1);
    return !last || closes(last);
  };
  while (end && !(closed(old) && closed(now))) end--;
  return {
    before: old.slice(start, old.length - end),
    after: now.slice(start, now.length - end),
    whole: start === 0 && end === 0,
  };
}

function sameAttributes(one: Node, other: Node): boolean {
  return one.type === other.type && one.hasMarkup(other.type, other.attrs, other.marks);
}

/** How many children are the same from the start, and how many of the others from the end. */
function difference(old: readonly Node[], now: readonly Node[]): [number, number] {
  const most = Math.min(old.length, now.length);
  let start = 0;
  while (start < most && isSame(old[start], now[start])) start++;
  let end = 0;
  while (end < most - start && isSame(old[old.length - 1 - end], now[now.length - 1 - end])) end++;
  return [start, end];
}

function breachIn(before: Node, after: Node, mine: Owned): Breach | null {
  const cells = oneCell(before, after);
  if (cells) return breachIn(...cells, mine);
  const found = windowOf(before, after);
  if (!found) return null;
  if (isMalformed(found)) return "suggestion_malformed";
  if (torn(found.after) > torn(found.before)) return "row_spanned";
  if (isForged(found, mine)) return "other_suggestion_forged";
  if (!isSameWithout(found, mine)) {
    return isSameWithout(found, () => true) ? "other_suggestion_changed" : "base_changed";
  }
  return rowBreach(found, mine);
}

function isSameWithout(found: Window, rejected: Owned): boolean {
  const verdict = (id: string) => (rejected(id) ? false : null);
  const [left, right] = [remaining(found.before, verdict), remaining(found.after, verdict)];
  if (found.whole && !(left.length && right.length)) return isBare(left) && isBare(right);
  return (
    left.length === right.length &&
    left.every((one, place) => {
      const other = right[place] as Node;
      return isSame(one, other) || joined(one).eq(joined(other));
    })
  );
}

/** The node with neighbouring texts of the same marks as one: how a text is cut up says nothing. */
function joined(node: Node): Node {
  return node.content.size ? node.copy(Fragment.fromArray(node.content.content.map(joined))) : node;
}

/** Whether this is an empty text: no block, or the empty paragraph that stands for none. */
function isBare(blocks: readonly Node[]): boolean {
  const [only] = blocks;
  if (!only) return true;
  const { type, attrs, content } = only;
  return blocks.length === 1 && type.name === "paragraph" && !content.size && !attrs["id"] && only.hasMarkup(type);
}

function isMalformed(found: Window): boolean {
  const known = new Set(found.before.flatMap(nodesIn));
  const faulty = found.after.flatMap(nodesIn).some((node) => !known.has(node) && hasFaultyLayers(node));
  return faulty || goneIn(found.after) > goneIn(found.before);
}

function goneIn(blocks: readonly Node[]): number {
  return blocks.flatMap(nodesIn).filter((node) => node.attrs["gone"]).length;
}

/** Tables with cells over several rows of which a decision could take some rows and leave others. */
function torn(blocks: readonly Node[]): number {
  return blocks.filter((block) => {
    if (block.type.name !== "table") return false;
    const rows = block.content.content;
    const ways = new Set(rows.map((row) => `${nameOn(row, "ins")} ${nameOn(row, "del")}`));
    return ways.size > 1 && rows.some((row) => row.content.content.some((cell) => cell.attrs["rowspan"] !== 1));
  }).length;
}

/** Whether a suggestion of another carries more than it did, or layers of blocks that it did not have. */
function isForged(found: Window, mine: Owned): boolean {
  const foreign = new Set(found.after.flatMap((block) => [...suggestionIds(block)]).filter((id) => !mine(id)));
  if (!foreign.size) return false;
  const [before, after] = [burden(found.before, foreign), burden(found.after, foreign)];
  return [...after].some(([key, count]) => {
    const carried = before.get(key) ?? 0;
    return !carried || (!key.includes(" chg") && count > carried);
  });
}

/** Suggestion, what carries it and with which property to how much: characters, paragraph marks, rows, layers. */
function burden(blocks: readonly Node[], foreign: ReadonlySet<string>): Map<string, number> {
  const found = new Map<string, number>();
  const concerned = blocks.filter((block) => [...suggestionIds(block)].some((id) => foreign.has(id)));
  for (const node of concerned.flatMap(nodesIn)) {
    for (const key of carriedOn(node, foreign)) {
      found.set(key, (found.get(key) ?? 0) + (node.isInline ? node.nodeSize : 1));
    }
  }
  return found;
}

function carriedOn(node: Node, foreign: ReadonlySet<string>): string[] {
  const where = node.isInline ? "text" : "block";
  const named = (["ins", "del", "mi", "md"] as const).map((kind) => [nameOn(node, kind), `${where} ${kind}`] as const);
  const layered = layersOf(node).flatMap(({ s, was }) => {
    return ["", ...Object.keys(was)].map((key) => [s, `${node.isInline ? "fmt" : "chg"} ${key}`] as const);
  });
  return [...named, ...layered].flatMap(([id, kind]) => (id !== null && foreign.has(id) ? [`${id} ${kind}`] : []));
}

/** The law inside the author's own new rows, as if they were base: rejecting them hides what happens there. */
function rowBreach(found: Window, mine: Owned): Breach | null {
  const now = new Map(ownRows(found.after, mine).map((row) => [rowKey(row), row]));
  for (const row of ownRows(found.before, mine)) {
    const stays = now.get(rowKey(row));
    if (!stays || stays === row) continue;
    if (stays.childCount !== row.childCount) {
      if ([...suggestionIds(row)].some((id) => !mine(id))) return "other_suggestion_changed";
      continue;
    }
    for (let place = 0; place < row.childCount; place++) {
      const breach = breachIn(row.child(place), stays.child(place), mine);
      if (breach) return breach;
    }
  }
  return null;
}

function ownRows(blocks: readonly Node[], mine: Owned): Node[] {
  const rows = blocks.flatMap((block) => (block.type.name === "table" ? block.content.content : []));
  return rows.filter((row) => {
    const id = nameOn(row, "ins");
    return id !== null && mine(id);
  });
}

function rowKey(row: Node): string {
  return String(row.firstChild?.firstChild?.attrs["id"]);
}

/** The cell in which alone the two differ, if there is one. */
function oneCell(before: Node, after: Node): [Node, Node] | null {
  let found: [Node, Node] = [before, after];
  for (const name of ["table", "row", "cell"]) {
    const pair = oneChild(...found);
    if (!pair?.every((node) => node.type.name === name || node.type.name === `header_${name}`)) return null;
    if (!sameAttributes(...pair)) return null;
    found = pair;
  }
  return found;
}

function oneChild(before: Node, after: Node): [Node, Node] | null {
  const [old, now] = [before.content.content, after.content.content];
  if (old.length !== now.length) return null;
  const [start, end] = difference(old, now);
  return start + end === old.length - 1 ? [old[start] as Node, now[start] as Node] : null;
}

function nodesIn(node: Node): Node[] {
  return [node, ...node.content.content.flatMap(nodesIn)];
}

function isSame(one: Node | undefined, other: Node | undefined): boolean {
  return one === other || (one !== undefined && other !== undefined && one.eq(other));
}
