// Edits as their author means them on the result, done as suggestions. Positions are those of the text as it stands.
import { Fragment, Slice, type Node } from "prosemirror-model";
import { ReplaceStep } from "prosemirror-transform";
import { markType, nodeType } from "./schema.ts";
import { blockOf, form, layersOf, nameOn, properties, type Values } from "./suggest-layers.ts";
import {
  blockAt,
  groupFirst,
  groupLast,
  isObjectShown,
  isShown,
  placeOf,
  shownAfter,
  shownBefore,
  type Spot,
} from "./suggest-places.ts";
import { Refused } from "./suggest-refusals.ts";
import { alike } from "./suggest-resolve.ts";
import { emptyCell, layered, Work } from "./suggest-work.ts";

/** A block to be put in: its properties without an id, and its content. */
export interface Piece {
  readonly values: Values;
  readonly content: Fragment;
}

/** One author's next suggestion: `steps` lead from the text given to `doc`. */
export class Suggesting extends Work {
  write(position: number, content: Fragment): void {
    this.editable(position);
    this.insert(position, this.own(content));
  }

  /** Deletes a range; returns where words that replace it go. */
  delete(start: number, end: number): number {
    const [first, last] = this.range(start, end);
    const ends = [groupLast(first.children, first.k).last, groupLast(last.children, last.k).last] as const;
    const shown = properties(blockAt(first.children, ends[shownBefore(first).length ? 0 : 1]));
    let place = end;
    for (let k = last.k; k >= first.k; k--) {
      const size = this.doc.content.size;
      const block = blockAt(first.children, k);
      const position = placeOf(first, k);
      if (!block.isTextblock) this.removeObject(position, block);
      else {
        const [low, high] = [k === first.k ? first.offset : 0, k === last.k ? last.offset : block.content.size];
        this.removeText(position, low, high);
        if (k < last.k) this.removeMark(first.start, k);
      }
      place -= size - this.doc.content.size;
    }
    if (ends[0] !== ends[1]) {
      const joined = this.spot(place);
      this.patch(joined.start, groupLast(joined.children, joined.k).last, shown);
    }
    return place;
  }

  replace(start: number, end: number, content: Fragment): number {
    const place = this.delete(start, end);
    this.insert(place, this.own(content));
    return place;
  }

  /** Puts in two blocks or more (Enter is two empty ones), split at the place; returns where the last's words end. */
  put(position: number, pieces: readonly Piece[]): number {
    const spot = this.editable(position);
    const [head, tail] = [pieces[0] as Piece, pieces[pieces.length - 1] as Piece];
    const { length } = pieces;
    const alone = !shownBefore(spot).length;
    const ends = !shownAfter(spot).length;
    this.takeOver(spot);
    const [first, last] = alone ? [this.fresh(head.values), blockAt(spot.children, spot.k)] : this.halves(spot);
    const between = pieces.slice(1, -1).map(({ values, content }) => this.fresh(values, content));
    this.split(spot, first, between, last, this.own(head.content), this.own(tail.content));
    const k = spot.k + length - 1;
    if (ends) {
      this.patch(spot.start, groupLast(this.children(spot.start), k).last, tail.values);
    }
    return placeOf({ children: this.children(spot.start), start: spot.start }, k) + 1 + this.own(tail.content).size;
  }

  enter(position: number): number {
    const shown = this.shown(position);
    const piece = { values: { ...shown, style: "p" }, content: Fragment.empty };
    const place = this.put(position, [piece, piece]);
    if (shown["start"] !== null) this.shapeBlocks(place, place, { start: null });
    return place;
  }

  /** The properties that the result shows at a place. */
  shown(position: number): Values {
    const spot = this.editable(position);
    return properties(blockAt(spot.children, groupLast(spot.children, spot.k).last));
  }

  /** Deletes what the author sees before the place; returns where the caret goes. */
  backspace(position: number): number {
    const spot = this.editable(position);
    const before = shownBefore(spot).at(-1);
    if (before) {
      const { position: place, inline, size } = before;
      return this.delete(place + size - widthOf(inline, size, -1), place + size);
    }
    const { last } = groupLast(spot.children, spot.k);
    const values = properties(blockAt(spot.children, last));
    if (values["list"] || values["indent"]) {
      this.patch(spot.start, last, { list: null, indent: 0 });
      return position;
    }
    const k = beside(spot.children, groupFirst(spot.children, spot.k) - 1, -1, "nothingBefore");
    return this.delete(placeOf(spot, k + 1) - 1, position);
  }

  /** Deletes what the author sees behind the place. */
  deleteForward(position: number): number {
    const spot = this.editable(position);
    const after = shownAfter(spot)[0];
    if (after) return this.delete(after.position, after.position + widthOf(after.inline, after.size, 1));
    const { last, dangling } = groupLast(spot.children, spot.k);
    if (dangling) throw new Refused("nothingAfter");
    const k = beside(spot.children, last + 1, 1, "nothingAfter");
    return this.delete(position, placeOf(spot, k) + 1);
  }

  format(start: number, end: number, name: string, attrs: Values | null): void {
    const [first, last] = this.range(start, end);
    const rivals = attrs ? rivalsOf(name) : [];
    for (let k = first.k; k <= last.k; k++) {
      const block = blockAt(first.children, k);
      if (!block.isTextblock) continue;
      let position = placeOf(first, k) + 1;
      for (const inline of block.content.content) {
        const [low, high] = [Math.max(start, position), Math.min(end, position + inline.nodeSize)];
        const forms = form(inline);
        if (low < high && isShown(inline) && !alike(forms[name] ?? null, attrs)) {
          const fallen = rivals.filter((rival) => rival in forms).map((rival) => [rival, null]);
          this.reform(low, high, inline, { ...Object.fromEntries(fallen), [name]: attrs });
        }
        position += inline.nodeSize;
      }
    }
  }

  shapeBlocks(start: number, end: number, values: Values): void {
    const [first, last] = this.range(start, end);
    const touched = new Map<number, boolean>();
    for (let k = first.k; k <= last.k; k++) {
      if (!blockAt(first.children, k).isTextblock) continue;
      const group = groupLast(first.children, k);
      touched.set(group.last, group.dangling);
    }
    for (const [k, dangling] of [...touched].sort(([one], [other]) => one - other)) {
      const whole = { ...first, k, offset: blockAt(first.children, k).content.size };
      if (!dangling || shownBefore(whole).length) this.patch(first.start, k, values);
    }
  }

  /** Puts a rule or table in; returns where it stands. */
  insertObject(position: number, make: (work: Suggesting) => Node): number {
    const spot = this.editable(position);
    if (this.doc.resolve(position).depth > 1) throw new Refused("objectInCell");
    if (shownBefore(spot).length && shownAfter(spot).length) {
      this.takeOver(spot);
      const [first, last] = this.halves(spot);
      this.split(spot, first, [make(this)], last, Fragment.empty, Fragment.empty);
      return placeOf({ children: this.children(spot.start), start: spot.start }, spot.k + 1);
    }
    const k = shownBefore(spot).length
      ? groupLast(spot.children, spot.k).last + 1
      : groupFirst(spot.children, spot.k);
    const place = placeOf(spot, k);
    this.insert(place, Fragment.from(make(this)));
    return place;
  }

  takeObject(position: number): void {
    const node = this.at(position);
    if (!isObjectShown(node)) throw new Refused("alreadyRemoved");
    this.removeObject(position, node);
  }

  /** Puts a row above or below another: an empty one, unless another is made. */
  insertRow(position: number, side: "above" | "below" = "below", make?: (work: Suggesting) => Node): number {
    const row = this.liveRow(position);
    const place = side === "below" ? position + row.nodeSize : position;
    this.insert(place, Fragment.from(make?.(this) ?? this.row(row.childCount)));
    return place;
  }

  takeRow(position: number): void {
    const row = this.liveRow(position);
    const { parent } = this.doc.resolve(position);
    if (this.mine(nameOn(row, "ins")) && parent.childCount === 1) this.removeObject(position - 1, parent);
    else this.removeRow(position);
  }

  row(width: number): Node {
    const cells = Array.from({ length: width }, () => emptyCell(this.author.fresh));
    return nodeType("row").create({ ins: this.s }, cells);
  }

  rule(): Node {
    return nodeType("rule").create({ id: this.author.fresh(), ins: this.s });
  }

  table(rows = 2, width = 2): Node {
    const id = this.author.fresh();
    return nodeType("table").create({ id }, Array.from({ length: rows }, () => this.row(width)));
  }

  /** A row in which a row may be put or from which it may go: not in a table with cells over several rows. */
  private liveRow(position: number): Node {
    const row = this.at(position);
    if (row.attrs["del"]) throw new Refused("rowRemoved");
    const { parent } = this.doc.resolve(position);
    const spans = parent.content.content.some((one) => one.content.content.some((cell) => cell.attrs["rowspan"] !== 1));
    if (spans) throw new Refused("spannedRows");
    return row;
  }

  /** In one's own new paragraph one goes on with the suggestion that made it: fewer cards. */
  private takeOver(spot: Spot): void {
    const mi = nameOn(blockAt(spot.children, spot.k), "mi");
    if (mi !== null && this.mine(mi)) this.s = mi;
  }

  /** What is left and right of a split, with their ids; the contents do not count. */
  private halves({ children, k }: Spot): [Node, Node] {
    const block = blockAt(children, k);
    const [values, layers] = [properties(block), layersOf(block)];
    const mi = nameOn(block, "mi");
    if (mi === null || mi === this.s) {
      const split = layered(layers, values, { id: this.author.fresh() }, this.s, (id) => id === this.s);
      const { md, gone } = block.attrs as { md: string | null; gone: boolean | null };
      const right = blockOf(split.values, block.content, { mi, md, gone: gone === true, chg: split.layers });
      return [blockOf(values, null, { mi: this.s, chg: layers }), right];
    }
    const idless = layers.map(({ s, was: { id: _, ...was } }) => ({ s, was }));
    const kept = idless.filter(({ was }) => Object.keys(was).length);
    return [blockOf({ ...values, id: this.author.fresh() }, null, { mi: this.s, chg: kept }), block];
  }

  private split(
    spot: Spot,
    first: Node,
    between: readonly Node[],
    last: Node,
    head: Fragment,
    tail: Fragment,
  ): void {
    const before = shownBefore(spot).length > 0;
    const shown = properties(blockAt(spot.children, groupLast(spot.children, spot.k).last));
    const position = placeOf(spot, spot.k) + 1 + spot.offset;
    const filled = [first.copy(head), ...between, last.copy(tail)];
    this.do(new ReplaceStep(position, position, new Slice(Fragment.fromArray(filled), 1, 1)));
    const after = { children: this.children(spot.start), start: spot.start };
    this.shape(placeOf(after, spot.k + filled.length - 1), last);
    this.shape(placeOf(after, spot.k), first);
    if (before) this.patch(spot.start, spot.k, shown); // what stands before goes on looking as it did
  }
}

/** The text block beside which the caret stands, over objects that are removed. */
function beside(children: readonly Node[], from: number, way: 1 | -1, none: "nothingBefore" | "nothingAfter"): number {
  for (let k = from; ; k += way) {
    const child = children[k];
    if (!child) throw new Refused(none);
    if (child.isTextblock) return k;
    if (isObjectShown(child)) throw new Refused("objectBeside");
  }
}

/** How wide the character at one end of a piece is, in units: a pair of surrogates is one. */
function widthOf(inline: Node, size: number, way: 1 | -1): number {
  if (!inline.isText) return 1;
  const text = inline.text ?? "";
  const shown = way < 0 ? text.slice(0, size) : text.slice(text.length - size);
  const pair = way < 0 ? /[\ud800-\udbff][\udc00-\udfff]$/ : /^[\ud800-\udbff][\udc00-\udfff]/;
  return pair.test(shown) ? 2 : 1;
}

/** The forms that cannot stand beside this one. */
function rivalsOf(name: string): string[] {
  const type = markType(name);
  const others = Object.values(type.schema.marks).filter((other) => other !== type && type.excludes(other));
  return others.map(({ name }) => name);
}
