// The toolbar: one stop for Tab, arrows inside; each button shows whether it is on at the caret.
import type { Command, EditorState } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import {
  clearFormatting,
  indentBy,
  insertRule,
  isMarked,
  setAlign,
  setNumbering,
  setStyle,
  styleOf,
  textblocks,
  toggle,
  toggleList,
} from "./commands.ts";
import { button, element, icon } from "./dom.ts";
import { insertTable, isInTable, TABLE_TOOLS } from "./tables.ts";
import { redoOwn, undoOwn } from "./undoing.ts";
import type { Say, Words } from "./words.ts";

type Tool = readonly [
  word: keyof Words,
  icon: string,
  command: Command,
  isOn?: (state: EditorState) => boolean,
  keys?: string,
];

const STYLES: readonly (readonly [string, keyof Words])[] = [
  ["p", "styleText"],
  ["h1", "styleHeading1"],
  ["h2", "styleHeading2"],
  ["h3", "styleHeading3"],
  ["quote", "styleQuote"],
  ["note", "styleNote"],
  ["tip", "styleTip"],
  ["important", "styleImportant"],
  ["warning", "styleWarning"],
  ["caution", "styleCaution"],
  ["code", "styleCode"],
];

const MARKS: readonly Tool[] = [
  ["bold", "bold", toggle("strong"), (state) => isMarked(state, "strong"), "Ctrl+B"],
  ["italic", "italic", toggle("em"), (state) => isMarked(state, "em"), "Ctrl+I"],
  ["underline", "underline", toggle("underline"), (state) => isMarked(state, "underline"), "Ctrl+U"],
];

const LISTS: readonly Tool[] = [
  ["bulletList", "list", toggleList("bullet"), (state) => every(state, "list", "bullet"), "Ctrl+Alt+8"],
  ["numberedList", "list-ordered", toggleList("number"), (state) => every(state, "list", "number"), "Ctrl+Alt+7"],
];

const HISTORY: readonly Tool[] = [
  ["undo", "undo-2", undoOwn, undefined, "Ctrl+Z"],
  ["redo", "redo-2", redoOwn, undefined, "Ctrl+Y"],
];

const MORE: readonly Tool[] = [
  ["strike", "strikethrough", toggle("strike"), (state) => isMarked(state, "strike")],
  ["superscript", "superscript", toggle("sup"), (state) => isMarked(state, "sup")],
  ["subscript", "subscript", toggle("sub"), (state) => isMarked(state, "sub")],
  ["inlineCode", "code", toggle("code"), (state) => isMarked(state, "code")],
  ["alignLeft", "text-align-start", setAlign(null), (state) => every(state, "align", null)],
  ["alignCenter", "text-align-center", setAlign("center"), (state) => every(state, "align", "center")],
  ["alignRight", "text-align-end", setAlign("right"), (state) => every(state, "align", "right")],
  ["alignJustify", "text-align-justify", setAlign("justify"), (state) => every(state, "align", "justify")],
  ["outdent", "list-indent-decrease", indentBy(-1, false), undefined, "Shift+Tab"],
  ["indent", "list-indent-increase", indentBy(1, false), undefined, "Tab"],
  ["insertRule", "separator-horizontal", insertRule],
  ["clear", "remove-formatting", clearFormatting],
];

const NUMBERINGS = [
  ["none", "numberingNone"],
  ["headings", "numberingHeadings"],
  ["clauses", "numberingClauses"],
] as const;

/** What the page does at its buttons. */
export interface ToolbarActs {
  readonly link: Command;
  readonly comment: () => void;
  /** The button that turns suggesting on and off. */
  readonly suggest: HTMLButtonElement;
}

export class Toolbar {
  readonly dom: HTMLElement;
  private readonly view: EditorView;
  private readonly say: Say;
  private readonly tools: { control: HTMLButtonElement; tool: Tool }[] = [];
  private readonly style: HTMLSelectElement;
  private readonly numbering: HTMLSelectElement;
  private readonly tableRow: HTMLElement;
  private readonly bar: HTMLElement;

  constructor(view: EditorView, say: Say, acts: ToolbarActs) {
    this.view = view;
    this.say = say;
    this.style = this.styles();
    this.numbering = this.numberings();
    const comment = button(
      { class: "btn quiet small", title: `${say("comment")} (Ctrl+Alt+M)` },
      acts.comment,
      icon("message-square-plus"),
      say("comment"),
    );
    for (const control of [comment, acts.suggest]) foldable(control);
    const table: Tool = ["insertTable", "table", insertTable];
    const link: Tool = ["link", "link", acts.link, (state) => isMarked(state, "link"), "Ctrl+K"];
    this.bar = element(
      "div",
      { class: "toolbar", role: "toolbar", "aria-label": say("toolbar"), "aria-controls": "text" },
      this.style,
      line(),
      ...this.all(MARKS),
      this.tool(link),
      line(),
      ...this.all(LISTS),
      this.tool(table),
      this.more(),
      line(),
      ...this.all(HISTORY),
      line(),
      comment,
      acts.suggest,
    );
    this.tableRow = element(
      "div",
      { class: "toolbar table-tools", role: "toolbar", "aria-label": say("tableTools"), hidden: true },
      ...TABLE_TOOLS.map(([word, tools], place) =>
        element(
          "div",
          { class: "row-tight", role: "group", "aria-label": say(word) },
          place ? line() : null,
          element("span", { class: "label", "aria-hidden": "true" }, say(word)),
          ...this.all(tools),
        ),
      ),
    );
    this.dom = element("div", { class: "toolbars no-print after-s" }, this.bar, this.tableRow);
    for (const row of [this.bar, this.tableRow]) roving(row);
    this.show();
  }

  /** To be called after each change of text or selection. */
  show(): void {
    const { state } = this.view;
    for (const {
      control,
      tool: [, , command, isOn],
    } of this.tools) {
      if (isOn) control.setAttribute("aria-pressed", String(isOn(state)));
      control.setAttribute("aria-disabled", String(!this.view.editable || !command(state)));
    }
    const style = styleOf(state);
    this.style.value = style !== null && STYLES.some(([value]) => value === style) ? style : "";
    this.style.disabled = this.numbering.disabled = !this.view.editable;
    this.numbering.value = String(state.doc.attrs["numbering"]);
    this.tableRow.hidden = !this.view.editable || !isInTable(state);
  }

  private run(command: Command): void {
    if (!this.view.editable) return;
    command(this.view.state, this.view.dispatch, this.view);
    this.view.focus();
  }

  private all(tools: readonly Tool[]): HTMLButtonElement[] {
    return tools.map((tool) => this.tool(tool));
  }

  private tool(tool: Tool): HTMLButtonElement {
    const [word, mark, command, isOn, keys] = tool;
    const label = this.say(word);
    const control = button(
      {
        class: "icon-btn",
        "aria-label": label,
        title: keys ? `${label} (${keys})` : label,
        "aria-pressed": isOn ? "false" : null,
      },
      () => this.run(command),
      icon(mark),
    );
    this.tools.push({ control, tool });
    return control;
  }

  private styles(): HTMLSelectElement {
    const made = element(
      "select",
      { "aria-label": this.say("blockStyle") },
      element("option", { value: "", hidden: true }, this.say("styleMixed")),
      ...STYLES.map(([value, word]) => element("option", { value }, this.say(word))),
    );
    made.addEventListener("change", () => this.run(setStyle(made.value)));
    return made;
  }

  private numberings(): HTMLSelectElement {
    const made = element(
      "select",
      { class: "input", "aria-label": this.say("numbering") },
      ...NUMBERINGS.map(([value, word]) => element("option", { value }, this.say(word))),
    );
    made.addEventListener("change", () => this.run(setNumbering(made.value as "none" | "headings" | "clauses")));
    return made;
  }

  private listKeys(menu: HTMLElement): void {
    menu.hidePopover();
    document.getElementById("keys")?.showPopover();
  }

  private more(): HTMLElement {
    const menu: HTMLElement = element(
      "div",
      { class: "more-menu", popover: "auto", id: "more-formatting", "aria-label": this.say("more") },
      element(
        "div",
        { class: "row-tight", role: "group", "aria-label": this.say("more") },
        ...this.all(MORE.slice(0, 4)),
      ),
      element(
        "div",
        { class: "row-tight", role: "group", "aria-label": this.say("alignment") },
        ...this.all(MORE.slice(4, 8)),
      ),
      element("div", { class: "row-tight", role: "group" }, ...this.all(MORE.slice(8))),
      this.numbering,
      document.getElementById("keys") && button({ class: "btn quiet small" }, () => this.listKeys(menu), this.say("keys")),
    );
    const control = button(
      { class: "icon-btn", "aria-label": this.say("more"), title: this.say("more"), popovertarget: "more-formatting" },
      () => undefined,
      icon("ellipsis"),
    );
    menu.addEventListener("beforetoggle", () => {
      const { left, bottom } = control.getBoundingClientRect();
      menu.style.left = `${Math.max(8, Math.min(left - 40, window.innerWidth - 240))}px`;
      menu.style.top = `${bottom + 6}px`;
    });
    document.body.append(menu);
    return control;
  }
}

function every(state: EditorState, name: string, value: unknown): boolean {
  const blocks = textblocks(state);
  return blocks.length > 0 && blocks.every(([, node]) => node.attrs[name] === value);
}

/** On a narrow bar the icon stands alone; the word stays its name. */
function foldable(control: HTMLButtonElement): void {
  const word = control.lastChild;
  if (!(word instanceof Text)) return;
  control.title ||= word.data;
  const folded = element("span", { class: "word" });
  word.replaceWith(folded);
  folded.append(word);
}

function line(): HTMLElement {
  return element("hr");
}

/** One stop for Tab; arrows, Home and End go through the controls. */
function roving(bar: HTMLElement): void {
  const controls = [...bar.querySelectorAll<HTMLElement>("button, select")];
  const stop = (chosen: HTMLElement) => controls.forEach((control) => (control.tabIndex = control === chosen ? 0 : -1));
  if (controls[0]) stop(controls[0]);
  bar.addEventListener("keydown", (event) => {
    const at = controls.indexOf(event.target as HTMLElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: controls.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = controls[(to + controls.length) % controls.length];
    if (!next) return;
    stop(next);
    next.focus();
  });
  bar.addEventListener(
    "focusin",
    (event) => controls.includes(event.target as HTMLElement) && stop(event.target as HTMLElement),
  );
}
