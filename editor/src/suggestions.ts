// The open suggestions of a document as their cards tell them: which, where, and what each would do. The twin of
// guidelines/suggestions.py; the words of the cards are suggestion-words.ts.
import type { Node } from "prosemirror-model";
import { form, layersOf, nameOn, properties, suggestionIds, type Layer, type Values } from "./suggest-layers.ts";
import { resolved } from "./suggest-formula.ts";
import { alike } from "./suggest-resolve.ts";

/** What one piece of a suggestion does. */
export type Kind =
  | "inserted"
  | "deleted"
  | "split"
  | "joined"
  | "form"
  | "properties"
  | "row_added"
  | "row_removed"
  | "rule_added"
  | "rule_removed";

/** One thing that a suggestion does at one place of the document as it stands. */
export interface Piece {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
  /** The paragraph, heading, rule or table concerned, and the section in which it stands. */
  readonly block: string;
  readonly section: string;
  readonly text: string;
  /** For forms and properties: the values that change, as they were and as they would be. */
  readonly was: Values;
  readonly now: Values;
  /** For a join: nothing but a table or rule follows, so it waits until a paragraph does. */
  readonly waits: boolean;
}

/** One open suggestion; its pieces stand in the document's order. It may have none but ids to tell. */
export interface Suggestion {
  readonly id: string;
  readonly pieces: readonly Piece[];
}

const FRONT = "front";

/** Every open suggestion, by its first place. */
export function suggestionsIn(doc: Node): Suggestion[] {
  const found = new Map<string, Piece[]>();
  let section = FRONT;
  doc.forEach((block, at, place) => {
    if (block.type.name === "heading") section = String(block.attrs["id"]);
    if (!suggestionIds(block).size) return;
    for (const [id, piece] of ofBlock(block, at, doc.content.content.slice(place + 1), section)) {
      const pieces = found.get(id) ?? [];
      found.set(id, pieces);
      add(pieces, piece);
    }
  });
  for (const id of suggestionIds(doc)) if (!found.has(id)) found.set(id, []);
  const place = ({ pieces }: Suggestion) => pieces[0]?.start ?? doc.content.size;
  const made = [...found].map(([id, pieces]) => ({ id, pieces }));
  return made.sort((one, other) => place(one) - place(other) || (one.id < other.id ? -1 : 1));
}

/** The part of a suggestion's id that says whose it is. */
export function sessionOf(id: string): string {
  return id.slice(0, Math.max(0, id.lastIndexOf(".")));
}

/** The section in which a suggestion begins. */
export function sectionOf({ pieces }: Suggestion): string {
  return pieces[0]?.section ?? FRONT;
}

/** Which others these decisions leave nothing of: what they stand on is gone, or something covers them. */
export function alsoClosed(doc: Node, accept: readonly string[], reject: readonly string[]): ReadonlySet<string> {
  const left = suggestionIds(resolved(doc, new Set(accept), new Set(reject)));
  return new Set([...suggestionIds(doc)].filter((id) => ![...accept, ...reject].includes(id) && !left.has(id)));
}

/** The words that pieces of a kind add or remove, paragraphs apart. */
export function wordsIn(pieces: readonly Piece[], kind: Kind): string {
  let words = "";
  let last: Piece | null = null;
  for (const piece of pieces) {
    if (piece.kind !== kind) continue;
    const apart = !last ? "" : last.block !== piece.block ? "\n" : last.end < piece.start ? " … " : "";
    words += apart + piece.text;
    last = piece;
  }
  return words;
}

function add(pieces: Piece[], piece: Piece): void {
  const last = pieces.at(-1);
  const goesOn =
    last?.end === piece.start &&
    alike({ ...piece, start: last.start, text: last.text, end: 0 }, { ...last, end: 0 });
  if (last && goesOn) pieces[pieces.length - 1] = { ...last, end: piece.end, text: last.text + piece.text };
  else pieces.push(piece);
}

type Found = [string, Piece][];

function ofBlock(block: Node, at: number, following: readonly Node[], section: string): Found {
  if (block.isTextblock) return ofText(block, at, following, section);
  const id = String(block.attrs["id"]);
  const whole = { ...BARE, start: at, end: at + block.nodeSize, block: id, section };
  if (block.type.name !== "table") return addedAndRemoved(block, whole, "rule_added", "rule_removed");
  const found: Found = [];
  block.forEach((row, offset) => {
    const rowAt = at + 1 + offset;
    const text = row.content.content.map(textOf).join(" | ");
    const of = { ...whole, start: rowAt, end: rowAt + row.nodeSize, text };
    found.push(...addedAndRemoved(row, of, "row_added", "row_removed"));
    row.forEach((cell, cellOffset) => {
      cell.forEach((inner, innerOffset, place) => {
        const innerAt = rowAt + 1 + cellOffset + 1 + innerOffset;
        found.push(...ofText(inner, innerAt, cell.content.content.slice(place + 1), section));
      });
    });
  });
  return found;
}

const BARE = { text: "", was: {}, now: {}, waits: false } as const;

function addedAndRemoved(node: Node, whole: Omit<Piece, "kind">, added: Kind, removed: Kind): Found {
  const [adding, removing] = [nameOn(node, "ins"), nameOn(node, "del")];
  return [
    ...(adding ? ([[adding, { ...whole, kind: added }]] as Found) : []),
    ...(removing ? ([[removing, { ...whole, kind: removed }]] as Found) : []),
  ];
}

function ofText(block: Node, at: number, following: readonly Node[], section: string): Found {
  const end = at + block.nodeSize;
  const whole = { ...BARE, start: at, end, block: String(block.attrs["id"]), section, text: textOf(block) };
  const found: Found = [];
  for (const { id, was, now } of changes(properties(block), layersOf(block))) {
    const { id: _, ...told } = was;
    if (!Object.keys(told).length) continue;
    const become = Object.fromEntries(Object.keys(told).map((key) => [key, now[key]]));
    found.push([id, { ...whole, kind: "properties", was: told, now: become }]);
  }
  block.forEach((inline, offset) => {
    const start = at + 1 + offset;
    const piece = { ...whole, start, end: start + inline.nodeSize, text: textOf(inline) };
    found.push(...addedAndRemoved(inline, piece, "inserted", "deleted"));
    for (const { id, was, now } of changes(form(inline), layersOf(inline))) {
      found.push([id, { ...piece, kind: "form", was, now }]);
    }
  });
  const mark = { ...whole, start: end - 1 };
  const [split, joined] = [nameOn(block, "mi"), nameOn(block, "md")];
  if (split) found.push([split, { ...mark, kind: "split" }]);
  if (joined) found.push([joined, { ...mark, kind: "joined", waits: isHeldUp(following) }]);
  return found;
}

/** Each layer's suggestion with the values it found and those it set. */
function changes(now: Values, layers: readonly Layer[]): { id: string; was: Values; now: Values }[] {
  return layers.map(({ s, was }, place) => {
    const above = layers.slice(place + 1);
    const set = Object.keys(was).map((key) => {
      const up = above.find((layer) => key in layer.was);
      return [key, up ? up.was[key] : (now[key] ?? null)] as const;
    });
    return { id: s, was, now: Object.fromEntries(set) };
  });
}

/** Whether something that would stay stands between a paragraph and the next text, or no text follows. */
function isHeldUp(following: readonly Node[]): boolean {
  for (const block of following) {
    if (block.isTextblock) return false;
    const rows = block.type.name === "table" ? block.content.content : [block];
    if (!rows.every((row) => row.attrs["del"])) return true;
  }
  return true;
}

/** The words of a node: a break is a line feed, an image its alternative text, a mention its label. */
function textOf(node: Node): string {
  if (node.isText) return node.text ?? "";
  if (node.type.name === "hard_break") return "\n";
  if (node.type.name === "image") return String(node.attrs["alt"]);
  if (node.type.name === "mention") return `@${String(node.attrs["label"])}`;
  return node.content.content.map(textOf).join(node.isTextblock ? "" : " ");
}
