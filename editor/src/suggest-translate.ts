// Turns what a transaction would do plainly into suggestions: typing, cut, paste, IME, marks and styles come as steps.
// Each step is meant on what the author sees. A step whose meaning cannot be told exactly is refused.
import { Fragment, type Node, type ResolvedPos, type Slice } from "prosemirror-model";
import {
  AddMarkStep,
  AttrStep,
  DocAttrStep,
  Mapping,
  RemoveMarkStep,
  ReplaceAroundStep,
  ReplaceStep,
  type Step,
} from "prosemirror-transform";
import { partsOf } from "./packing.ts";
import { markType } from "./schema.ts";
import { Suggesting, type Piece } from "./suggest-edits.ts";
import { blockOf, FORMS, PROPERTIES, properties, type Values } from "./suggest-layers.ts";
import { groupFirst, isObjectShown } from "./suggest-places.ts";
import { Refused } from "./suggest-refusals.ts";
import type { Author } from "./suggest-work.ts";

/** A plain change: its steps, and the document before each. */
export interface Plain {
  readonly steps: readonly Step[];
  readonly docs: readonly Node[];
}

/**
 * What the change is as suggestions. `caret` is where it goes after a change of words; `inside` is where it would go
 * into blocks that came: for a change that puts it there.
 */
export interface Translated {
  readonly work: Suggesting;
  readonly caret: number | null;
  readonly inside: number | null;
}

/** Raises `Refused`. */
export function translated({ steps, docs }: Plain, author: Author): Translated {
  const translation = new Translation(docs[0] as Node, author);
  steps.forEach((step, place) => {
    for (const part of partsOf(step)) translation.take(part, docs[place] as Node);
    translation.seen.appendMap(step.getMap());
  });
  return { work: translation.work, caret: translation.caret, inside: translation.inside };
}

class Translation {
  readonly work: Suggesting;
  readonly seen = new Mapping();
  caret: number | null = null;
  inside: number | null = null;
  private readonly author: Author;

  constructor(doc: Node, author: Author) {
    this.work = new Suggesting(doc, author);
    this.author = author;
  }

  take(step: Step, doc: Node): void {
    if (step instanceof ReplaceStep) this.replace(step, doc);
    else if (step instanceof AddMarkStep) this.format(step, { ...step.mark.attrs });
    else if (step instanceof RemoveMarkStep) this.format(step, null);
    else if (step instanceof AttrStep) this.attribute(step, doc);
    else if (step instanceof ReplaceAroundStep) this.retype(step, doc);
    else throw new Refused(step instanceof DocAttrStep ? "documentAttributes" : "notExact");
  }

  /** A place of the plain text as it is when the step comes, in the text with suggestions as it is by now. */
  private here(position: number, side: 1 | -1): number {
    const before = this.seen.invert().mapResult(position, side);
    if (before.deletedAcross) throw new Refused("notExact"); // in what this very change has put in
    return this.work.steps.reduce((at, step) => step.getMap().map(at, side), before.pos);
  }

  private stretch(from: number, to: number): [number, number] {
    const start = this.here(from, 1);
    return [start, from === to ? start : Math.max(start, this.here(to, -1))];
  }

  private format({ from, to, mark }: AddMarkStep | RemoveMarkStep, attrs: Values | null): void {
    if (!FORMS.includes(mark.type.name)) {
      if (attrs) throw new Refused("notExact");
      return; // all marks are taken off: suggestions are not what is meant
    }
    this.work.format(...this.stretch(from, to), mark.type.name, attrs);
  }

  private attribute({ pos, attr, value }: AttrStep, doc: Node): void {
    const node = doc.nodeAt(pos);
    if (attr === "id" && node?.isTextblock) return; // the work gives its own
    if (!node?.isTextblock) throw new Refused("tableShape");
    const wanted = attr === "level" ? { style: `h${String(value)}` } : { [attr]: value as unknown };
    if (attr !== "level" && !(PROPERTIES as readonly string[]).includes(attr)) throw new Refused("notExact");
    const at = this.here(pos + 1, 1);
    this.work.shapeBlocks(at, at, wanted);
  }

  private retype(step: ReplaceAroundStep, doc: Node): void {
    const [old, wanted] = [doc.nodeAt(step.from), step.slice.content.firstChild];
    if (!old?.isTextblock) throw new Refused("tableShape");
    const whole = step.to === step.from + old.nodeSize && step.gapFrom === step.from + 1;
    if (!whole || step.slice.content.childCount !== 1 || !wanted?.isTextblock) {
      throw new Refused("notExact");
    }
    const [before, after] = [properties(old), properties(wanted)];
    const changes = Object.entries(after).filter(([key, value]) => key !== "id" && before[key] !== value);
    const at = this.here(step.from + 1, 1);
    this.work.shapeBlocks(at, at, Object.fromEntries(changes));
  }

  private replace(step: ReplaceStep, doc: Node): void {
    const [$from, $to] = [doc.resolve(step.from), doc.resolve(step.to)];
    if ($from.parent.isTextblock && $to.parent.isTextblock) this.words(step);
    else if ($from.sameParent($to) && !step.slice.openStart && !step.slice.openEnd) this.nodes($from, $to, step.slice);
    else throw new Refused($from.parent.type.name === "row" ? "tableShape" : "notExact");
  }

  private words({ from, to, slice }: ReplaceStep): void {
    const [start, end] = this.stretch(from, to);
    if (slice.openStart !== slice.openEnd || slice.openStart > 1) {
      throw new Refused(from < to ? "acrossCells" : "objectsInPaste");
    }
    const blocks = slice.openStart ? slice.content.content : [];
    const object = blocks.length === 3 && !blocks[0]?.content.size && !blocks[2]?.content.size ? blocks[1] : undefined;
    const between = object && !object.isTextblock ? object : null;
    if (!between && !blocks.every((block) => block.isTextblock)) throw new Refused("objectsInPaste");
    const place = start < end ? this.work.delete(start, end) : start;
    this.caret = slice.size ? place : start;
    if (between) {
      this.caret = this.work.insertObject(place, (work) => copied(between, work, this.author)) + between.nodeSize + 1;
    } else if (blocks.length > 1) this.caret = this.work.put(place, blocks.map(pieceOf));
    else if (slice.size) {
      const before = this.work.doc.content.size;
      this.work.write(place, blocks[0]?.content ?? typed(slice.content));
      this.caret = place + this.work.doc.content.size - before;
    }
  }

  /** Whole nodes go, and whole nodes come in their place. */
  private nodes($from: ResolvedPos, $to: ResolvedPos, slice: Slice): void {
    const { parent } = $from;
    if (parent.type.name === "row") throw new Refused("tableShape");
    const going = parent.content.content.slice($from.index(), $to.index());
    if (parent.type.name === "table") return this.rows($from, going, slice.content.content);
    const coming = slice.content.content;
    const [only] = coming;
    const emptied = going.length === parent.childCount && coming.length === 1 && only?.isTextblock === true;
    const after = this.removal(going, parent, $from);
    if (emptied && !only.content.size) return;
    if (coming.length) this.arrival(after, coming);
  }

  /** Removes neighbouring blocks; returns the place behind them. */
  private removal(going: readonly Node[], parent: Node, $from: ResolvedPos): number {
    const places: [number, Node][] = [];
    let position = $from.pos;
    for (const node of going) {
      places.push([position, node]);
      position += node.nodeSize;
    }
    const first = going.findIndex((node) => node.isTextblock);
    const last = going.findLastIndex((node) => node.isTextblock);
    for (const [at, node] of [...places].reverse()) {
      const place = places.findIndex(([other]) => other === at);
      if (place > last && isObjectShown(node)) this.work.takeObject(this.here(at, 1));
      if (place === first && first >= 0) this.texts(places, first, last, parent, $from.index());
      if (place < first && isObjectShown(node)) this.work.takeObject(this.here(at, 1));
    }
    return this.here(position, 1);
  }

  private texts(places: readonly [number, Node][], first: number, last: number, parent: Node, index: number): void {
    const [start] = places[first] as [number, Node];
    const [at, block] = places[last] as [number, Node];
    const end = at + block.nodeSize;
    const before = index + first ? parent.child(index + first - 1) : null;
    const after = parent.maybeChild(index + last + 1);
    if (after?.isTextblock) this.work.delete(this.here(start + 1, 1), this.here(end + 1, 1));
    else if (before?.isTextblock) this.work.delete(this.here(start - 1, -1), this.here(end - 1, -1));
    else this.work.delete(this.here(start + 1, 1), this.here(end - 1, -1));
  }

  private rows($from: ResolvedPos, going: readonly Node[], coming: readonly Node[]): void {
    const table = $from.before();
    if (going.length && going.length === $from.parent.childCount) return this.work.takeObject(this.here(table, 1));
    let end = going.reduce((at, row) => at + row.nodeSize, $from.pos);
    for (const row of [...going].reverse()) {
      end -= row.nodeSize;
      if (!row.attrs["del"]) this.work.takeRow(this.here(end, 1));
    }
    const beside = $from.nodeBefore ?? $from.nodeAfter;
    if (!coming.length || !beside) return;
    const side = $from.nodeBefore ? "below" : "above";
    const at = this.here($from.nodeBefore ? $from.pos - beside.nodeSize : $from.pos, 1);
    for (const row of [...coming].reverse()) {
      const place = this.work.insertRow(at, side, (work) => rowOf(row, work, this.author));
      this.inside ??= place + 3;
    }
  }

  /** Blocks come between two others, one run of texts or one object after the other. */
  private arrival(position: number, coming: readonly Node[]): void {
    const first = coming.findIndex((node) => !node.isTextblock);
    if (first < 0) return void this.textsArrive(position, coming);
    if (first > 0) throw new Refused("objectsInPaste");
    const end = this.objectArrives(position, coming[0] as Node);
    if (coming.length > 1) this.arrival(end, coming.slice(1));
  }

  /** An object comes in front of all that is one paragraph in the result; returns the place behind it. */
  private objectArrives(position: number, object: Node): number {
    const $at = this.work.doc.resolve(position);
    if ($at.depth) throw new Refused("objectInCell");
    const first = $at.nodeAfter?.isTextblock ? groupFirst($at.parent.content.content, $at.index()) : $at.index();
    const place = $at.posAtIndex(first);
    const made = copied(object, this.work, this.author);
    this.work.insert(place, Fragment.from(made));
    this.inside ??= place + (made.type.name === "table" ? 4 : made.nodeSize + 1);
    return place + made.nodeSize;
  }

  /** Texts come at the start of the next text, or at the end of the last; between objects they stand by themselves. */
  private textsArrive(position: number, coming: readonly Node[]): void {
    const $at = this.work.doc.resolve(position);
    const [before, after] = [$at.nodeBefore, $at.nodeAfter];
    const empty = (block: Node): Piece => ({ values: properties(block), content: Fragment.empty });
    if (after?.isTextblock) {
      this.work.put(position + 1, [...coming.map(pieceOf), empty(after)]);
      this.inside ??= position + 1 + (coming[0]?.content.size ?? 0);
    } else if (before?.isTextblock) {
      const end = this.work.put(position - 1, [empty(before), ...coming.map(pieceOf)]);
      this.inside ??= end;
    } else {
      const made = coming.map((block) => this.work.fresh(properties(block), block.content));
      this.work.insert(position, Fragment.fromArray(made));
      this.inside ??= position + made.reduce((size, block) => size + block.nodeSize, 0) - 1;
    }
  }
}

/** What is typed among deleted words takes over their mark, and is not deleted. */
function typed(content: Fragment): Fragment {
  return Fragment.fromArray(content.content.map((node) => node.mark(markType("del").removeFromSet(node.marks))));
}

function pieceOf(block: Node): Piece {
  return { values: properties(block), content: block.content };
}

/** A rule or table as the author's own, with ids of its own. */
function copied(object: Node, work: Suggesting, author: Author): Node {
  if (object.type.name !== "table") return work.rule();
  const rows = object.content.content.filter((row) => !row.attrs["del"]).map((row) => rowOf(row, work, author));
  return object.type.create({ id: author.fresh() }, rows);
}

function rowOf(row: Node, work: Suggesting, author: Author): Node {
  const cells = row.content.content.map((cell) => {
    const blocks = cell.content.content.map((block) => {
      return blockOf({ ...properties(block), id: author.fresh() }, work.plain(block.content));
    });
    return cell.copy(Fragment.fromArray(blocks));
  });
  return row.type.create({ ins: work.id }, cells);
}
