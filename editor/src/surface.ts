// The sheet that one writes on: what it is called, where the caret comes back to, and what a click below it does.
import type { Node } from "prosemirror-model";
import { Selection, type EditorState } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { freshId } from "./ids.ts";
import { nodeType } from "./schema.ts";
import type { Say } from "./words.ts";

/** The toolbar stays below the bars above it, however high they are. */
export function measure(): void {
  for (const [selector, name] of [
    [".docbar", "--docbar"],
    [".top", "--header"],
  ] as const) {
    const bar = document.querySelector<HTMLElement>(selector);
    if (bar)
      new ResizeObserver(() => document.documentElement.style.setProperty(name, `${bar.offsetHeight}px`)).observe(bar);
  }
}

/** With the caret about where it stood in the copy before. */
export function near(state: EditorState, place: number): EditorState {
  const { doc } = state;
  return state.apply(state.tr.setSelection(Selection.near(doc.resolve(Math.min(place, doc.content.size)))));
}

/**
 * Takes in what the browser did and has not told yet: a click or an arrow moves the caret before the page hears of it,
 * and drawing others' words or carets in between would put it back where it was. The library has this for itself only.
 */
export function readInput(view: EditorView): void {
  (view as unknown as { domObserver: { flush(): void } }).domObserver.flush();
}

/** To the section that the address names behind its #: there the caret stands, and the text is in view. */
export function goToAddress(view: EditorView): void {
  const id = decodeURIComponent(location.hash.slice(1));
  let at: number | null = id === "front" ? 0 : null;
  view.state.doc.forEach((block, place) => {
    if (id && at === null && block.type.name === "heading" && block.attrs["id"] === id) at = place;
  });
  if (at === null) return;
  view.dispatch(view.state.tr.setSelection(Selection.near(view.state.doc.resolve(at + 1))));
  view.dom.focus({ preventScroll: true });
  const heading = view.nodeDOM(at);
  if (heading instanceof HTMLElement) heading.scrollIntoView({ block: "start" });
}

/** Below a table that ends the text there is nothing to write in yet: a click makes it. */
export function writeBelow(at: EditorView, _position: number, event: MouseEvent): boolean {
  const last = at.state.doc.lastChild;
  const below = event.clientY > (at.dom.lastElementChild?.getBoundingClientRect().bottom ?? Infinity);
  if (!last || last.isTextblock || !below || !at.editable) return false;
  const end = at.state.doc.content.size;
  const tr = at.state.tr.insert(end, nodeType("paragraph").create({ id: freshId() }));
  at.dispatch(tr.setSelection(Selection.atEnd(tr.doc)));
  return true;
}

/** What the text says of itself to assistive technology; an empty one asks to be written in. */
export function textAttributes(doc: Node, say: Say, language: string): Record<string, string> {
  const empty = doc.childCount === 1 && doc.firstChild?.isTextblock && !doc.firstChild.content.size;
  return {
    class: "prose hang",
    id: "text",
    role: "textbox",
    "aria-multiline": "true",
    "aria-label": say("textLabel"),
    lang: language,
    spellcheck: "true",
    ...(empty ? { "data-placeholder": say("placeholder") } : {}),
  };
}
