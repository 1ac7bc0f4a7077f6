// Steps that make one document of another and touch no more than what differs, so that what waits keeps its place.
// A position in a document counts what stands before it, one for each letter, opening and end: documents are compared
// as lists of these, and a difference in the lists is a step.
import { Slice, type Mark, type Node } from "prosemirror-model";
import { AddMarkStep, AttrStep, DocAttrStep, RemoveMarkStep, ReplaceStep, type Step } from "prosemirror-transform";

/** Differences beyond which whole blocks are exchanged: the work grows with their square. */
const MOST_DIFFERENCES = 600;

/** What stands at a position: compared by `key`; `node` is there for what opens. */
interface Sign {
  readonly key: string;
  readonly node: Node | null;
}

interface Hunk {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

/** Steps that make `to` of `from`; when the fine ones do not hold, coarser ones. */
export function difference(from: Node, to: Node): Step[] {
  if (from.eq(to)) return [];
  for (const hunks of [() => hunksOf(signs(from), signs(to)), () => blocks(from, to)]) {
    try {
      const found = hunks();
      const steps = found && stepsFor(from, to, found);
      if (steps?.reduce(after, from).eq(to)) return steps;
    } catch {
      continue; // the ends of a difference lie at depths that do not fit
    }
  }
  return [...documentAttributes(from, to), new ReplaceStep(0, from.content.size, new Slice(to.content, 0, 0))];
}

function signs(doc: Node): Sign[] {
  const list: Sign[] = [];
  const walk = (parent: Node) =>
    parent.forEach((node) => {
      if (node.isText) {
        // A pair that makes one letter together is never cut: each half names the whole.
        for (const letter of node.text ?? "")
          for (let half = 0; half < letter.length; half++) list.push({ key: `${letter}${half || ""}`, node: null });
      } else if (node.isLeaf) list.push({ key: `<${node.type.name} ${JSON.stringify(node.attrs)}>`, node });
      else {
        list.push({ key: `<${node.type.name} ${String(node.attrs["id"] ?? "")}>`, node });
        walk(node);
        list.push({ key: `</${node.type.name}>`, node: null });
      }
    });
  walk(doc);
  return list;
}

/** The stretches that differ, in order, by Myers' shortest way; null when there are too many. */
function hunksOf(one: readonly Sign[], other: readonly Sign[]): Hunk[] | null {
  const same = (a: number, b: number) => one[a]?.key === other[b]?.key;
  let start = 0;
  while (start < one.length && start < other.length && same(start, start)) start++;
  let [endOne, endOther] = [one.length, other.length];
  while (endOne > start && endOther > start && same(endOne - 1, endOther - 1)) endOne--, endOther--;
  const [n, m] = [endOne - start, endOther - start];
  const rows: Map<number, number>[] = [];
  const reach = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= MOST_DIFFERENCES; edits++) {
    rows.push(new Map(reach));
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
      let x = down ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? 0) + 1;
      while (x < n && x - k < m && same(start + x, start + x - k)) x++;
      reach.set(k, x);
      if (x >= n && x - k >= m) return wayBack(rows, start, n, m);
    }
  }
  return null;
}

function wayBack(rows: readonly Map<number, number>[], start: number, n: number, m: number): Hunk[] {
  const hunks: Hunk[] = [];
  let [x, y] = [n, m];
  for (let edits = rows.length - 1; edits > 0; edits--) {
    const reach = rows[edits] as Map<number, number>;
    const k = x - y;
    const down = k === -edits || (k !== edits && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
    const before = down ? k + 1 : k - 1;
    const px = reach.get(before) ?? 0;
    const py = px - before;
    const [fx, fy] = down ? [px, py + 1] : [px + 1, py];
    const last = hunks[0];
    const hunk = { from: start + px, to: start + fx, start: start + py, end: start + fy };
    if (last && last.from === hunk.to && last.start === hunk.end) hunks[0] = { ...last, from: hunk.from, start: hunk.start };
    else hunks.unshift(hunk);
    [x, y] = [px, py];
  }
  return hunks;
}

/** Whole blocks of the text that differ, those with the same words and id left alone. */
function blocks(from: Node, to: Node): Hunk[] {
  const list = (doc: Node): (Sign & { at: number; end: number })[] => {
    const found: (Sign & { at: number; end: number })[] = [];
    doc.forEach((node, at) => found.push({ key: JSON.stringify(node.toJSON()), node, at, end: at + node.nodeSize }));
    return found;
  };
  const [one, other] = [list(from), list(to)];
  const place = (found: readonly { at: number }[], doc: Node, at: number) => found[at]?.at ?? doc.content.size;
  return (hunksOf(one, other) ?? [{ from: 0, to: one.length, start: 0, end: other.length }]).map((hunk) => ({
    from: place(one, from, hunk.from),
    to: place(one, from, hunk.to),
    start: place(other, to, hunk.start),
    end: place(other, to, hunk.end),
  }));
}

/** Last first, so that the places of the others hold; then what nodes and marks say. */
function stepsFor(from: Node, to: Node, hunks: readonly Hunk[]): Step[] {
  const steps: Step[] = [...hunks].reverse().map((hunk) => new ReplaceStep(hunk.from, hunk.to, to.slice(hunk.start, hunk.end)));
  const moved = steps.reduce(after, from);
  return [...steps, ...attributes(moved, to), ...marks(moved, to)];
}

function attributes(from: Node, to: Node): Step[] {
  const [one, other] = [signs(from), signs(to)];
  const steps = documentAttributes(from, to);
  other.forEach(({ node }, at) => {
    const known = one[at]?.node;
    if (!node || node.isLeaf || !known) return;
    for (const name of changed(known, node)) steps.push(new AttrStep(at, name, node.attrs[name]));
  });
  return steps;
}

function documentAttributes(from: Node, to: Node): Step[] {
  return changed(from, to).map((name) => new DocAttrStep(name, to.attrs[name]));
}

function changed(one: Node, other: Node): string[] {
  return Object.keys(other.attrs).filter((name) => JSON.stringify(one.attrs[name]) !== JSON.stringify(other.attrs[name]));
}

function marks(from: Node, to: Node): Step[] {
  const [one, other] = [marksAt(from), marksAt(to)];
  const gone: Step[] = [];
  const come: Step[] = [];
  const lacks = (set: readonly Mark[] | undefined, mark: Mark) => !set?.some((found) => found.eq(mark));
  for (const [list, against, steps, Kind] of [
    [one, other, gone, RemoveMarkStep],
    [other, one, come, AddMarkStep],
  ] as const) {
    const open: { mark: Mark; from: number }[] = [];
    for (let at = 0; at <= list.length; at++) {
      const lacking = (list[at] ?? []).filter((mark) => lacks(against[at] ?? [], mark));
      for (const run of open.filter(({ mark }) => lacks(lacking, mark))) {
        steps.push(new Kind(run.from, at, run.mark));
        open.splice(open.indexOf(run), 1);
      }
      for (const mark of lacking) if (open.every((run) => !run.mark.eq(mark))) open.push({ mark, from: at });
    }
  }
  return [...gone, ...come];
}

/** The marks at each position. */
function marksAt(doc: Node): (readonly Mark[])[] {
  const found = new Array<readonly Mark[]>(doc.content.size).fill([]);
  doc.descendants((node, at) => {
    if (node.isInline) found.fill(node.marks, at, at + node.nodeSize);
  });
  return found;
}

function after(doc: Node, step: Step): Node {
  const result = step.apply(doc);
  if (!result.doc) throw new RangeError(result.failed ?? "step does not apply");
  return result.doc;
}
