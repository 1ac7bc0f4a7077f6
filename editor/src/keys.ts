// Keys, and what typing at the start of a line makes of it: "# ", "- ", "1. ", "> ", "```".
import { baseKeymap, chainCommands } from "prosemirror-commands";
import { InputRule, inputRules, undoInputRule } from "prosemirror-inputrules";
import { keymap } from "prosemirror-keymap";
import type { Command, EditorState, Plugin, Transaction } from "prosemirror-state";
import { backspace, enter, hardBreak, indentBy, leave, moveBlocks, setStyle, toggle, toggleList } from "./commands.ts";
import { nodeType } from "./schema.ts";
import { nextCell, previousCell } from "./tables.ts";
import { redoOwn, undoOwn } from "./undoing.ts";

/** What the page does when its key is pressed. */
export interface PageCommands {
  readonly link: Command;
  readonly comment: Command;
  readonly next: Command;
  readonly previous: Command;
  readonly enter: Command;
  readonly accept: Command;
  readonly reject: Command;
}

export function keys(page: PageCommands): Plugin[] {
  const bindings: Record<string, Command> = {
    "Mod-b": toggle("strong"),
    "Mod-i": toggle("em"),
    "Mod-u": toggle("underline"),
    "Mod-Shift-x": toggle("strike"),
    "Mod-e": toggle("code"),
    "Mod-,": toggle("sub"),
    "Mod-.": toggle("sup"),
    "Mod-k": page.link,
    "Mod-z": undoOwn,
    "Mod-y": redoOwn,
    "Shift-Mod-z": redoOwn,
    "Ctrl-Alt-0": setStyle("p"),
    "Ctrl-Alt-7": toggleList("number"),
    "Ctrl-Alt-8": toggleList("bullet"),
    "Ctrl-Alt-9": setStyle("quote"),
    "Mod-Shift-7": toggleList("number"),
    "Mod-Shift-8": toggleList("bullet"),
    "Ctrl-Alt-c": setStyle("code"),
    Tab: chainCommands(nextCell, indentBy(1)),
    "Shift-Tab": chainCommands(previousCell, indentBy(-1)),
    Enter: enter,
    "Shift-Enter": hardBreak,
    "Mod-Enter": leave,
    Backspace: chainCommands(undoInputRule, backspace),
    "Ctrl-Alt-m": page.comment,
    "Alt-ArrowDown": page.next,
    "Alt-ArrowUp": page.previous,
    "Alt-Enter": page.enter,
    "Alt-Shift-Enter": page.accept,
    "Alt-Shift-Backspace": page.reject,
    "Alt-Shift-ArrowUp": moveBlocks(-1),
    "Alt-Shift-ArrowDown": moveBlocks(1),
  };
  for (let level = 1; level <= 6; level++) bindings[`Ctrl-Alt-${level}`] = setStyle(`h${level}`);
  return [inputRules({ rules: RULES }), keymap(bindings), keymap(baseKeymap)];
}

const RULES = [
  starting(/^(#{1,6}) $/, (tr, at, match) => toHeading(tr, at, match[1]?.length ?? 1)),
  starting(/^[-*•] $/, (tr, at) => toItem(tr, at, "bullet", null)),
  starting(/^(\d{1,3})[.)] $/, (tr, at, match) => toItem(tr, at, "number", Number(match[1]))),
  starting(/^> $/, (tr, at) => tr.setNodeAttribute(at, "box", "quote")),
  starting(/^```$/, (tr, at) => tr.setNodeAttribute(at, "box", "code")),
];

/** A rule for plain paragraphs: takes the typed sign away and changes the block. */
function starting(
  sign: RegExp,
  change: (tr: Transaction, at: number, match: RegExpMatchArray) => Transaction | null,
): InputRule {
  return new InputRule(sign, (state: EditorState, match, start, end) => {
    const $start = state.doc.resolve(start);
    const block = $start.parent;
    const plain = block.type.name === "paragraph" && block.attrs["box"] === null && block.attrs["list"] === null;
    return plain ? change(state.tr.delete(start, end), $start.before(), match) : null;
  });
}

function toHeading(tr: Transaction, at: number, level: number): Transaction | null {
  const node = tr.doc.nodeAt(at);
  return node && tr.setNodeMarkup(at, nodeType("heading"), { ...node.attrs, level, indent: 0 });
}

function toItem(tr: Transaction, at: number, list: "bullet" | "number", start: number | null): Transaction {
  tr.setNodeAttribute(at, "list", list);
  return start === null || start === 1 || goesOn(tr, at, start) ? tr : tr.setNodeAttribute(at, "start", start);
}

/** "4. " under a list that ends with 3 goes on with it. */
function goesOn(tr: Transaction, at: number, start: number): boolean {
  const $at = tr.doc.resolve(at);
  let count = 0;
  for (let index = $at.index() - 1; index >= 0; index--) {
    const { list, indent, start: own } = $at.parent.child(index).attrs;
    if (list !== "number" || indent !== 0) break;
    count += typeof own === "number" ? own : 1;
    if (typeof own === "number") break;
  }
  return count === start - 1;
}
