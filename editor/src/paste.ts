// What is pasted from Word and from the web, made ready for the schema: nested lists, quotes and boxes become attributes
// of paragraphs, Word's list paragraphs become items, and what is no content goes.
import { Fragment, Slice, type Node } from "prosemirror-model";
import type { EditorState } from "prosemirror-state";
import { isLink } from "./definition.ts";

const BLOCKS =
  "address,article,aside,blockquote,dd,div,dl,dt,fieldset,figcaption,figure,footer,form,h1,h2,h3,h4,h5,h6,header,hr,li,main,nav,ol,p,pre,section,table,ul";
const NO_CONTENT = "style,script,meta,link,title,xml,template,iframe,object,button,select,svg,del[cite]";
const CALLOUTS = ["note", "tip", "important", "warning", "caution"];
const MOST_INDENT = 8;

interface Place {
  readonly list: "bullet" | "number" | null;
  readonly indent: number;
  readonly box: string | null;
}

const PLAIN: Place = { list: null, indent: 0, box: null };

/** HTML from anywhere as flat paragraphs that the schema reads; our own is left as it is. */
export function cleanHtml(html: string): string {
  if (html.includes("data-pm-slice")) return html;
  const page = new DOMParser().parseFromString(withoutStyles(html), "text/html");
  rebase(page, /<base\b[^<>]*\shref\s*=\s*["']?(https?:[^"'\s<>]+)/i.exec(html)?.[1] ?? null);
  page.querySelectorAll(NO_CONTENT).forEach((node) => node.remove());
  takeOutOffice(page);
  for (const element of [...page.querySelectorAll<HTMLElement>("[data-style], b, i")]) styleToElements(element);
  const flat = page.createElement("div");
  flatten(page.body, PLAIN, flat);
  return flat.innerHTML;
}

/**
 * Addresses without a host were meant on the page that was copied, and would lead to ours: they become whole where that
 * page is known (`base`, as some programs write), else their words stay without them. So do a section's `#name`s.
 */
function rebase(page: Document, base: string | null): void {
  const whole = (address: string): string | null => {
    if (URL.canParse(address)) return isLink(address) ? address : null;
    if (base === null || !URL.canParse(address, base)) return null;
    const { href } = new URL(address, base);
    return isLink(href) ? href : null;
  };
  for (const link of page.querySelectorAll("a[href]")) {
    const address = whole(link.getAttribute("href") ?? "");
    if (address) link.setAttribute("href", address);
    else link.removeAttribute("href");
  }
  for (const image of page.querySelectorAll("img")) {
    const address = whole(image.getAttribute("src") ?? "");
    if (address) image.setAttribute("src", address.replace(`${location.origin}/assets/`, "/assets/"));
    else image.replaceWith(image.alt);
  }
}

/** The page's policy would refuse inline styles, handlers and `base` aloud; as plain data they are only read. */
function withoutStyles(html: string): string {
  const plain = html.replace(/<style\b[\s\S]*?<\/style>|<base\b[^<>]*>/gi, "");
  return plain.replace(/<[a-z][^<>]*>/gi, (tag) => tag.replace(/(\s)(style|on[a-z]+)(\s*=)/gi, "$1data-$2$3"));
}

/** What a style says about characters, as the elements that mean it. */
function styleToElements(element: HTMLElement): void {
  const style = new Map(
    (element.dataset["style"] ?? "")
      .split(";")
      .map((rule) => rule.split(":").map((side) => side.trim().toLowerCase()) as [string, string]),
  );
  const weight = style.get("font-weight") ?? "";
  const slant = style.get("font-style") ?? "";
  const unmeant =
    (element.localName === "b" && /^(normal|[1-4]00)$/.test(weight)) ||
    (element.localName === "i" && slant === "normal");
  if (unmeant) return element.replaceWith(...element.childNodes);
  if (element.matches(BLOCKS) || element.querySelector(BLOCKS)) return;
  const line = `${style.get("text-decoration") ?? ""} ${style.get("text-decoration-line") ?? ""}`;
  const raised = style.get("vertical-align");
  if (/^(bold(er)?|[6-9]00)$/.test(weight)) surround(element, "strong");
  if (slant === "italic") surround(element, "em");
  if (/\bunderline\b/.test(line) && !element.closest("a")) surround(element, "u");
  if (/\bline-through\b/.test(line)) surround(element, "s");
  if (raised === "super") surround(element, "sup");
  if (raised === "sub") surround(element, "sub");
}

function surround(element: HTMLElement, name: string): void {
  const made = element.ownerDocument.createElement(name);
  made.append(...element.childNodes);
  element.append(made);
}

/** Marks that turn the direction of writing: the authority refuses them, words must read as they are stored. */
export const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;

/** Text without characters that a document may not hold: control characters, hidden turns and halves of pairs. */
export function cleanText(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f\ufffe\uffff]/g, "")
    .replace(TURNS, "")
    .toWellFormed()
    .replaceAll("\ufffd", "");
}

/** The slice with clean text; text that is empty after cleaning goes. */
export function cleanSlice(slice: Slice): Slice {
  return new Slice(cleanFragment(slice.content), slice.openStart, slice.openEnd);
}

/** Into an empty paragraph the first block comes as it is, item or quote; into words it brings its words only. */
export function wholeBlocks(slice: Slice, state: EditorState): Slice {
  const first = slice.content.firstChild;
  const { parent } = state.selection.$from;
  const empty = parent.type.name === "paragraph" && parent.content.size === 0 && state.selection.empty;
  const meant =
    first?.isTextblock && ["list", "box", "indent"].some((name) => first.attrs[name] !== parent.attrs[name]);
  return empty && meant && slice.openStart > 0 ? new Slice(slice.content, 0, 0) : slice;
}

function cleanFragment(fragment: Fragment): Fragment {
  const kept: Node[] = [];
  fragment.forEach((node) => {
    if (!node.isText) kept.push(node.copy(cleanFragment(node.content)));
    else {
      const text = cleanText(node.text ?? "");
      if (text) kept.push(node.type.schema.text(text, node.marks));
    }
  });
  return Fragment.fromArray(kept);
}

/** Word's own: o:p, the marks it draws before items, and its list paragraphs, which say what they are in `mso-list`. */
function takeOutOffice(page: Document): void {
  for (const element of [...page.querySelectorAll<HTMLElement>("*")]) {
    const name = element.localName;
    if (name.includes(":"))
      element.replaceWith(...(/\S/.test(element.textContent ?? "") ? [...element.childNodes] : []));
  }
  for (const element of [
    ...page.querySelectorAll<HTMLElement>(
      "p[class*=Mso], p[data-style*=mso-list], h1[data-style], h2[data-style], h3[data-style]",
    ),
  ]) {
    if (/\bMsoTitle\b/.test(element.className)) rename(element, "h1");
    const level = /mso-list:[^;]*\blevel(\d)/.exec(element.dataset["style"] ?? "")?.[1];
    if (!level) continue;
    const drawn = [...element.querySelectorAll<HTMLElement>("span")].filter((span) =>
      /mso-list:\s*ignore/i.test(span.dataset["style"] ?? ""),
    );
    const mark = drawn
      .map((span) => span.textContent ?? "")
      .join("")
      .trim();
    drawn.forEach((span) => span.remove());
    if (element.localName !== "p") continue;
    element.dataset["list"] = /^\(?([0-9]+|[a-z]{1,2}|[ivxlc]+)[.)]/i.test(mark) ? "number" : "bullet";
    element.dataset["indent"] = String(Number(level) - 1);
  }
}

/** Puts the element's content into `out` as blocks that stand side by side. */
function flatten(element: Element, place: Place, out: Element): void {
  let line: HTMLElement | null = null;
  const end = () => {
    if (line && (/\S/.test(line.textContent ?? "") || line.querySelector("img"))) out.append(line);
    line = null;
  };
  for (const node of [...element.childNodes]) {
    if (node.nodeType === 8) continue;
    if (isElement(node) && (node.matches(BLOCKS) || node.querySelector(BLOCKS))) {
      end();
      block(node, place, out);
    } else {
      line ??= paragraph(out.ownerDocument, place);
      line.append(node);
    }
  }
  end();
}

function block(element: Element, place: Place, out: Element): void {
  const name = element.localName;
  if (name === "ul" || name === "ol") return list(element, place, out);
  if (name === "table") return table(element, out);
  if (name === "hr") return out.append(out.ownerDocument.createElement("hr"));
  if (name === "pre") return code(element, out);
  if (name === "blockquote") return flatten(element, { ...place, box: deeper(place.box) }, out);
  if (name === "aside" || element.getAttribute("role") === "note") return aside(element, place, out);
  if (/^(p|h[1-6])$/.test(name) && !element.querySelector(BLOCKS)) return textblock(element as HTMLElement, place, out);
  flatten(element, place, out);
}

function list(element: Element, place: Place, out: Element): void {
  const kind = element.localName === "ol" ? "number" : "bullet";
  const indent = place.list === null ? place.indent : Math.min(MOST_INDENT, place.indent + 1);
  const start = Number(element.getAttribute("start") ?? 1);
  let first = kind === "number" && Number.isInteger(start) && start > 1;
  for (const child of [...element.children]) {
    if (child.matches("ul,ol")) {
      list(child, { ...place, list: kind, indent }, out);
      continue;
    }
    const from = out.children.length;
    flatten(child, { ...place, list: kind, indent }, out);
    const made = [...out.children].slice(from) as HTMLElement[];
    if (first && made[0]) made[0].dataset["start"] = String(start);
    first = false;
    // Only the first paragraph of an item bears the mark; the others stand below its words.
    made
      .slice(1)
      .filter((other) => other.dataset["list"] === kind && (other.dataset["indent"] ?? "0") === String(indent))
      .forEach((other) => {
        delete other.dataset["list"];
        other.dataset["indent"] = String(Math.min(MOST_INDENT, indent + 1));
      });
  }
}

function table(element: Element, out: Element): void {
  const page = out.ownerDocument;
  const made = page.createElement("table");
  for (const row of element.querySelectorAll("tr")) {
    if (row.closest("table") !== element) continue;
    const line = page.createElement("tr");
    for (const cell of [...row.children].filter((child) => child.matches("td,th"))) {
      const copy = page.createElement(
        cell.localName === "th" || row.parentElement?.localName === "thead" ? "th" : "td",
      );
      for (const name of ["colspan", "rowspan", "align"]) {
        const value = cell.getAttribute(name);
        if (value) copy.setAttribute(name, value);
      }
      flatten(cell, PLAIN, copy);
      copy
        .querySelectorAll("table")
        .forEach((inner) => inner.replaceWith(...[...inner.querySelectorAll("p,h1,h2,h3,h4,h5,h6")]));
      copy.querySelectorAll("hr").forEach((rule) => rule.remove());
      line.append(copy);
    }
    if (line.children.length) made.append(line);
  }
  if (made.children.length) out.append(made);
}

function code(element: Element, out: Element): void {
  const made = paragraph(out.ownerDocument, PLAIN);
  const language = /\blanguage-([A-Za-z0-9+#._-]{1,30})\b/.exec(
    `${element.className} ${element.firstElementChild?.className ?? ""}`,
  )?.[1];
  made.dataset["box"] = language ? `code:${language}` : "code";
  element.querySelectorAll("br").forEach((end) => end.replaceWith("\n"));
  for (const line of [...element.querySelectorAll("div,p,li,tr")].reverse())
    if (!/\n$/.test(line.textContent ?? "")) line.append("\n");
  (element.textContent ?? "")
    .replace(/\n$/, "")
    .split("\n")
    .forEach((line, place) => {
      if (place) made.append(out.ownerDocument.createElement("br"));
      made.append(line);
    });
  out.append(made);
}

function aside(element: Element, place: Place, out: Element): void {
  element.querySelectorAll(":scope > .label").forEach((label) => label.remove());
  const kind = CALLOUTS.find((name) => element.classList.contains(name)) ?? "note";
  flatten(element, { ...place, box: place.box ?? kind }, out);
}

function textblock(element: HTMLElement, place: Place, out: Element): void {
  if (!/\S/.test(element.textContent ?? "") && !element.querySelector("img")) return;
  const align =
    /text-align:\s*(center|right|justify)/.exec(element.dataset["style"] ?? "")?.[1] ?? element.getAttribute("align");
  const own = element.dataset["list"]
    ? { ...place, list: element.dataset["list"] as Place["list"], indent: Number(element.dataset["indent"] ?? 0) }
    : place;
  const made = paragraph(out.ownerDocument, own, element.localName);
  if (align) made.className = `align-${align}`;
  made.append(...element.childNodes);
  out.append(made);
}

function paragraph(page: Document, { list, indent, box }: Place, name = "p"): HTMLElement {
  const made = page.createElement(name);
  if (name === "p" && list) made.dataset["list"] = list;
  if (name === "p" && indent) made.dataset["indent"] = String(Math.min(MOST_INDENT, indent));
  if (box) made.dataset["box"] = box;
  return made;
}

function deeper(box: string | null): string {
  if (!box?.startsWith("quote")) return "quote";
  return `quote:${Math.min(9, Number(box.slice(6) || 1) + 1)}`;
}

function rename(element: HTMLElement, name: string): void {
  const made = element.ownerDocument.createElement(name);
  made.append(...element.childNodes);
  element.replaceWith(made);
}

function isElement(node: globalThis.Node): node is Element {
  return node.nodeType === 1;
}
