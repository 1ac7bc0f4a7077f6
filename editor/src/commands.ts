// What keys and buttons do to paragraphs: style, lists, boxes, indents, alignment. One command, one transaction.
import { toggleMark } from "prosemirror-commands";
import type { Node } from "prosemirror-model";
import { type Command, type EditorState, TextSelection, type Transaction } from "prosemirror-state";
import { canSplit } from "prosemirror-transform";
import { freshId } from "./ids.ts";
import { markType, nodeType } from "./schema.ts";

type Block = readonly [at: number, node: Node];
const MOST_INDENT = 8;

/** The style that all selected blocks have ("p", "h1", "quote", "code"); null when they differ. */
export function styleOf(state: EditorState): string | null {
  const styles = new Set(textblocks(state).map(([, node]) => ownStyle(node)));
  return styles.size === 1 ? ([...styles][0] ?? null) : null;
}

export function setStyle(style: string): Command {
  return onBlocks((tr, at, node) => {
    const level = /^h([1-6])$/.exec(style)?.[1];
    if (level) setHeading(tr, at, node, Number(level));
    else setParagraph(tr, at, node, style === "p" ? null : style);
  });
}

/** Makes the blocks items of such a list, or plain paragraphs when they all are already. */
export function toggleList(kind: "bullet" | "number"): Command {
  return (state, dispatch) => {
    const blocks = textblocks(state);
    const all = blocks.length > 0 && blocks.every(([, node]) => node.attrs["list"] === kind);
    return onBlocks((tr, at, node) => {
      if (node.type.name === "heading") setParagraph(tr, at, node, null);
      set(tr, at, "list", all ? null : kind);
      set(tr, at, "start", null);
      if (all) set(tr, at, "indent", 0);
      if (String(node.attrs["box"]).startsWith("code")) set(tr, at, "box", null);
    })(state, dispatch);
  };
}

/** Moves list items in or out by one; other blocks are left alone, so that Tab can leave the text. */
export function indentBy(by: 1 | -1, onlyLists = true): Command {
  return (state, dispatch) => {
    const blocks = textblocks(state).filter(([, node]) => {
      const { list, indent } = node.attrs as { list: string | null; indent: number };
      return node.type.name === "paragraph" && (list !== null || indent > 0 || !onlyLists);
    });
    if (!blocks.length) return false;
    const tr = state.tr;
    for (const [at, node] of blocks) {
      const indent = Number(node.attrs["indent"]) + by;
      if (indent < 0) set(tr, at, "list", null);
      else if (indent <= MOST_INDENT) set(tr, at, "indent", indent);
    }
    dispatch?.(tr.scrollIntoView());
    return true;
  };
}

export function setAlign(align: "center" | "right" | "justify" | null): Command {
  return onBlocks((tr, at) => set(tr, at, "align", align));
}

/** Takes marks, alignment and list off what is selected. */
export const clearFormatting: Command = (state, dispatch) => {
  const tr = state.tr;
  const { from, to, empty } = state.selection;
  if (!empty) tr.removeMark(from, to);
  tr.setStoredMarks([]);
  for (const [at, node] of textblocks(state)) {
    set(tr, at, "align", null);
    if (node.type.name === "paragraph") setParagraph(tr, at, node, null);
  }
  dispatch?.(tr);
  return true;
};

export const hardBreak: Command = (state, dispatch) => {
  if (!state.selection.$from.parent.inlineContent) return false;
  const marks = state.storedMarks ?? state.selection.$from.marks();
  dispatch?.(
    state.tr.replaceSelectionWith(nodeType("hard_break").create(), false).setStoredMarks(marks).scrollIntoView(),
  );
  return true;
};

export const insertRule: Command = (state, dispatch) => {
  const { $from } = state.selection;
  if ($from.depth !== 1) return false;
  const tr = state.tr;
  const after = $from.after(1);
  tr.insert(after, [nodeType("rule").create({ id: freshId() }), nodeType("paragraph").create({ id: freshId() })]);
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, after + 2)).scrollIntoView());
  return true;
};

export function setNumbering(style: "none" | "headings" | "clauses"): Command {
  return (state, dispatch) => {
    dispatch?.(state.tr.setDocAttribute("numbering", style));
    return true;
  };
}

export const toggle = (mark: string): Command => toggleMark(markType(mark), null, { removeWhenPresent: false });

/** Whether the mark is on what is selected, or would be on what is typed next. */
export function isMarked(state: EditorState, mark: string): boolean {
  const type = markType(mark);
  const { from, to, empty, $from } = state.selection;
  return empty
    ? type.isInSet(state.storedMarks ?? $from.marks()) !== undefined
    : state.doc.rangeHasMark(from, to, type);
}

/** Enter: a line in code; out of an empty item or box; otherwise a new block with an id of its own. */
export const enter: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  const block = $from.parent;
  if (!block.isTextblock) return false;
  if (String(block.attrs["box"]).startsWith("code")) return enterInCode(state, dispatch);
  if (empty && block.content.size === 0 && block.type.name === "paragraph") {
    const at = $from.before();
    const { list, indent, box } = block.attrs as { list: string | null; indent: number; box: string | null };
    if (list !== null || indent > 0) return indentBy(-1)(state, dispatch);
    if (box !== null) {
      dispatch?.(state.tr.setNodeAttribute(at, "box", null).scrollIntoView());
      return true;
    }
  }
  return splitWithId(state, dispatch);
};

/** Backspace at the start of a block: out of its list, then out of its box, then a heading becomes text; never two at once. */
export const backspace: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  const block = $from.parent;
  if (!empty || !block.isTextblock || $from.parentOffset > 0) return false;
  const { list, indent, box } = block.attrs as { list: string | null; indent: number; box: string | null };
  const at = $from.before();
  if (list !== null) dispatch?.(state.tr.setNodeAttribute(at, "list", null));
  else if (indent > 0) dispatch?.(state.tr.setNodeAttribute(at, "indent", indent - 1));
  else if (box !== null && !sameBoxBefore(state, box)) dispatch?.(state.tr.setNodeAttribute(at, "box", null));
  else return false;
  return true;
};

/** Out of a box or a table at its end, into a new paragraph below. */
export const leave: Command = (state, dispatch) => {
  const { $to } = state.selection;
  if ($to.depth === 0 || ($to.depth === 1 && $to.parent.attrs["box"] === null)) return false;
  const tr = state.tr;
  const after = $to.after(1);
  tr.insert(after, nodeType("paragraph").create({ id: freshId() }));
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, after + 1)).scrollIntoView());
  return true;
};

/** Moves the selected top-level blocks up or down by one. */
export function moveBlocks(by: 1 | -1): Command {
  return (state, dispatch) => {
    const { $from, $to } = state.selection;
    const first = $from.index(0);
    const last = $to.index(0);
    const other = by < 0 ? first - 1 : last + 1;
    if (other < 0 || other >= state.doc.childCount || last >= state.doc.childCount) return false;
    const neighbour = state.doc.child(other);
    const start = $from.posAtIndex(first, 0);
    const end = start + sizeBetween(state.doc, first, last);
    const tr = state.tr;
    if (by < 0) tr.insert(end, neighbour).delete(start - neighbour.nodeSize, start);
    else tr.delete(end, end + neighbour.nodeSize).insert(start, neighbour);
    dispatch?.(tr.scrollIntoView());
    return true;
  };
}

/** Every selected text block with its position. */
export function textblocks(state: EditorState): Block[] {
  const found: Block[] = [];
  for (const range of state.selection.ranges) {
    state.doc.nodesBetween(range.$from.pos, range.$to.pos, (node, at) => {
      if (node.isTextblock) found.push([at, node]);
      return !node.isTextblock;
    });
  }
  return found;
}

function ownStyle(node: Node): string {
  if (node.type.name === "heading") return `h${String(node.attrs["level"])}`;
  const box = node.attrs["box"] as string | null;
  return box === null ? "p" : box.replace(/:.*$/, "");
}

function onBlocks(change: (tr: Transaction, at: number, node: Node) => void): Command {
  return (state, dispatch) => {
    const blocks = textblocks(state);
    if (!blocks.length) return false;
    const tr = state.tr;
    for (const [at, node] of blocks) change(tr, at, node);
    if (tr.docChanged) dispatch?.(tr.scrollIntoView());
    return true;
  };
}

/** Sets an attribute if it differs: a step for nothing would void nothing and still be logged. */
function set(tr: Transaction, at: number, name: string, value: unknown): void {
  if (tr.doc.nodeAt(at)?.attrs[name] !== value) tr.setNodeAttribute(at, name, value);
}

function setHeading(tr: Transaction, at: number, node: Node, level: number): void {
  if (node.type.name === "heading") return set(tr, at, "level", level);
  tr.setNodeMarkup(at, nodeType("heading"), { ...node.attrs, level, list: null, indent: 0, start: null, box: null });
}

function setParagraph(tr: Transaction, at: number, node: Node, box: string | null): void {
  if (node.type.name === "heading") tr.setNodeMarkup(at, nodeType("paragraph"), { ...node.attrs, box });
  else {
    set(tr, at, "box", box);
    if (box === null || box === "code") {
      set(tr, at, "list", null);
      set(tr, at, "indent", 0);
      set(tr, at, "start", null);
    }
  }
  if (box === "code") tr.removeMark(at + 1, at + 1 + node.content.size);
}

/** Splits the block; the second half is a paragraph after the end of a heading, else like the first. */
function splitWithId(state: EditorState, dispatch?: (tr: Transaction) => void): boolean {
  const tr = state.tr.deleteSelection();
  const { $from } = tr.selection;
  const block = $from.parent;
  const atEnd = $from.parentOffset === block.content.size;
  const type = block.type.name === "heading" && atEnd ? nodeType("paragraph") : block.type;
  const { level, ...attrs } = block.attrs;
  const own = {
    ...attrs,
    ...(type === block.type && level !== undefined ? { level } : {}),
    id: freshId(),
    start: null,
    mi: null,
    md: null,
    chg: null,
    gone: null,
  };
  const types = [{ type, attrs: own }];
  if (!block.isTextblock || !canSplit(tr.doc, $from.pos, 1, types)) return false;
  const marks = state.storedMarks ?? (state.selection.$to.parentOffset ? state.selection.$from.marks() : null);
  tr.split($from.pos, 1, types);
  if (marks && !atEnd) tr.ensureMarks(marks);
  else if (marks && type === block.type) tr.ensureMarks(marks);
  dispatch?.(tr.scrollIntoView());
  return true;
}

/** A second empty line at the end of code leads out of it. */
function enterInCode(state: EditorState, dispatch?: (tr: Transaction) => void): boolean {
  const { $from, empty } = state.selection;
  const before = $from.nodeBefore;
  const atEnd = empty && $from.parentOffset === $from.parent.content.size;
  if (!atEnd || before?.type.name !== "hard_break") return hardBreak(state, dispatch);
  const tr = state.tr.delete($from.pos - 1, $from.pos);
  const after = tr.mapping.map($from.after());
  tr.insert(after, nodeType("paragraph").create({ id: freshId() }));
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, after + 1)).scrollIntoView());
  return true;
}

function sameBoxBefore(state: EditorState, box: string): boolean {
  const { $from } = state.selection;
  const index = $from.index(-1);
  const before = index > 0 ? $from.node(-1).child(index - 1) : null;
  return before !== null && before.isTextblock && before.attrs["box"] === box && !box.startsWith("code");
}

function sizeBetween(doc: Node, first: number, last: number): number {
  let size = 0;
  for (let place = first; place <= last; place++) size += doc.child(place).nodeSize;
  return size;
}
