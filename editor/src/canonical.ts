// The one canonical form of a document and its hashes: the twin of guidelines/document.py and guidelines/sections.py.
// tests/conformance holds the two together.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { MARKS, NODES, type Attributes, type Kind, type Value } from "./definition.ts";

export interface MarkJson {
  readonly type: string;
  readonly attrs?: Attributes;
}

export interface NodeJson {
  readonly type: string;
  readonly attrs?: Attributes;
  readonly content?: readonly NodeJson[];
  readonly marks?: readonly MarkJson[];
  readonly text?: string;
}

/** One slice: a heading with what follows it up to the next heading, or the front. */
export interface Section {
  readonly id: string;
  readonly level: number;
  readonly hash: string;
}

/** The node as plain values in which only meaning is left: no ids, no defaults, marks in order, neighbouring texts one. */
export function canonical(node: NodeJson): Value {
  const value: Record<string, Value> = { type: node.type };
  const attrs = meaningful(node.attrs, NODES[node.type]);
  if (attrs) value["attrs"] = attrs;
  if (node.content?.length) value["content"] = joined(node.content);
  if (node.marks?.length) value["marks"] = canonicalMarks(node.marks);
  if (node.type === "text") value["text"] = node.text ?? "";
  return value;
}

/** The one text of a canonical value: keys sorted by code point, no white space. */
export function canonicalJson(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const keys = Object.keys(value).sort(byCodePoint);
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as Value)}`).join(",")}}`;
}

/** SHA-256 in hex of a canonical value, separated by domain so that a section never equals a document. */
export function digest(domain: string, value: Value): string {
  return bytesToHex(sha256(utf8ToBytes(`charte:${domain}:1\n${canonicalJson(value)}`)));
}

/** The hash that names a document's words, marks and structure. */
export function documentHash(document: NodeJson): string {
  return digest("document", canonical(document));
}

/** The document's slices in order, the front only where text stands before the first heading. */
export function sections(document: NodeJson): Section[] {
  const slices: NodeJson[][] = [[]];
  for (const block of document.content ?? []) {
    if (block.type === "heading") slices.push([block]);
    else slices[slices.length - 1]?.push(block);
  }
  const [front = [], ...rest] = slices;
  const found = rest.map(section);
  if (front.some((block) => !isTextblock(block) || hasWords(block))) found.unshift(section(front));
  return found;
}

/** Orders strings by code point, as Python does; JavaScript's own order is by UTF-16 unit and puts emoji too early. */
export function byCodePoint(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) {
    const a = one.charCodeAt(at);
    const b = other.charCodeAt(at);
    if (a === b) continue;
    const inPairs = isSurrogate(a) !== isSurrogate(b);
    return inPairs ? (isSurrogate(a) ? 1 : -1) : a - b;
  }
  return one.length - other.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

function section(blocks: readonly NodeJson[]): Section {
  const [first] = blocks;
  const hash = digest("section", blocks.map(canonical));
  if (first?.type !== "heading") return { id: "front", level: 0, hash };
  return { id: String(first.attrs?.["id"] ?? ""), level: Number(first.attrs?.["level"] ?? 1), hash };
}

function isTextblock(node: NodeJson): boolean {
  return node.type === "paragraph" || node.type === "heading";
}

function hasWords(block: NodeJson): boolean {
  return (block.content ?? []).some((node) => {
    if (node.type === "text") return isWords(node.text ?? "");
    if (node.type === "image") return isWords(String(node.attrs?.["alt"] ?? ""));
    return node.type === "mention";
  });
}

/** Whether something is left when Python strips the white space. */
function isWords(text: string): boolean {
  return /[^\s\u001c-\u001f\u0085]|\ufeff/u.test(text);
}

function meaningful(attrs: Attributes | undefined, kind: Kind | undefined): Record<string, Value> | null {
  const found: Record<string, Value> = {};
  for (const [name, value] of Object.entries(attrs ?? {})) {
    const rule = kind?.attrs[name];
    if (name !== "id" && !(rule && "default" in rule && rule.default === value)) found[name] = value;
  }
  return Object.keys(found).length ? found : null;
}

function canonicalMarks(marks: readonly MarkJson[]): Value[] {
  const ranked = [...marks].sort((a, b) => (MARKS[a.type]?.rank ?? 0) - (MARKS[b.type]?.rank ?? 0));
  return ranked.map((mark): Value => {
    const attrs = meaningful(mark.attrs, MARKS[mark.type]);
    return attrs ? { type: mark.type, attrs } : { type: mark.type };
  });
}

function joined(children: readonly NodeJson[]): Value[] {
  const found: Record<string, Value>[] = [];
  for (const child of children) {
    const value = canonical(child) as Record<string, Value>;
    const last = found[found.length - 1];
    const same = last?.["type"] === "text" && value["type"] === "text" && sameValue(last["marks"], value["marks"]);
    if (same) last["text"] = `${String(last["text"])}${String(value["text"])}`;
    else found.push(value);
  }
  return found;
}

function sameValue(one: Value | undefined, other: Value | undefined): boolean {
  return canonicalJson(one ?? null) === canonicalJson(other ?? null);
}
