// The small form for a link: address, apply, remove. Its words stay marked while one types the address.
import type { Mark } from "prosemirror-model";
import { Plugin, PluginKey, type EditorState } from "prosemirror-state";
import { Decoration, DecorationSet, type EditorView } from "prosemirror-view";
import { isLink } from "./definition.ts";
import { button, element, icon } from "./dom.ts";
import { markType, schema } from "./schema.ts";
import type { Say } from "./words.ts";

interface Stretch {
  readonly from: number;
  readonly to: number;
}

const held = new PluginKey<Stretch | null>("held");

/** Shows the words that a form is about while the form has the focus; they follow what others type. */
export function heldWords(): Plugin {
  return new Plugin<Stretch | null>({
    key: held,
    state: {
      init: () => null,
      apply(tr, stretch) {
        const set = tr.getMeta(held) as Stretch | null | undefined;
        if (set !== undefined) return set;
        return stretch && { from: tr.mapping.map(stretch.from, 1), to: tr.mapping.map(stretch.to, -1) };
      },
    },
    props: {
      decorations(state) {
        const stretch = held.getState(state);
        return stretch && stretch.from < stretch.to
          ? DecorationSet.create(state.doc, [Decoration.inline(stretch.from, stretch.to, { class: "held" })])
          : null;
      },
    },
  });
}

/** Opens the form at the selection, or at the link in which the caret stands. */
export function editLink(view: EditorView, say: Say): boolean {
  const { state } = view;
  if (!state.selection.$from.parent.inlineContent) return false;
  const around = linkAround(state);
  const stretch = around ?? { from: state.selection.from, to: state.selection.to, href: "" };
  const field = element("input", {
    class: "input",
    type: "text",
    inputmode: "url",
    "aria-label": say("linkAddress"),
    placeholder: "https://",
    maxlength: 2000,
    spellcheck: false,
  });
  field.value = stretch.href;
  const wrong = element("p", { class: "small muted", role: "status" }, say("linkHint"));
  const apply = element("button", { class: "btn primary small", type: "submit" }, say("linkApply"));
  const remove = button({ class: "btn quiet small" }, () => finish(null), icon("unlink"), say("linkRemove"));
  const form = element(
    "form",
    { class: "link-form", popover: "auto", "aria-label": say("link") },
    element("div", { class: "row-tight" }, field, apply),
    element("div", { class: "row-tight" }, wrong, around ? remove : null),
  );
  const finish = (href: string | null) => {
    setLink(view, href);
    form.hidePopover();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const href = completed(field.value.trim());
    if (isLink(href)) return finish(href);
    field.setAttribute("aria-invalid", "true");
    wrong.className = "small text-bad";
    wrong.textContent = say("linkWrong");
    field.focus();
  });
  form.addEventListener("toggle", (event) => {
    if ((event as ToggleEvent).newState === "open") return;
    view.dispatch(view.state.tr.setMeta(held, null));
    form.remove();
    view.focus();
  });
  view.dispatch(state.tr.setMeta(held, { from: stretch.from, to: stretch.to }));
  document.body.append(form);
  form.showPopover();
  placeAt(form, view, stretch.from);
  field.focus();
  field.select();
  return true;
}

function setLink(view: EditorView, href: string | null): void {
  const stretch = held.getState(view.state);
  if (!stretch) return;
  const { from, to } = stretch;
  const link = markType("link");
  const tr = view.state.tr;
  if (from < to) tr.removeMark(from, to, link);
  if (href !== null && from < to) tr.addMark(from, to, link.create({ href }));
  if (href !== null && from === to)
    tr.insert(from, schema.text(href.replace(/^(https?:\/\/|mailto:|tel:)/, ""), [link.create({ href })]));
  view.dispatch(tr);
}

/** The whole link around the caret or the selection's start. */
function linkAround(state: EditorState): (Stretch & { href: string }) | null {
  const { $from, from, to } = state.selection;
  const link = markType("link");
  const mark: Mark | undefined =
    link.isInSet($from.marks()) ?? ($from.nodeAfter ? link.isInSet($from.nodeAfter.marks) : undefined);
  if (!mark) return null;
  let [start, end] = [from, to];
  const base = $from.start();
  $from.parent.forEach((node, offset) => {
    const [a, b] = [base + offset, base + offset + node.nodeSize];
    if (mark.isInSet(node.marks) && a <= from && b >= from) [start, end] = [Math.min(start, a), Math.max(end, b)];
  });
  return { from: start, to: end, href: String(mark.attrs["href"]) };
}

/** "solenne.example" and "a@solenne.example" are meant as addresses of the web and of mail. */
function completed(text: string): string {
  if (/^[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+$/.test(text)) return `mailto:${text}`;
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)+([/?#].*)?$/i.test(text)) return `https://${text}`;
  return text;
}

/** Below the words, above them where there is no room, and always in the window. */
function placeAt(form: HTMLElement, view: EditorView, position: number): void {
  const { top, bottom, left } = view.coordsAtPos(position);
  const fits = bottom + 8 + form.offsetHeight < window.innerHeight;
  const within = (wanted: number, size: number, room: number) => `${Math.max(8, Math.min(wanted, room - size - 8))}px`;
  form.style.left = within(left, form.offsetWidth, window.innerWidth);
  form.style.top = within(fits ? bottom + 8 : top - form.offsetHeight - 8, form.offsetHeight, window.innerHeight);
}
