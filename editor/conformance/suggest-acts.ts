// Random edits twice over: as one of the editor's own commands suggests them (or as a plain change is translated), and
// as words, so that Python can do the same plainly on lists. `kind` and `args` are what Python reads.
import { Fragment, type Node, Slice } from "prosemirror-model";
import { EditorState, type Transaction } from "prosemirror-state";
import { ReplaceStep } from "prosemirror-transform";
import { markType, nodeType, schema } from "../src/schema.ts";
import { Suggesting, type Piece } from "../src/suggest-edits.ts";
import { blockOf, type Values } from "../src/suggest-layers.ts";
import { isMarkless, isObjectShown } from "../src/suggest-places.ts";
import type { Plain } from "../src/suggest-translate.ts";
import { PLAIN } from "../src/suggest-work.ts";
import { caretPlaces, FORMATS, SHAPES, WORDS } from "./suggest-texts.ts";
import type { Random } from "./random.ts";

export interface Act {
  readonly kind: string;
  /** Places of the text with suggestions. */
  readonly at: readonly number[];
  readonly args: Readonly<Record<string, unknown>>;
  readonly run: (work: Suggesting) => unknown;
  /** The same as an editor without suggestions would change the text, when it is tried that way. */
  readonly plain?: (state: EditorState) => Transaction;
}

type Maker = (random: Random, doc: Node, from: number, to: number) => Act;

export function anAct(random: Random, doc: Node): Act {
  const places = caretPlaces(doc);
  const rank = random.below(places.length);
  const from = places[rank] as number;
  const to = places[Math.min(places.length - 1, rank + random.pick([0, 1, 2, 3, 5, 8, 13, 30]))] as number;
  let chosen = random.below(TOTAL);
  for (const [weight, make] of ACTS) if ((chosen -= weight) < 0) return make(random, doc, from, to);
  throw new RangeError("no act");
}

/** The plain change of an act; null when the library cannot do it, or finds nothing to do. */
export function plainOf(doc: Node, plain: (state: EditorState) => Transaction): Plain | null {
  try {
    const tr = plain(EditorState.create({ doc }));
    return tr.docChanged ? tr : null;
  } catch {
    return null;
  }
}

const write: Maker = (random, _doc, at) => {
  const words = random.pick(WORDS);
  const forms: Values = random.pick<Values>([{}, {}, { strong: {} }]);
  const content = textOf(words, forms);
  return {
    kind: "write",
    at: [at],
    args: { words, forms },
    run: (work) => work.write(at, content),
    ...(random.chance(0.5) && { plain: ({ tr }) => tr.insert(at, content) }),
  };
};

const erase: Maker = (random, _doc, from, to) => ({
  kind: "delete",
  at: [from, to],
  args: {},
  run: (work) => work.delete(from, to),
  ...(random.chance(0.3) && { plain: ({ tr }) => tr.step(replaceStep(from, to, Slice.empty)) }),
});

const replace: Maker = (random, _doc, from, to) => {
  const words = random.pick(WORDS);
  const content = textOf(words, {});
  return {
    kind: "replace",
    at: [from, to],
    args: { words },
    run: (work) => work.replace(from, to, content),
    ...(random.chance(0.3) && { plain: ({ tr }) => tr.step(replaceStep(from, to, new Slice(content, 0, 0))) }),
  };
};

const enter: Maker = (_random, _doc, at) => ({ kind: "enter", at: [at], args: {}, run: (work) => work.enter(at) });
const backspace: Maker = (_random, _doc, at) => ({
  kind: "backspace",
  at: [at],
  args: {},
  run: (work) => work.backspace(at),
});
const forward: Maker = (_random, _doc, at) => ({
  kind: "delete forward",
  at: [at],
  args: {},
  run: (work) => work.deleteForward(at),
});

const paste: Maker = (random, _doc, at) => {
  const pieces = somePieces(random);
  const args = { pieces: pieces.map(({ values, words }) => ({ values, words })) };
  const plainly = pastedPlainly(random, at, at, pieces);
  return { kind: "paste", at: [at], args, run: (work) => work.put(at, pieces), ...plainly };
};

const pasteOver: Maker = (random, _doc, from, to) => {
  const pieces = somePieces(random);
  const args = { pieces: pieces.map(({ values, words }) => ({ values, words })) };
  return {
    kind: "paste over",
    at: [from, to],
    args,
    run: (work) => work.put(work.delete(from, to), pieces),
    ...pastedPlainly(random, from, to, pieces),
  };
};

const format: Maker = (random, doc, from, to) => {
  const [name, attrs] = random.pick(FORMATS);
  const type = markType(name);
  return {
    kind: "format",
    at: [from, to],
    args: { name, attrs },
    run: (work) => work.format(from, to, name, attrs),
    ...(doc.resolve(from).sameParent(doc.resolve(to)) && {
      plain: ({ tr }) => (attrs ? tr.addMark(from, to, type.create(attrs)) : tr.removeMark(from, to, type)),
    }),
  };
};

const shape: Maker = (random, doc, from, to) => {
  const values = random.pick(SHAPES);
  const $from = doc.resolve(from);
  const one = random.chance(0.3) && $from.sameParent(doc.resolve(to)) && !isMarkless($from.parent);
  return {
    kind: "shape",
    at: [from, to],
    args: { values },
    run: (work) => work.shapeBlocks(from, to, values),
    ...(one && { plain: (state) => shapedPlainly(state, from, values) }),
  };
};

const insertObject: Maker = (random, _doc, at) => {
  if (random.chance(0.5)) {
    return { kind: "insert rule", at: [at], args: {}, run: (work) => work.insertObject(at, (w) => w.rule()) };
  }
  return { kind: "insert table", at: [at], args: {}, run: (work) => work.insertObject(at, (w) => w.table()) };
};

const takeObject: Maker = (random, doc, from, to) => {
  const objects = objectsOf(doc);
  if (!objects.length) return insertObject(random, doc, from, to);
  const [at, node] = random.pick(objects);
  return {
    kind: "remove object",
    at: [],
    args: { rank: rankOf(doc, at) },
    run: (work) => work.takeObject(at),
    ...(random.chance(0.3) &&
      isObjectShown(node) && { plain: ({ tr }) => tr.step(replaceStep(at, at + node.nodeSize, Slice.empty)) }),
  };
};

const rows: Maker = (random, doc, from, to) => {
  const tables = objectsOf(doc).filter(([, node]) => node.type.name === "table");
  if (!tables.length) return insertObject(random, doc, from, to);
  const [at, table] = random.pick(tables);
  const k = random.below(table.childCount);
  let place = at + 1;
  for (let above = 0; above < k; above++) place += table.child(above).nodeSize;
  const row = table.content.content.slice(0, k).filter((one) => !one.attrs["del"]).length;
  const args = { rank: rankOf(doc, at), row };
  if (random.chance(0.5)) return { kind: "insert row", at: [], args, run: (work) => work.insertRow(place) };
  return { kind: "remove row", at: [], args, run: (work) => work.takeRow(place) };
};

const ACTS: readonly (readonly [number, Maker])[] = [
  [18, write],
  [10, erase],
  [7, replace],
  [10, enter],
  [8, backspace],
  [4, forward],
  [6, paste],
  [3, pasteOver],
  [8, format],
  [14, shape],
  [4, insertObject],
  [3, takeObject],
  [5, rows],
];
const TOTAL = ACTS.reduce((sum, [weight]) => sum + weight, 0);

interface Words extends Piece {
  readonly words: string;
}

function somePieces(random: Random): Words[] {
  return Array.from({ length: 2 + random.below(3) }, () => {
    const words = random.chance(0.2) ? "" : random.pick(WORDS);
    const values: Values = { ...PLAIN, ...random.pick(SHAPES) };
    return { values, words, content: textOf(words, {}) };
  });
}

function pastedPlainly(random: Random, from: number, to: number, pieces: readonly Words[]) {
  const blocks = pieces.map(({ values, content }) => blockOf(values, content));
  const slice = new Slice(Fragment.fromArray(blocks), 1, 1);
  return random.chance(0.4) ? { plain: ({ tr }: EditorState) => tr.step(replaceStep(from, to, slice)) } : {};
}

function shapedPlainly({ tr }: EditorState, at: number, values: Values): Transaction {
  const place = tr.doc.resolve(at).before();
  const node = tr.doc.nodeAt(place) as Node;
  const { style, ...attrs } = values;
  if (style === undefined) {
    for (const [name, value] of Object.entries(attrs)) tr.setNodeAttribute(place, name, value);
    return tr;
  }
  const level = Number(String(style).slice(1)) || null;
  const { level: _, ...kept } = node.attrs;
  return level === null
    ? tr.setNodeMarkup(place, nodeType("paragraph"), kept)
    : tr.setNodeMarkup(place, nodeType("heading"), { ...kept, level });
}

function textOf(words: string, forms: Values): Fragment {
  const marks = Object.keys(forms).map((name) => markType(name).create());
  return words ? Fragment.from(schema.text(words, marks)) : Fragment.empty;
}

function objectsOf(doc: Node): [number, Node][] {
  const found: [number, Node][] = [];
  doc.forEach((node, at) => void (node.isTextblock || found.push([at, node])));
  return found;
}

/** How many objects that the result shows stand before it. */
function rankOf(doc: Node, at: number): number {
  return objectsOf(doc).filter(([place, node]) => place < at && isObjectShown(node)).length;
}

function replaceStep(from: number, to: number, slice: Slice) {
  return new ReplaceStep(from, to, slice);
}
