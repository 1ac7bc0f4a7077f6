// The outline at the left: headings with their numbers, who writes where, what is discussed; follows the reader.
import { Selection, type EditorState } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { anchorsIn } from "./anchors.ts";
import { element, icon } from "./dom.ts";
import { sectionNumbers, topLevel } from "./numbering.ts";
import { caretsIn } from "./presence.ts";
import type { Say } from "./words.ts";

interface Line {
  readonly at: number;
  readonly depth: number;
  readonly number: string;
  readonly title: string;
  readonly writers: readonly string[];
  readonly discussions: number;
}

export class Outline {
  private readonly list = element("ul", { class: "outline" });
  private readonly title = element("span");
  private readonly view: EditorView;
  private readonly say: Say;
  private key = "";
  private lines: readonly Line[] = [];
  private due = 0;

  constructor(rail: HTMLElement, view: EditorView, say: Say) {
    this.view = view;
    this.say = say;
    const fold = element(
      "details",
      { class: "fold-s" },
      element("summary", { class: "label" }, this.title, " ", turn()),
      this.list,
    );
    const wide = matchMedia("(min-width: 52.01rem)");
    const unfold = () => (fold.open = wide.matches);
    unfold();
    wide.addEventListener("change", unfold);
    rail.replaceChildren(fold);
    window.addEventListener("scroll", () => this.follow(), { passive: true });
  }

  /** To be called after each change; draws only when a line changed. */
  show(): void {
    this.lines = linesOf(this.view.state);
    const key = JSON.stringify(this.lines.map(({ at: _, ...line }) => line));
    if (key !== this.key) {
      this.key = key;
      const count = this.lines.length;
      this.title.textContent =
        count === 0
          ? this.say("outline")
          : count === 1
            ? this.say("sectionsOne")
            : this.say("sectionsMany", { n: count });
      this.list.replaceChildren(
        ...(count
          ? this.lines.map((line, place) => this.line(line, place))
          : [element("li", { class: "muted small" }, this.say("outlineEmpty"))]),
      );
    }
    this.follow();
  }

  private line(line: Line, place: number): HTMLElement {
    const [writer] = line.writers;
    const note = writer
      ? this.say("writesHere", { name: writer })
      : line.discussions
        ? line.discussions === 1
          ? this.say("openOne")
          : this.say("openMany", { n: line.discussions })
        : "";
    const mark = icon(writer ? "pencil" : line.discussions ? "message-square" : "minus");
    const words = `${line.number} ${line.title || this.say("untitled")}`.trim();
    const link = element(
      "a",
      { href: "#editor", class: line.depth ? `deep d${Math.min(3, line.depth)}` : null },
      mark,
      element("span", {}, words),
      note ? element("small", {}, note) : null,
    );
    link.addEventListener("click", (event) => {
      event.preventDefault();
      this.goTo(place);
    });
    return element("li", { class: note ? "yours" : "quiet" }, link);
  }

  private goTo(place: number): void {
    const line = this.lines[place];
    const heading = line && this.view.nodeDOM(line.at);
    if (!line || !(heading instanceof HTMLElement)) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    heading.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
    const { state } = this.view;
    this.view.dispatch(state.tr.setSelection(Selection.near(state.doc.resolve(line.at + 1))));
    this.view.dom.focus({ preventScroll: true });
  }

  /** Marks the section that is being read: the last heading above the upper third of the window. */
  private follow(): void {
    cancelAnimationFrame(this.due);
    this.due = requestAnimationFrame(() => {
      const edge = window.innerHeight / 3;
      const current = this.lines.findLastIndex(({ at }) => {
        const heading = this.view.nodeDOM(at);
        return heading instanceof HTMLElement && heading.getBoundingClientRect().top <= edge;
      });
      this.list.querySelectorAll("a").forEach((link, place) => {
        if (place === current) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      });
    });
  }
}

function linesOf(state: EditorState): Line[] {
  const numbers = sectionNumbers(state.doc);
  const top = topLevel(state.doc) ?? 1;
  const heads: { at: number; place: number }[] = [];
  state.doc.forEach((block, at, place) => {
    if (block.type.name === "heading") heads.push({ at, place });
  });
  const carets = caretsIn(state);
  const { by, open } = anchorsIn(state);
  return heads.map(({ at, place }, index) => {
    const end = heads[index + 1]?.at ?? state.doc.content.size;
    const inside = (position: number) => position >= at && position < end;
    const block = state.doc.child(place);
    return {
      at,
      depth: Number(block.attrs["level"]) - top,
      number: numbers.get(place) ?? "",
      title: block.textContent,
      writers: carets.filter((caret) => inside(caret.head)).map((caret) => caret.name.split(" ")[0] ?? ""),
      discussions: [...by].filter(([id, anchor]) => open.has(id) && !anchor.removed && inside(anchor.from)).length,
    };
  });
}

function turn(): SVGSVGElement {
  const made = icon("chevron-down");
  made.classList.add("turn");
  return made;
}
