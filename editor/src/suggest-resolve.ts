// Accepting and rejecting as ordinary steps, from the text's end to its start: the twin of guidelines/accepting.py.
// They lead to the very document that `resolved` computes, so carets and comments follow as with any edit.
import { Fragment, Mark, Slice, type Node } from "prosemirror-model";
import {
  AddMarkStep,
  AttrStep,
  RemoveMarkStep,
  ReplaceAroundStep,
  ReplaceStep,
  type Step,
} from "prosemirror-transform";
import { nodeType } from "./schema.ts";
import { fates, inlineLeft, objectLeft, verdictOf, type Fate } from "./suggest-formula.ts";
import type { Verdict } from "./suggest-layers.ts";

/** The steps that carry out these decisions; none when no id named is in the text. */
export function resolution(doc: Node, accept: ReadonlySet<string>, reject: ReadonlySet<string>): Step[] {
  const work = new Resolving(doc, verdictOf(accept, reject));
  work.container(doc, 0);
  return work.steps;
}

/** A document on its way, and the steps so far. */
export class Stepping {
  doc: Node;
  readonly steps: Step[] = [];

  constructor(doc: Node) {
    this.doc = doc;
  }

  at(position: number): Node {
    const found = this.doc.nodeAt(position);
    if (!found) throw new RangeError(`no node at ${position}`);
    return found;
  }

  do(step: Step): void {
    const { doc, failed } = step.apply(this.doc);
    if (!doc) throw new RangeError(failed ?? "a step does not apply");
    this.doc = doc;
    this.steps.push(step);
  }

  /** Gives the text between two places these marks. */
  remark(start: number, end: number, before: readonly Mark[], marks: readonly Mark[]): void {
    for (const mark of before) if (!mark.isInSet(marks)) this.do(new RemoveMarkStep(start, end, mark));
    for (const mark of marks) if (!mark.isInSet(before)) this.do(new AddMarkStep(start, end, mark));
  }

  /** Gives the node there the wanted type and attributes; its content stays. */
  shape(position: number, wanted: Node): void {
    const node = this.at(position);
    if (node.type !== wanted.type) {
      const end = position + node.nodeSize;
      const shell = new Slice(Fragment.from(wanted.type.create(wanted.attrs, null, Mark.none)), 0, 0);
      this.do(new ReplaceAroundStep(position, end, position + 1, end - 1, shell, 1, true));
      return;
    }
    for (const name of Object.keys(wanted.attrs)) {
      const value: unknown = wanted.attrs[name];
      if (!alike(node.attrs[name], value)) this.do(new AttrStep(position, name, value));
    }
  }
}

/** Whether two attribute values say the same, whatever the order of their keys. */
export function alike(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return false;
  const [left, right] = [Object.entries(one), Object.entries(other)];
  return (
    Array.isArray(one) === Array.isArray(other) &&
    left.length === right.length &&
    left.every(([key, value]) => key in other && alike(value, (other as Record<string, unknown>)[key]))
  );
}

class Resolving extends Stepping {
  private readonly verdict: Verdict;

  constructor(doc: Node, verdict: Verdict) {
    super(doc);
    this.verdict = verdict;
  }

  /** Decides the blocks of a document or a cell whose first block begins at `start`. */
  container(container: Node, start: number): void {
    const lots = fates(container.content.content, this.verdict);
    let position = start + container.content.size;
    for (let place = lots.length - 1; place >= 0; place--) {
      const fate = lots[place] as Fate;
      position -= fate.child.nodeSize;
      const alone = place === 0 && lots.slice(1).every(({ lot }) => lot !== "stays");
      if (fate.lot === "goes") this.remove(position, position + fate.child.nodeSize, alone);
      else if (fate.child === fate.left && fate.lot === "stays") continue;
      else if (fate.child.isTextblock) this.text(fate, position);
      else this.object(fate, position);
    }
  }

  private remove(start: number, end: number, alone: boolean): void {
    const filler = alone ? Fragment.from(nodeType("paragraph").create()) : Fragment.empty;
    this.do(new ReplaceStep(start, end, new Slice(filler, 0, 0)));
  }

  private text({ child, left, lot }: Fate, position: number): void {
    let inner = position + 1 + child.content.size;
    for (const inline of [...child.content.content].reverse()) {
      inner -= inline.nodeSize;
      this.inline(inline, inner);
    }
    if (lot === "stays") return this.shape(position, left);
    const block = this.at(position);
    const end = position + block.nodeSize;
    if (!block.content.size) return this.do(new ReplaceStep(position, end, Slice.empty));
    const following = this.at(end);
    this.do(new ReplaceStep(end - 1, end + 1, Slice.empty));
    this.shape(position, following);
  }

  private inline(inline: Node, position: number): void {
    const left = inlineLeft(inline, this.verdict);
    const end = position + inline.nodeSize;
    if (!left) this.do(new ReplaceStep(position, end, Slice.empty));
    else if (left !== inline) this.remark(position, end, inline.marks, left.marks);
  }

  private object({ child, left }: Fate, position: number): void {
    if (child.type.name !== "table") return this.shape(position, left);
    let end = position + 1 + child.content.size;
    for (const row of [...child.content.content].reverse()) {
      end -= row.nodeSize;
      this.row(row, end);
    }
  }

  private row(row: Node, position: number): void {
    const left = objectLeft(row, this.verdict);
    if (!left) return this.do(new ReplaceStep(position, position + row.nodeSize, Slice.empty));
    let start = position + 1 + row.content.size;
    for (const cell of [...row.content.content].reverse()) {
      start -= cell.nodeSize;
      this.container(cell, start + 1);
    }
    this.shape(position, left);
  }
}
