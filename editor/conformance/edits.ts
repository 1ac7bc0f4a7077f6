// Random documents and random edits of every family that the editor makes.
import { Fragment, Slice, type Mark, type Node } from "prosemirror-model";
import { canJoin, canSplit, type Step, Transform } from "prosemirror-transform";
import { markType, nodeType, schema } from "../src/schema.ts";
import type { Random } from "./random.ts";

const WORDS = ["charte ", "é", "l’équipe ", "😀", "👩‍👩‍👧", " ", "عربي", "漢字", "a", "réponse. ", " ; ", "B2B "];
const PLAIN_MARKS = ["strong", "em", "underline", "strike", "sub", "sup", "code"];
const BOXES = [null, null, "note", "warning", "quote", "quote:2", "code:python"];

/** A document of a few blocks, tables and lists among them. */
export function randomDocument(random: Random): Node {
  const blocks = Array.from({ length: 1 + random.below(6) }, (_, place) => randomBlock(random, place));
  const numbering = random.pick(["none", "headings", "clauses"]);
  return nodeType("doc").createChecked({ numbering }, blocks);
}

/** One to four edits, each one or more steps. */
export function randomEdits(doc: Node, random: Random, edits: readonly Edit[] = EDITS): readonly Step[] {
  const steps: Step[] = [];
  let at = doc;
  for (let count = 1 + random.below(4); count > 0; count--) {
    const tr = new Transform(at);
    try {
      random.pick(edits)(tr, random);
      tr.doc.check();
    } catch {
      continue; // what the library refuses to do is no edit
    }
    steps.push(...tr.steps);
    at = tr.doc;
  }
  return steps;
}

export type Edit = (tr: Transform, random: Random) => void;

const EDITS: readonly Edit[] = [
  type,
  type,
  type,
  type,
  erase,
  erase,
  replace,
  split,
  split,
  join,
  mark,
  mark,
  unmark,
  attribute,
  attribute,
  retype,
  insertBlock,
  insertBreak,
  paste,
  removeBlock,
  tableRow,
  linked,
  numbering,
  clearMarks,
];

/** Edits that take nothing away: whatever happens at once, nothing of them may be lost. */
export const ADDING: readonly Edit[] = [type, type, type, insertBreak, mark, insertBlock];

function type(tr: Transform, random: Random): void {
  const at = placeInText(tr.doc, random);
  tr.insert(at, schema.text(random.pick(WORDS), [...tr.doc.resolve(at).marks()]));
}

function erase(tr: Transform, random: Random): void {
  const [from, to] = stretch(tr.doc, random);
  tr.delete(from, to);
}

function replace(tr: Transform, random: Random): void {
  const [from, to] = stretch(tr.doc, random);
  tr.replaceWith(from, to, schema.text(random.pick(WORDS)));
}

function split(tr: Transform, random: Random): void {
  const at = placeInText(tr.doc, random);
  const parent = tr.doc.resolve(at).parent;
  const attrs = { ...parent.attrs, id: randomId(random) };
  if (canSplit(tr.doc, at)) tr.split(at, 1, [{ type: parent.type, attrs }]);
}

function join(tr: Transform, random: Random): void {
  const places = boundaries(tr.doc).filter((at) => canJoin(tr.doc, at));
  if (places.length) tr.join(random.pick(places));
}

function mark(tr: Transform, random: Random): void {
  const [from, to] = stretch(tr.doc, random);
  if (from < to) tr.addMark(from, to, markType(random.pick(PLAIN_MARKS)).create());
}

function unmark(tr: Transform, random: Random): void {
  const [from, to] = stretch(tr.doc, random);
  tr.removeMark(from, to, markType(random.pick(PLAIN_MARKS)));
}

function clearMarks(tr: Transform, random: Random): void {
  const [from, to] = stretch(tr.doc, random);
  tr.removeMark(from, to);
}

function linked(tr: Transform, random: Random): void {
  const [from, to] = stretch(tr.doc, random);
  if (from < to)
    tr.addMark(
      from,
      to,
      markType("link").create({ href: random.pick(["https://solenne.example/a", "#s2", "mailto:a@b.example"]) }),
    );
}

function attribute(tr: Transform, random: Random): void {
  const at = random.pick(textblocks(tr.doc));
  const [name, value] = random.pick<[string, unknown]>([
    ["list", "bullet"],
    ["list", "number"],
    ["list", null],
    ["indent", random.below(9)],
    ["start", random.below(20)],
    ["box", random.pick(BOXES)],
    ["align", random.pick([null, "center", "right", "justify"])],
    ["id", randomId(random)],
  ]);
  tr.setNodeAttribute(at, name, value);
}

function retype(tr: Transform, random: Random): void {
  const at = random.pick(textblocks(tr.doc));
  const node = tr.doc.nodeAt(at) as Node;
  if (random.chance(0.5)) tr.setNodeMarkup(at, nodeType("heading"), { ...node.attrs, level: 1 + random.below(6) });
  else tr.setNodeMarkup(at, nodeType("paragraph"), node.attrs);
}

function insertBlock(tr: Transform, random: Random): void {
  tr.insert(random.pick(boundaries(tr.doc)), randomBlock(random, random.below(1000)));
}

function insertBreak(tr: Transform, random: Random): void {
  tr.insert(placeInText(tr.doc, random), nodeType("hard_break").create());
}

/** What a cut and paste does: an open slice of another document put over a stretch. */
function paste(tr: Transform, random: Random): void {
  const other = randomDocument(random);
  const [from, to] = stretch(other, random, true);
  const slice = other.slice(from, to);
  const [start, end] = random.chance(0.5) ? stretch(tr.doc, random) : [placeInText(tr.doc, random)];
  tr.replaceRange(start as number, end ?? (start as number), new Slice(slice.content, slice.openStart, slice.openEnd));
}

function removeBlock(tr: Transform, random: Random): void {
  const [place, node] = random.pick(topBlocks(tr.doc));
  tr.delete(place, place + node.nodeSize);
}

function tableRow(tr: Transform, random: Random): void {
  const tables = topBlocks(tr.doc).filter(([, node]) => node.type.name === "table");
  if (!tables.length) return;
  const [place, table] = random.pick(tables);
  const width = table.firstChild?.childCount ?? 1;
  tr.insert(place + 1, nodeType("row").create(null, cells(random, width, "cell")));
}

function numbering(tr: Transform, random: Random): void {
  tr.setDocAttribute("numbering", random.pick(["none", "headings", "clauses"]));
}

function randomBlock(random: Random, place: number): Node {
  const attrs = { id: `b${place}-${random.below(1e6)}` };
  const kind = random.below(10);
  if (kind === 0) return nodeType("rule").create(attrs);
  if (kind === 1) {
    const width = 1 + random.below(3);
    const head = nodeType("row").create(null, cells(random, width, "header_cell"));
    return nodeType("table").create(attrs, [head, nodeType("row").create(null, cells(random, width, "cell"))]);
  }
  if (kind < 4) return nodeType("heading").create({ ...attrs, level: 1 + random.below(3) }, randomInline(random));
  const list = random.pick([null, null, "bullet", "number"]);
  return nodeType("paragraph").create(
    { ...attrs, list, indent: list ? random.below(3) : 0, box: random.pick(BOXES) },
    randomInline(random),
  );
}

function cells(random: Random, count: number, kind: string): Node[] {
  return Array.from({ length: count }, () =>
    nodeType(kind).create(null, nodeType("paragraph").create({ id: randomId(random) }, randomInline(random))),
  );
}

function randomInline(random: Random): Fragment {
  const parts = Array.from({ length: random.below(5) }, () => {
    if (random.chance(0.1)) return nodeType("hard_break").create();
    if (random.chance(0.05)) return nodeType("image").create({ src: "/assets/a.png", alt: "Organigramme" });
    if (random.chance(0.05)) return nodeType("mention").create({ person: "p1", label: "Aïcha" });
    return schema.text(random.pick(WORDS), randomMarks(random));
  });
  return Fragment.fromArray(parts);
}

function randomMarks(random: Random): readonly Mark[] {
  const count = random.chance(0.6) ? 0 : 1 + random.below(2);
  return Array.from({ length: count }, () => markType(random.pick(PLAIN_MARKS)).create()).reduce<readonly Mark[]>(
    (set, one) => one.addToSet(set),
    [],
  );
}

function randomId(random: Random): string {
  return `r${random.below(1e9)}`;
}

function textblocks(doc: Node): number[] {
  const found: number[] = [];
  doc.descendants((node, at) => {
    if (node.isTextblock) found.push(at);
  });
  return found; // none in a text of rules: then picking one throws, and there is no edit
}

function topBlocks(doc: Node): [number, Node][] {
  const found: [number, Node][] = [];
  doc.forEach((node, at) => found.push([at, node]));
  return found;
}

function boundaries(doc: Node): number[] {
  return [...topBlocks(doc).map(([at]) => at), doc.content.size];
}

/** A position in a text block that does not cut a pair of surrogates. */
function placeInText(doc: Node, random: Random): number {
  const start = random.pick(textblocks(doc));
  const node = doc.nodeAt(start) as Node;
  return whole(doc, start + 1 + random.below(node.content.size + 1));
}

function stretch(doc: Node, random: Random, wide = false): [number, number] {
  const from = placeInText(doc, random);
  const end =
    wide || random.chance(0.2)
      ? placeInText(doc, random)
      : Math.min(doc.resolve(from).end(), whole(doc, from + random.below(6)));
  return from < end ? [from, end] : [end, from];
}

function whole(doc: Node, at: number): number {
  const position = doc.resolve(Math.min(at, doc.content.size));
  const before = position.nodeBefore?.text ?? "";
  const cut = position.textOffset > 0 && /[\ud800-\udbff]$/.test(before);
  return cut ? position.pos - 1 : position.pos;
}
