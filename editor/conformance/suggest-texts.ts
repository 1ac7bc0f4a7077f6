// Small texts, dense with what suggestions meet: headings, lists, boxes, tables, rules, and words of every width.
import { Fragment, type Node } from "prosemirror-model";
import { markType, nodeType, schema } from "../src/schema.ts";
import type { Values } from "../src/suggest-layers.ts";
import type { Random } from "./random.ts";

export const WORDS = ["must", "ask 🙂", "l’équipe\u202f:", "規則", "a", " and then ", "x", "👩‍👩‍👧 "] as const;
export const SHAPES: readonly Values[] = [
  { style: "h2" },
  { style: "p" },
  { style: "h1" },
  { list: "bullet" },
  { list: "number" },
  { list: null },
  { indent: 1 },
  { indent: 0 },
  { box: "note" },
  { box: null },
  { align: "center" },
];
const LINK = { href: "https://a.example", title: null };
export const FORMATS: readonly (readonly [string, Values | null])[] = [
  ["strong", {}],
  ["strong", null],
  ["em", {}],
  ["em", null],
  ["sub", {}],
  ["sup", {}],
  ["link", null],
  ["link", LINK],
  ["link", { ...LINK, href: "https://b.example" }],
];

/** One to six blocks, at least one of them text. */
export function aText(random: Random, ids: () => string): Node {
  const blocks = [textblock(random, ids)];
  for (let count = random.below(6); count > 0; count--) {
    const kind = random.below(20);
    if (kind < 3) blocks.push(nodeType("rule").create({ id: ids() }));
    else if (kind < 7) blocks.push(table(random, ids));
    else blocks.push(textblock(random, ids));
  }
  const turn = random.below(blocks.length);
  return nodeType("doc").createChecked(null, [...blocks.slice(turn), ...blocks.slice(0, turn)]);
}

function table(random: Random, ids: () => string): Node {
  const width = 1 + random.below(2);
  const rows = Array.from({ length: 1 + random.below(3) }, (_, place) => {
    const kind = place === 0 && random.chance(0.3) ? "header_cell" : "cell";
    const cells = Array.from({ length: width }, () =>
      nodeType(kind).create(
        null,
        Array.from({ length: 1 + random.below(2) }, () => textblock(random, ids)),
      ),
    );
    return nodeType("row").create(null, cells);
  });
  return nodeType("table").create({ id: ids() }, rows);
}

function textblock(random: Random, ids: () => string): Node {
  const more = random.chance(0.3) ? random.pick([{ list: "bullet" }, { list: "number", indent: 1 }, { box: "note" }]) : {};
  const attrs = { id: ids(), ...more };
  const content = inline(random);
  if (random.chance(0.25)) return nodeType("heading").create({ ...attrs, level: 1 + random.below(2) }, content);
  return nodeType("paragraph").create(attrs, content);
}

function inline(random: Random): Fragment {
  const parts = Array.from({ length: random.below(4) }, () => {
    const words = random.pick(WORDS);
    const kind = random.below(7);
    if (kind === 0) return nodeType("hard_break").create();
    if (kind === 1) return nodeType("mention").create({ person: "u1", label: "Ann" });
    if (kind === 2) return nodeType("image").create({ src: "/assets/a.png", alt: "Organigramme" });
    if (kind === 3) return schema.text(words, [markType("strong").create()]);
    if (kind === 4) return schema.text(words, [markType("link").create(LINK)]);
    return schema.text(words);
  });
  return Fragment.fromArray(parts);
}

/** Every place for a caret, not inside a character of two units. */
export function caretPlaces(doc: Node): number[] {
  const found: number[] = [];
  doc.descendants((node, at) => {
    if (node.isTextblock) found.push(at + 1);
    else if (node.isText) {
      let place = at;
      for (const character of node.text ?? "") found.push((place += character.length));
    } else if (node.isInline) found.push(at + 1);
  });
  return found;
}

/** Every place between two nodes or characters. */
export function everyPlace(doc: Node): number[] {
  const found = new Set([0, ...caretPlaces(doc)]);
  doc.descendants((node, at) => void found.add(at).add(at + node.nodeSize));
  return [...found].sort((one, other) => one - other);
}
