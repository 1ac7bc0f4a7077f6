// ProseMirror's schema, made from guidelines/schema.json, and how its nodes stand in HTML.
// Lists and boxes are attributes of paragraphs: look.ts numbers and frames them, paste.ts flattens what comes nested.
import { Schema, type DOMOutputSpec, type MarkSpec, type Node, type NodeSpec } from "prosemirror-model";
import { MARKS, NODES, PATTERNS, TOP_NODE, isLink, type Kind } from "./definition.ts";

const CARRIED_BY_NODES = [
  "content",
  "group",
  "inline",
  "atom",
  "selectable",
  "draggable",
  "defining",
  "isolating",
  "tableRole",
];
const CARRIED_BY_MARKS = ["inclusive", "excludes"];

type Shown = Pick<NodeSpec, "toDOM" | "parseDOM">;
type ShownMark = Pick<MarkSpec, "toDOM" | "parseDOM">;

const SHOWN: Readonly<Record<string, Shown>> = {
  paragraph: {
    toDOM: (node) => ["p", textblockAttributes(node), 0],
    parseDOM: [
      { tag: 'p[data-box^="code"]', getAttrs: textblockOf, preserveWhitespace: "full" },
      { tag: "p", getAttrs: textblockOf },
    ],
  },
  heading: {
    toDOM: (node) => [
      headingTag(Number(node.attrs["level"])),
      { ...textblockAttributes(node), "data-level": String(node.attrs["level"]) },
      0,
    ],
    parseDOM: [1, 2, 3, 4, 5, 6].map((level) => ({
      tag: `h${level}`,
      getAttrs: (element: HTMLElement) => ({
        ...textblockOf(element),
        level: numberOf(element, "data-level", 1, 6) ?? level,
      }),
    })),
  },
  rule: { toDOM: () => ["hr"], parseDOM: [{ tag: "hr" }] },
  table: {
    toDOM: (node) => ["div", { class: "scroll", "data-id": idOf(node) }, ["table", ["tbody", 0]]],
    parseDOM: [{ tag: "table", getAttrs: (element) => ({ id: element.parentElement?.getAttribute("data-id") ?? "" }) }],
  },
  row: { toDOM: () => ["tr", 0], parseDOM: [{ tag: "tr" }] },
  cell: { toDOM: (node) => ["td", cellAttributes(node), 0], parseDOM: [{ tag: "td", getAttrs: cellOf }] },
  header_cell: { toDOM: (node) => ["th", cellAttributes(node), 0], parseDOM: [{ tag: "th", getAttrs: cellOf }] },
  hard_break: { toDOM: () => ["br"], parseDOM: [{ tag: "br" }] },
  image: { toDOM: showImage, parseDOM: [{ tag: "img[src]", getAttrs: imageOf }] },
  mention: {
    toDOM: (node) => [
      "span",
      { class: "mention", "data-person": String(node.attrs["person"]) },
      `@${String(node.attrs["label"])}`,
    ],
    parseDOM: [
      {
        tag: "span.mention",
        getAttrs: (element) => ({
          person: element.dataset["person"] ?? "",
          label: (element.textContent ?? "").replace(/^@/, ""),
        }),
      },
    ],
  },
};

// Styles are not read: the page's own policy keeps inline styles from being applied. paste.ts makes elements of them.
const SHOWN_MARKS: Readonly<Record<string, ShownMark>> = {
  link: {
    toDOM: (mark) => [
      "a",
      { href: String(mark.attrs["href"]), title: mark.attrs["title"] as string | null, rel: "noopener noreferrer" },
      0,
    ],
    parseDOM: [{ tag: "a[href]", getAttrs: linkOf }],
  },
  strong: { toDOM: () => ["strong", 0], parseDOM: [{ tag: "strong" }, { tag: "b" }] },
  em: { toDOM: () => ["em", 0], parseDOM: [{ tag: "em" }, { tag: "i" }] },
  underline: { toDOM: () => ["u", 0], parseDOM: [{ tag: "u" }] },
  strike: { toDOM: () => ["s", 0], parseDOM: [{ tag: "s" }, { tag: "strike" }, { tag: "del" }] },
  sub: { toDOM: () => ["sub", 0], parseDOM: [{ tag: "sub" }] },
  sup: { toDOM: () => ["sup", 0], parseDOM: [{ tag: "sup" }] },
  code: { toDOM: () => ["code", 0], parseDOM: [{ tag: "code" }, { tag: "kbd" }, { tag: "samp" }] },
  // Suggestions are shown and never read back: what is pasted is one's own words.
  ins: { toDOM: (mark) => ["ins", { "data-s": String(mark.attrs["s"]) }, 0] },
  del: { toDOM: (mark) => ["del", { "data-s": String(mark.attrs["s"]) }, 0] },
  fmt: { toDOM: () => ["span", { class: "fmt" }, 0] },
};

export const schema = new Schema({
  topNode: TOP_NODE,
  nodes: Object.fromEntries(
    Object.entries(NODES).map(([name, kind]) => [name, { ...specOf(kind, CARRIED_BY_NODES), ...SHOWN[name] }]),
  ),
  marks: Object.fromEntries(
    Object.entries(MARKS).map(([name, kind]) => [name, { ...specOf(kind, CARRIED_BY_MARKS), ...SHOWN_MARKS[name] }]),
  ),
});

/** A type of node that the schema is known to have. */
export function nodeType(name: string) {
  const type = schema.nodes[name];
  if (!type) throw new RangeError(`no node type ${name}`);
  return type;
}

/** A type of mark that the schema is known to have. */
export function markType(name: string) {
  const type = schema.marks[name];
  if (!type) throw new RangeError(`no mark type ${name}`);
  return type;
}

/** Whether a block carries an id of its own. */
export function isIdentified(node: Node): boolean {
  return "id" in (node.type.spec.attrs ?? {});
}

function specOf(kind: Kind, carried: readonly string[]): Record<string, unknown> {
  const kept = carried.filter((key) => key in kind.spec).map((key) => [key, kind.spec[key]]);
  const attrs = Object.entries(kind.attrs).map(([name, rule]) => [
    name,
    "default" in rule ? { default: rule.default } : {},
  ]);
  return { ...Object.fromEntries(kept), attrs: Object.fromEntries(attrs) };
}

/** As on the reading page: the two highest levels are both h2, under the page's own h1. */
function headingTag(level: number): string {
  return `h${Math.min(6, level === 1 ? 2 : level)}`;
}

function idOf(node: Node): string | null {
  return String(node.attrs["id"]) || null;
}

function textblockAttributes(node: Node): Record<string, string | null> {
  const { list, indent, start, box, align, mi, md } = node.attrs;
  return {
    "data-id": idOf(node),
    "data-list": list as string | null,
    "data-indent": indent ? String(indent) : null,
    "data-start": start === null ? null : String(start),
    "data-box": box as string | null,
    "data-inserted": mi as string | null,
    "data-deleted": md as string | null,
    class: align ? `align-${String(align)}` : null,
  };
}

function textblockOf(element: HTMLElement): Record<string, unknown> {
  const { list, box, id } = element.dataset;
  return {
    id: id && PATTERNS.id.test(id) ? id : "",
    list: list === "bullet" || list === "number" ? list : null,
    indent: numberOf(element, "data-indent", 0, 8) ?? 0,
    start: numberOf(element, "data-start", 0, 999_999_999),
    box: box && PATTERNS.box.test(box) ? box : null,
    align: alignOf(element, ["center", "right", "justify"]),
  };
}

function cellAttributes(node: Node): Record<string, string | null> {
  const { colspan, rowspan, colwidth, align } = node.attrs;
  return {
    colspan: colspan > 1 ? String(colspan) : null,
    rowspan: rowspan > 1 ? String(rowspan) : null,
    "data-colwidth": colwidth ? String(colwidth) : null,
    class: align ? `align-${String(align)}` : null,
  };
}

function cellOf(element: HTMLElement): Record<string, unknown> {
  const colspan = numberOf(element, "colspan", 1, 100) ?? 1;
  const widths = (element.dataset["colwidth"] ?? "").split(",").map(Number);
  const whole =
    widths.length === colspan && widths.every((width) => Number.isInteger(width) && width > 0 && width <= 10_000);
  return {
    colspan,
    rowspan: numberOf(element, "rowspan", 1, 1000) ?? 1,
    colwidth: whole ? widths : null,
    align: alignOf(element, ["left", "center", "right"]),
  };
}

function alignOf(element: HTMLElement, allowed: readonly string[]): string | null {
  const named = /\balign-(\w+)\b/.exec(element.className)?.[1] ?? element.getAttribute("align");
  return named && allowed.includes(named) ? named : null;
}

function numberOf(element: HTMLElement, name: string, least: number, most: number): number | null {
  const text = element.getAttribute(name);
  if (text === null || !/^\d{1,9}$/.test(text)) return null;
  const value = Number(text);
  return value >= least && value <= most ? value : null;
}

function linkOf(element: HTMLElement): Record<string, unknown> | false {
  const href = element.getAttribute("href") ?? "";
  return isLink(href) ? { href, title: element.getAttribute("title")?.slice(0, 2000) || null } : false;
}

function imageOf(element: HTMLElement): Record<string, unknown> | false {
  const src = element.getAttribute("src") ?? "";
  if (!isLink(src)) return false;
  return {
    src,
    alt: (element.getAttribute("alt") ?? "").slice(0, 2000),
    title: element.getAttribute("title")?.slice(0, 2000) || null,
  };
}

/** Only files kept here are shown; the words of any other image stand in its place, as for readers. */
function showImage(node: Node): DOMOutputSpec {
  const src = String(node.attrs["src"]);
  const alt = String(node.attrs["alt"]);
  if (src.startsWith("/assets/")) return ["img", { src, alt, title: node.attrs["title"] as string | null }];
  return ["span", { class: "image-words" }, alt || src];
}
