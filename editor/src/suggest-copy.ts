// What is copied or dragged is the result of what is selected: deleted words stay behind, and nobody's suggestion
// travels. What is pasted is cleaned the same way: it may come from another window.
import { Fragment, Slice, type Node } from "prosemirror-model";
import { remaining } from "./suggest-formula.ts";
import { blockOf, form, marksOf, properties } from "./suggest-layers.ts";

/** The slice without suggestions, as its result shows it. */
export function resultSlice(slice: Slice): Slice {
  const first = slice.content.firstChild;
  if (!first) return slice;
  if (first.isInline) return new Slice(inlineResult(slice.content), 0, 0);
  const isContainer = first.isTextblock || first.type.isInGroup("block");
  const nodes = isContainer ? remaining(slice.content.content, () => true) : slice.content.content.filter(isStanding);
  if (!nodes.length) return Slice.empty;
  const content = Fragment.fromArray(nodes.map(bare));
  const most = content.size ? Slice.maxOpen(content) : Slice.empty;
  return new Slice(content, Math.min(slice.openStart, most.openStart), Math.min(slice.openEnd, most.openEnd));
}

function bare(node: Node): Node {
  if (node.isTextblock) return blockOf({ ...properties(node) }, inlineResult(node.content));
  const attrs = "ins" in node.attrs ? { ...node.attrs, ins: null, del: null } : node.attrs;
  return node.type.create(attrs, Fragment.fromArray(node.content.content.filter(isStanding).map(bare)), node.marks);
}

function isStanding(node: Node): boolean {
  return !node.attrs["del"];
}

function inlineResult(content: Fragment): Fragment {
  const shown = content.content.filter((node) => !node.marks.some((mark) => mark.type.name === "del"));
  return Fragment.fromArray(shown.map((node) => node.mark(marksOf(form(node), { added: null, removed: null }, []))));
}
