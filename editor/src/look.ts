// How attributes of paragraphs look: numbers, bullets and frames, drawn by decorations so that the text holds no markup.
import type { Node } from "prosemirror-model";
import { Plugin } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";
import { sameBlocks } from "./ids.ts";
import { listMarks, sectionNumbers } from "./numbering.ts";
import type { Say, Words } from "./words.ts";

const BOX_WORDS: Readonly<Record<string, keyof Words>> = {
  note: "styleNote",
  tip: "styleTip",
  important: "styleImportant",
  warning: "styleWarning",
  caution: "styleCaution",
};

/** Draws the document; while only words change inside blocks nothing is worked out again. */
export function look(say: Say): Plugin<DecorationSet> {
  const plugin: Plugin<DecorationSet> = new Plugin<DecorationSet>({
    state: {
      init: (_config, state) => drawn(state.doc, say),
      apply(tr, set) {
        if (!tr.docChanged) return set;
        return sameBlocks(tr.before, tr.doc) ? set.map(tr.mapping, tr.doc) : drawn(tr.doc, say);
      },
    },
    props: { decorations: (state) => plugin.getState(state) },
  });
  return plugin;
}

function drawn(doc: Node, say: Say): DecorationSet {
  const found: Decoration[] = [];
  const numbers = sectionNumbers(doc);
  drawBlocks(doc, 0, say, found);
  doc.forEach((block, at, place) => {
    const number = numbers.get(place);
    if (number) found.push(Decoration.node(at, at + block.nodeSize, { class: "numbered", "data-number": number }));
    if (block.type.name !== "table") return;
    block.descendants((node, inside) => {
      if (node.type.spec["tableRole"] === "cell" || node.type.spec["tableRole"] === "header_cell") {
        drawBlocks(node, at + inside + 2, say, found);
      }
      return !node.isTextblock;
    });
  });
  return DecorationSet.create(doc, found);
}

function drawBlocks(parent: Node, start: number, say: Say, found: Decoration[]): void {
  const marks = listMarks(parent);
  parent.forEach((block, offset, place) => {
    if (!block.isTextblock) return;
    const attributes: Record<string, string> = {};
    const classes: string[] = [];
    const mark = marks.get(place);
    const { list, indent, box } = block.attrs as { list: string | null; indent: number; box: string | null };
    if (list !== null || indent > 0) {
      classes.push(list === null ? "indented" : "item");
      attributes["style"] = `--indent: ${indent}`;
    }
    if (mark !== undefined) attributes["data-mark"] = mark;
    if (box !== null) drawBox(parent, place, box, say, classes, attributes);
    if (!classes.length) return;
    const at = start + offset;
    found.push(Decoration.node(at, at + block.nodeSize, { ...attributes, class: classes.join(" ") }));
  });
}

/** Neighbours in the same box are one box; each paragraph of code is one of its own, as Markdown and Word have it. */
function drawBox(
  parent: Node,
  place: number,
  box: string,
  say: Say,
  classes: string[],
  attributes: Record<string, string>,
): void {
  const code = box.startsWith("code");
  const boxAt = (index: number) =>
    index >= 0 && index < parent.childCount ? (parent.child(index).attrs["box"] as unknown) : null;
  const first = code || boxAt(place - 1) !== box;
  const kind = box.replace(/:.*$/, "");
  classes.push("boxed", `box-${kind}`);
  if (first) classes.push("box-first");
  if (code || boxAt(place + 1) !== box) classes.push("box-last");
  const depth = Number(/^quote:(\d)$/.exec(box)?.[1] ?? 1);
  if (kind === "quote") attributes["style"] = `${attributes["style"] ?? ""};--depth: ${depth}`;
  const word = BOX_WORDS[kind];
  if (first && word) attributes["data-label"] = say(word);
  if (first && code && box.includes(":")) attributes["data-label"] = box.slice(box.indexOf(":") + 1);
}
