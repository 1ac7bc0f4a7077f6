// The editor's own commands and the library's, random, while one suggests or edits among suggestions: each becomes a
// lawful suggestion, or a whole plain edit, or is refused with a reason; none leaves a half-done text. Undo and redo too.
// Usage: node suggest-stock.ts FIRST_SEED EDITS [unfiltered]. `unfiltered` lets everything through as it comes.
import { deleteSelection, joinBackward, joinForward, selectAll } from "prosemirror-commands";
import { Slice, type Node } from "prosemirror-model";
import { EditorState, NodeSelection, TextSelection, type Command, type Transaction } from "prosemirror-state";
import * as tables from "prosemirror-tables";
import { Step } from "prosemirror-transform";
import { arrival, departure, sharedPlugin, sharedState, TRAVEL, type Flight } from "../src/collab.ts";
import * as commands from "../src/commands.ts";
import { uniqueIds } from "../src/ids.ts";
import { resultSlice } from "../src/suggest-copy.ts";
import { base, result } from "../src/suggest-formula.ts";
import { suggestBreach } from "../src/suggest-law.ts";
import { suggestionIds } from "../src/suggest-layers.ts";
import { schema } from "../src/schema.ts";
import { SuggestMode } from "../src/suggest-mode.ts";
import { suggestionsPlugin } from "../src/suggest-look.ts";
import { insertTable, tablesPlugin } from "../src/tables.ts";
import { redoOwn, undoOwn, undoPlugin } from "../src/undoing.ts";
import { sentences } from "../src/suggestion-words.ts";
import { suggestionsIn } from "../src/suggestions.ts";
import { speaker } from "../src/words.ts";
import { say } from "./lines.ts";
import { randomFrom, type Random } from "./random.ts";
import { owned } from "./suggest-play.ts";
import { aText, caretPlaces, WORDS } from "./suggest-texts.ts";

const [first = 0, edits = 100] = process.argv.slice(2, 4).map(Number);
const unfiltered = process.argv[4] === "unfiltered";
const tally: Record<string, number> = {};
const faults: string[] = [];

const STYLES = ["p", "h1", "h2", "quote", "note", "code"];
const COMMANDS: Readonly<Record<string, Command>> = {
  bold: commands.toggle("strong"),
  sup: commands.toggle("sup"),
  bullets: commands.toggleList("bullet"),
  numbers: commands.toggleList("number"),
  indent: commands.indentBy(1, false),
  outdent: commands.indentBy(-1, false),
  centre: commands.setAlign("center"),
  clear: commands.clearFormatting,
  "hard break": commands.hardBreak,
  rule: commands.insertRule,
  numbering: commands.setNumbering("clauses"),
  leave: commands.leave,
  up: commands.moveBlocks(-1),
  down: commands.moveBlocks(1),
  table: insertTable,
  "row above": tables.addRowBefore,
  "row below": tables.addRowAfter,
  "delete row": tables.deleteRow,
  column: tables.addColumnAfter,
  "delete column": tables.deleteColumn,
  "header row": tables.toggleHeaderRow,
  "delete table": tables.deleteTable,
  "delete selection": deleteSelection,
  "join back": joinBackward,
  "join on": joinForward,
  undo: undoOwn,
  redo: redoOwn,
  ...Object.fromEntries(STYLES.map((style) => [`style ${style}`, commands.setStyle(style)])),
};

class Session {
  state: EditorState;
  private readonly random: Random;
  private readonly seed: number;
  private author = "aicha";
  private suggests = true;
  private refused = "";
  private readonly modes = new Map<string, SuggestMode>();
  /** The text as the authority has it. */
  private confirmed: Node;
  private revision = 0;

  constructor(seed: number) {
    this.seed = seed;
    this.random = randomFrom(seed);
    let ids = 0;
    const doc = aText(this.random, () => `b${ids++}`);
    for (const author of ["aicha", "julie"]) {
      const mode = new SuggestMode({
        suggests: () => this.suggests,
        refused: (reason) => (this.refused = reason),
        isClosed: () => false,
      });
      mode.naming.open(author);
      this.modes.set(author, mode);
    }
    const who = (id: string) => ({ id, name: id });
    const plugins = [sharedPlugin(0), suggestionsPlugin(who, speaker("fr")), uniqueIds(), undoPlugin(), tablesPlugin()];
    this.state = EditorState.create({ doc, plugins });
    this.confirmed = doc;
  }

  run(): void {
    if (this.random.chance(0.2)) {
      this.send();
      this.author = this.random.pick(["aicha", "julie"]);
    }
    this.suggests = this.random.chance(0.8);
    this.select();
    const die = this.random.below(10);
    if (die < 3) this.take("typing", this.state.tr.insertText(this.random.pick(WORDS)));
    else if (die < 4) this.take("paste", this.state.tr.replaceSelection(this.copied()));
    else {
      const [name, command] = this.random.pick(Object.entries(COMMANDS));
      command(this.state, (tr) => this.take(name, tr));
    }
  }

  /** Sends all that waits: what travels as a suggestion is one, what is whole leaves nothing, and nothing is missing. */
  private send(): void {
    for (let tr = departure(this.state, "r0"); tr; tr = departure(this.state, `r${this.revision}`)) {
      this.state = this.state.apply(tr);
      const { flight } = sharedState(this.state);
      if (!flight) continue;
      const after = flight.steps.reduce<Node>(
        (doc, step) => Step.fromJSON(schema, step).apply(doc).doc as Node,
        this.confirmed,
      );
      this.judge(flight, after);
      this.confirmed = after;
      this.revision += flight.steps.length;
      const commit = { revision: this.revision, ref: flight.ref, by: { id: "me", name: "Me" }, steps: flight.steps };
      this.state = this.state.apply(arrival(this.state, commit).tr);
    }
    if (!this.confirmed.eq(this.state.doc)) this.fault("send", "the authority's text is another");
  }

  private judge(flight: Flight, after: Node): void {
    count(`sent ${flight.kind ?? (flight.whole ? "whole" : "plainly")}`);
    if (flight.kind) {
      const breach = suggestBreach(this.confirmed, after, owned(this.author));
      if (breach) this.fault("send", breach);
    }
    if (flight.steps.length > (flight.kind || flight.whole ? 1_024 : 64)) this.fault("send", "too many steps");
  }

  private select(): void {
    const { doc } = this.state;
    const places = caretPlaces(doc);
    const rank = this.random.below(places.length);
    const from = places[rank] as number;
    const to = places[Math.min(places.length - 1, rank + this.random.pick([0, 0, 1, 3, 9]))] as number;
    let tr = this.state.tr.setSelection(TextSelection.create(doc, from, to));
    const objects: number[] = [];
    doc.forEach((node, at) => void (node.isTextblock || objects.push(at)));
    if (objects.length && this.random.chance(0.1)) {
      tr = tr.setSelection(NodeSelection.create(doc, this.random.pick(objects)));
    }
    this.state = this.state.apply(tr);
    if (this.random.chance(0.02)) selectAll(this.state, (all) => (this.state = this.state.apply(all)));
  }

  private copied(): Slice {
    const places = caretPlaces(this.state.doc);
    const [one, other] = [this.random.pick(places), this.random.pick(places)];
    const slice = resultSlice(this.state.doc.slice(Math.min(one, other), Math.max(one, other)));
    slice.content.descendants((node) => void (suggestionIds(node).size && this.fault("paste", "copies a suggestion")));
    return slice;
  }

  private take(name: string, tr: Transaction): void {
    const before = this.state.doc;
    const mode = this.modes.get(this.author) as SuggestMode;
    this.refused = "";
    const shaped = unfiltered ? tr : mode.shaped(this.state, tr);
    count(shaped ? (this.suggests ? "suggested" : "edited") : "refused");
    if (!shaped) return this.refused ? count(`refused ${name}: ${this.refused}`) : this.fault(name, "no reason");
    const after = this.state.apply(shaped);
    if (!shaped.getMeta(TRAVEL) && !isSound(after.doc)) return count("refused by the authority"); // the library's own
    this.state = after;
    this.check(name, before, this.state.doc, shaped);
  }

  private check(name: string, before: Node, after: Node, tr: Transaction): void {
    if (![after, base(after), result(after)].every(isSound)) this.fault(name, "an unsound text");
    for (const one of suggestionsIn(after)) {
      if (sentences(one, speaker("en")).some((words) => !words.trim())) this.fault(name, "a card says nothing");
    }
    if (!tr.docChanged) return;
    if (this.suggests) {
      const breach = suggestBreach(before, after, owned(this.author));
      if (breach) this.fault(name, breach);
      if (!base(before).eq(base(after))) this.fault(name, "base");
      if (tr.getMeta(TRAVEL) !== "suggest") this.fault(name, "travels plainly");
    } else {
      const undoes = tr.getMeta("history$") !== undefined;
      const left = [...suggestionIds(after)].some((id) => !suggestionIds(before).has(id));
      if (left && !undoes) this.fault(name, "a plain edit leaves a suggestion");
    }
  }

  private fault(name: string, what: string): void {
    faults.push(`seed ${this.seed}: ${name}: ${what}`);
  }
}

function isSound(doc: Node): boolean {
  try {
    doc.check();
    return true;
  } catch {
    return false;
  }
}

function count(what: string): void {
  tally[what] = (tally[what] ?? 0) + 1;
}

for (let seed = first; (tally["suggested"] ?? 0) < edits; seed++) {
  const session = new Session(seed);
  try {
    for (let edit = 0; edit < 30; edit++) session.run();
  } catch (error) {
    faults.push(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
  }
}
say({ tally, faults: faults.slice(0, 40), failed: faults.length });
