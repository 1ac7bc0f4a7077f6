// What suggesting edits are made of: removing texts, marks and objects, changing properties and forms in layers. Each
// piece takes really away what is the author's own, and only marks what is not.
import { Fragment, Slice, type Node } from "prosemirror-model";
import { AddMarkStep, AttrStep, ReplaceStep } from "prosemirror-transform";
import { markType, nodeType } from "./schema.ts";
import {
  blockOf,
  form,
  layersOf,
  marksOf,
  MOST_LAYERS,
  nameOn,
  openOn,
  properties,
  type Layer,
  type Values,
} from "./suggest-layers.ts";
import {
  blockAt,
  groupLast,
  isJoinable,
  isMarkless,
  isShown,
  placeOf,
  shownAfter,
  shownBefore,
  spotAt,
  type Spot,
} from "./suggest-places.ts";
import { Refused } from "./suggest-refusals.ts";
import { alike, Stepping } from "./suggest-resolve.ts";

/** The properties of a plain paragraph. */
export const PLAIN: Values = { style: "p", id: "", list: null, indent: 0, start: null, box: null, align: null };

/** Whose suggestions they are, the id of the next, and where ids of new blocks come from. */
export interface Author {
  readonly mine: (id: string) => boolean;
  readonly s: string;
  readonly fresh: () => string;
}

export class Work extends Stepping {
  protected s: string;
  protected readonly author: Author;

  constructor(doc: Node, author: Author) {
    super(doc);
    this.author = author;
    this.s = author.s;
  }

  mine(id: string | null): boolean {
    return id !== null && this.author.mine(id);
  }

  spot(position: number): Spot {
    const found = spotAt(this.doc, position);
    if (!found) throw new Refused("notExact");
    return found;
  }

  /** The place, unless it stands in what the result does not show. */
  editable(position: number): Spot {
    const found = this.doc.resolve(position);
    for (let depth = 0; depth <= found.depth; depth++) {
      if (found.node(depth).type.name === "row" && found.node(depth).attrs["del"]) throw new Refused("rowRemoved");
    }
    const spot = this.spot(position);
    const { dangling } = groupLast(spot.children, spot.k);
    if (dangling && !shownBefore(spot).length && !shownAfter(spot).length) throw new Refused("paragraphRemoved");
    return spot;
  }

  range(start: number, end: number): [Spot, Spot] {
    const [first, last] = [this.editable(start), this.editable(end)];
    if (first.start !== last.start) throw new Refused("acrossCells");
    return [first, last];
  }

  /** The neighbours among which the first begins at `start`. */
  children(start: number): readonly Node[] {
    return (start === 0 ? this.doc : this.doc.resolve(start).parent).content.content;
  }

  /** The suggestion under which things are put in. */
  get id(): string {
    return this.s;
  }

  /** The content as the author's own insertion. */
  own(content: Fragment): Fragment {
    return shownOf(content, this.s);
  }

  /** The content without suggestions, as its result shows it. */
  plain(content: Fragment): Fragment {
    return shownOf(content, null);
  }

  fresh(values: Values, content: Fragment = Fragment.empty): Node {
    return blockOf({ ...PLAIN, ...values, id: this.author.fresh() }, this.own(content), { mi: this.s });
  }

  insert(position: number, content: Fragment): void {
    this.do(new ReplaceStep(position, position, new Slice(content, 0, 0)));
  }

  cut(start: number, end: number): void {
    this.do(new ReplaceStep(start, end, Slice.empty));
  }

  removeText(position: number, low: number, high: number): void {
    const block = this.at(position);
    let place = position + 1 + block.content.size;
    for (const inline of [...block.content.content].reverse()) {
      place -= inline.nodeSize;
      const start = Math.max(place, position + 1 + low);
      const end = Math.min(place + inline.nodeSize, position + 1 + high);
      if (start >= end) continue;
      if (this.mine(nameOn(inline, "ins"))) this.cut(start, end);
      else if (isShown(inline)) this.do(new AddMarkStep(start, end, markType("del").create({ s: this.s })));
    }
  }

  removeMark(start: number, k: number): void {
    const children = this.children(start);
    const block = blockAt(children, k);
    const following = blockAt(children, k + 1);
    const position = placeOf({ children, start }, k);
    const end = position + block.nodeSize;
    if (isMarkless(block)) return;
    const own = this.mine(nameOn(block, "mi"));
    if (own && following.isTextblock && block.content.size) {
      this.cut(end - 1, end + 1);
      this.shape(position, following);
    } else if (own && !block.content.size && (following.isTextblock || !isJoinable(children.slice(0, k)))) {
      this.cut(position, end);
    } else this.do(new AttrStep(position, "md", this.s));
  }

  removeObject(position: number, node: Node): void {
    if (node.type.name !== "table") return this.removeRow(position);
    const rows = node.content.content;
    if (rows.every((row) => this.mine(nameOn(row, "ins")))) return this.cutObject(position, node);
    let end = position + 1 + node.content.size;
    for (const row of [...rows].reverse()) {
      end -= row.nodeSize;
      this.removeRow(end);
    }
  }

  /** A row or a rule. */
  removeRow(position: number): void {
    const row = this.at(position);
    if (this.mine(nameOn(row, "ins"))) this.cutObject(position, row);
    else if (!row.attrs["del"]) this.do(new AttrStep(position, "del", this.s));
  }

  /** Gives a block properties, as a layer where the block is not the author's own. */
  patch(start: number, k: number, wanted: Values): void {
    const children = this.children(start);
    const block = blockAt(children, k);
    const [values, layers] = [properties(block), layersOf(block)];
    const changes = differing(wanted, values);
    const position = placeOf({ children, start }, k);
    const { mi, md, gone } = block.attrs as { mi: string | null; md: string | null; gone: boolean | null };
    const kept = { mi, md, gone: gone === true };
    if (this.mine(mi) && !layers.length && children[k + 1]?.isTextblock) {
      this.shape(position, blockOf({ ...values, ...changes }, block.content, kept));
    } else if (Object.keys(changes).length) {
      const made = layered(layers, values, changes, this.s, this.author.mine);
      this.shape(position, blockOf(made.values, block.content, { ...kept, chg: made.layers }));
    }
  }

  reform(start: number, end: number, inline: Node, wanted: Values): void {
    const [forms, layers] = [form(inline), layersOf(inline)];
    const open = openOn(inline);
    const made =
      this.mine(open.added) && !layers.length
        ? { values: { ...forms, ...wanted }, layers }
        : layered(layers, forms, wanted, this.s, this.author.mine);
    this.remark(start, end, inline.marks, marksOf(made.values, open, made.layers));
  }

  private cutObject(position: number, node: Node): void {
    if (this.doc.childCount === 1 && this.doc.firstChild === node) throw new Refused("wholeText");
    this.cut(position, position + node.nodeSize);
  }
}

function shownOf(content: Fragment, added: string | null): Fragment {
  const shown = content.content.filter(isShown);
  return Fragment.fromArray(shown.map((node) => node.mark(marksOf(form(node), { added, removed: null }, []))));
}

/** What a wish changes; ids are never wished for. */
function differing(wanted: Values, values: Values): Values {
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => key !== "id" && values[key] !== value));
}

/** The values and layers after a change: on top, or in the topmost layer where that is one's own. */
export function layered(
  layers: readonly Layer[],
  values: Values,
  wanted: Values,
  s: string,
  mine: (id: string) => boolean,
): { values: Values; layers: Layer[] } {
  const last = layers.at(-1);
  const top = last && mine(last.s) ? last : null;
  const kept = top ? layers.slice(0, -1) : [...layers];
  const was: Record<string, unknown> = { ...top?.was };
  for (const [key, value] of Object.entries(wanted)) {
    if (!(key in was)) was[key] = values[key] ?? null;
    if (alike(was[key], value)) delete was[key];
  }
  if (Object.keys(was).length) kept.push({ s: top?.s ?? s, was });
  if (kept.length > MOST_LAYERS) throw new Refused("tooManyLayers");
  return { values: { ...values, ...wanted }, layers: kept };
}

/** A cell with one empty paragraph; in a row that is suggested nothing in it need be. */
export function emptyCell(fresh: () => string): Node {
  return nodeType("cell").create(null, blockOf({ ...PLAIN, id: fresh() }, null));
}
