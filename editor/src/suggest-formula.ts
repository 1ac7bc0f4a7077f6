// A document with suggestions is a formula over their ids; deciding is evaluating it in part: the twin of
// guidelines/suggestion_formula.py. A paragraph ends with a mark that carries its properties; when a mark goes, its
// text joins the following paragraph, whose properties stand. Nodes that no decision concerns stay the same nodes.
import { Fragment, type Node } from "prosemirror-model";
import { nodeType } from "./schema.ts";
import {
  blockOf,
  chain,
  form,
  layersOf,
  marksOf,
  nameOn,
  openOn,
  presence,
  properties,
  suggestionIds,
  type Open,
  type Values,
  type Verdict,
} from "./suggest-layers.ts";

/** An id that ends so is that of a text which lost its paragraph's mark: the id itself may stand elsewhere again. */
const ORPHAN = "~";
const MOST_ID = 64;

/** What becomes of a child: it stays; its text joins the next paragraph's; it goes. */
export type Lot = "stays" | "joins" | "goes";

/** A child, what is left of it on its own (itself where nothing changes), and its lot. */
export interface Fate {
  readonly child: Node;
  left: Node;
  lot: Lot;
}

/** The text with every suggestion rejected: what is signed. */
export const base = (doc: Node): Node => decided(doc, () => false);

/** The text with every suggestion accepted: what its readers are meant to see. */
export const result = (doc: Node): Node => decided(doc, () => true);

/** The text without the suggestions of one author, all others still open. */
export const strip = (doc: Node, mine: (id: string) => boolean): Node =>
  decided(doc, (id) => (mine(id) ? false : null));

/** The text after these decisions. Ids that are nowhere in it change nothing. */
export function resolved(doc: Node, accept: ReadonlySet<string>, reject: ReadonlySet<string>): Node {
  return decided(doc, verdictOf(accept, reject));
}

export function verdictOf(accept: ReadonlySet<string>, reject: ReadonlySet<string>): Verdict {
  return (id) => (accept.has(id) ? true : reject.has(id) ? false : null);
}

/** The container (a document or a cell) with the suggestions decided; itself when nothing changes. */
export function decided(container: Node, verdict: Verdict): Node {
  const children = container.content.content;
  const left = remaining(children, verdict);
  if (left.length === children.length && left.every((one, place) => one === children[place])) return container;
  return container.copy(Fragment.fromArray(left.length ? left : [nodeType("paragraph").create()]));
}

/** What is left of neighbouring blocks. The first has nothing to join before it, the last none after it. */
export function remaining(children: readonly Node[], verdict: Verdict): Node[] {
  const left: Node[] = [];
  let carried = Fragment.empty;
  for (const fate of fates(children, verdict)) {
    if (fate.lot === "joins") carried = carried.append(fate.left.content);
    else if (fate.lot === "stays") {
      left.push(carried.size ? fate.left.copy(carried.append(fate.left.content)) : fate.left);
      carried = Fragment.empty;
    }
  }
  return left;
}

/** The lot of each of neighbouring blocks. */
export function fates(children: readonly Node[], verdict: Verdict): Fate[] {
  const found: Fate[] = [];
  let waiting: Fate[] = []; // texts without a mark, to be joined to the next text block
  let joinable = false; // whether a text before may still join what comes here

  /** There is no paragraph to join: what waits stays where it is, or goes when nothing is left of it. */
  const settle = (hard: boolean) => {
    const last = waiting[waiting.length - 1];
    if (last && !joinable && waiting.every(({ left }) => !left.content.size)) {
      for (const fate of waiting) fate.lot = "goes";
    } else if (last) {
      const certain = hard && waiting.some(({ left }) => left.content.content.some(isCertain));
      last.lot = "stays";
      last.left = orphan(last, !certain);
      joinable = !certain;
    }
    waiting = [];
  };

  for (const child of children) {
    const fate = child.isTextblock ? textFate(child, verdict) : objectFate(child, verdict);
    if (child.isTextblock) {
      if (fate.lot === "joins") waiting.push(fate);
      else {
        waiting = [];
        joinable = !closes(fate.left);
      }
    } else if (fate.lot === "stays") {
      const certain = closes(fate.left);
      settle(certain);
      joinable &&= !certain;
    }
    found.push(fate);
  }
  settle(true);
  return found;
}

/** Whether nothing before the child's end can reach beyond it, whatever is decided. */
export function closes(child: Node): boolean {
  if (child.isTextblock) return !(child.attrs["mi"] || child.attrs["md"] || child.attrs["gone"]);
  if (child.type.name === "table") return child.content.content.some((row) => !(row.attrs["ins"] || row.attrs["del"]));
  return !(child.attrs["ins"] || child.attrs["del"]);
}

/** A text, image, mention or break as it is left; null when it is absent. */
export function inlineLeft(inline: Node, verdict: Verdict): Node | null {
  if (!isConcerned(inline, verdict)) return inline;
  const open = presence(openOn(inline), verdict);
  if (!open) return null;
  const { values, layers } = chain(form(inline), layersOf(inline), verdict);
  return inline.mark(marksOf(values, open, layers));
}

/** A rule or row with what is still open on it; null when it is absent. */
export function objectLeft(node: Node, verdict: Verdict): Node | null {
  const before = openOn(node);
  const open = presence(before, verdict);
  if (!open || (open.added === before.added && open.removed === before.removed)) return open && node;
  return node.type.create({ ...node.attrs, ins: open.added, del: open.removed }, node.content, node.marks);
}

function textFate(child: Node, verdict: Verdict): Fate {
  const gone = child.attrs["gone"] === true;
  if (!isConcerned(child, verdict)) return { child, left: child, lot: gone ? "joins" : "stays" };
  const content = Fragment.fromArray(present(child.content.content.map((inline) => inlineLeft(inline, verdict))));
  const { values, layers } = chain(properties(child), layersOf(child), verdict);
  const mark: Open = { added: nameOn(child, "mi"), removed: nameOn(child, "md") };
  const open = gone ? null : presence(mark, verdict);
  const suggested = { mi: open?.added ?? null, md: open?.removed ?? null, chg: layers, gone };
  return { child, left: blockOf(values, content, suggested), lot: open ? "stays" : "joins" };
}

/** The text block without its mark. Its id, and those it may get back, are no longer those of a paragraph. */
function orphan({ child, left }: Fate, gone: boolean): Node {
  const values = properties(left);
  const layers = layersOf(left);
  if (child.attrs["gone"]) return gone ? left : blockOf(values, left.content, { chg: layers });
  const renamed = layers.map(({ s, was }) => ({ s, was: withOrphanId(was) }));
  return blockOf(withOrphanId(values), left.content, { chg: renamed, gone });
}

function withOrphanId(values: Values): Values {
  const { id } = values;
  return typeof id === "string" && id ? { ...values, id: id.slice(0, MOST_ID - ORPHAN.length) + ORPHAN } : values;
}

function objectFate(child: Node, verdict: Verdict): Fate {
  if (!isConcerned(child, verdict)) return { child, left: child, lot: "stays" };
  if (child.type.name !== "table") {
    const left = objectLeft(child, verdict);
    return { child, left: left ?? child, lot: left ? "stays" : "goes" };
  }
  const rows = present(child.content.content.map((row) => rowLeft(row, verdict)));
  return { child, left: child.copy(Fragment.fromArray(rows)), lot: rows.length ? "stays" : "goes" };
}

function rowLeft(row: Node, verdict: Verdict): Node | null {
  const left = objectLeft(row, verdict);
  if (!left || !isConcerned(row, verdict)) return left;
  return left.copy(Fragment.fromArray(row.content.content.map((cell) => decided(cell, verdict))));
}

function isCertain(inline: Node): boolean {
  const { added, removed } = openOn(inline);
  return added === null && removed === null;
}

function isConcerned(node: Node, verdict: Verdict): boolean {
  for (const id of suggestionIds(node)) if (verdict(id) !== null) return true;
  return false;
}

function present(nodes: readonly (Node | null)[]): Node[] {
  return nodes.filter((node) => node !== null);
}
