// The numbers that headings, clauses and list items bear: those of exports/numbering.py, so that writing looks like reading.
import type { Node } from "prosemirror-model";

/** Place of a top-level block to its number ("2", "2.1"). */
export function sectionNumbers(doc: Node): Map<number, string> {
  const found = new Map<number, string>();
  const style = doc.attrs["numbering"] as string;
  const top = topLevel(doc);
  if (style === "none" || top === null) return found;
  const path: number[] = [];
  const children = [0];
  doc.forEach((block, _at, place) => {
    if (block.type.name === "heading") {
      const depth = Number(block.attrs["level"]) - top + 1;
      while (path.length < depth - 1) open(path, children);
      path.length = depth - 1;
      children.length = depth;
      open(path, children);
      found.set(place, path.join("."));
    } else if (style === "clauses" && path.length && isClause(block)) {
      found.set(place, [...path, next(children)].join("."));
    }
  });
  return found;
}

/** A section as one speaks of it. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly at: number;
}

/** The sections in the order of the text, each with its number and title. */
export function sectionsIn(doc: Node): Section[] {
  const numbers = sectionNumbers(doc);
  const found: Section[] = [];
  doc.forEach((block, at, place) => {
    if (block.type.name !== "heading" || !block.attrs["id"]) return;
    const title = block.textContent.length > 60 ? `${block.textContent.slice(0, 59).trimEnd()}…` : block.textContent;
    found.push({ id: String(block.attrs["id"]), title: `${numbers.get(place) ?? ""} ${title}`.trim(), at });
  });
  return found;
}

/** The highest heading level used; null without headings. */
export function topLevel(doc: Node): number | null {
  let top: number | null = null;
  doc.forEach((block) => {
    if (block.type.name === "heading") top = Math.min(top ?? 6, Number(block.attrs["level"]));
  });
  return top;
}

/** The marks of list items among neighbouring blocks: place to "3." for numbers, "•" for bullets. */
export function listMarks(parent: Node): Map<number, string> {
  const found = new Map<number, string>();
  let open: { list: string | null; count: number }[] = [];
  parent.forEach((block, _at, place) => {
    const { list, indent, start } = block.attrs as { list: string | null; indent: number; start: number | null };
    if (block.type.name !== "paragraph" || block.attrs["box"] !== null || (list === null && !indent)) {
      open = [];
      return;
    }
    if (list === null) {
      open.length = Math.min(open.length, indent);
      return;
    }
    open.length = Math.min(open.length, indent + 1);
    while (open.length < indent) open.push({ list: null, count: 0 });
    const before = open[indent];
    const goesOn = before?.list === list && start === null;
    const count = goesOn ? before.count + 1 : (start ?? 1);
    open[indent] = { list, count };
    found.set(place, list === "number" ? `${count}.` : "•");
  });
  return found;
}

function isClause(block: Node): boolean {
  return (
    block.type.name === "paragraph" &&
    block.attrs["list"] === null &&
    !block.attrs["indent"] &&
    block.attrs["box"] === null
  );
}

function open(path: number[], children: number[]): void {
  path.push(next(children));
  children.push(0);
}

function next(children: number[]): number {
  const count = (children[children.length - 1] ?? 0) + 1;
  children[children.length - 1] = count;
  return count;
}
