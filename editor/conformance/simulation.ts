// Three writers, one authority, delays, cuts, refusals and texts taken anew: at the end every copy must say the same.
// Usage: node simulation.ts FIRST_SEED COUNT [adding | hasty | broken]. `adding` edits take nothing away and are never
// refused; `hasty` adds too, and takes a text that comes anew without asking whether the commit under way is in it;
// `broken` trusts that one's own commit came back as it was sent.
import type { Node } from "prosemirror-model";
import { EditorState, TextSelection } from "prosemirror-state";
import { Mapping, Step } from "prosemirror-transform";
import { Anew } from "../src/anew.ts";
import {
  arrival,
  confirmedDocument,
  departure,
  Diverged,
  inParts,
  refusal,
  sharedPlugin,
  sharedState,
  sharing,
  type Arrival,
  type Commit,
  type Fate,
  type Flight,
} from "../src/collab.ts";
import { uniqueIds } from "../src/ids.ts";
import { isIdentified, schema } from "../src/schema.ts";
import { redoOwn, undoOwn, undoPlugin } from "../src/undoing.ts";
import { ADDING, randomDocument, randomEdits } from "./edits.ts";
import { say } from "./lines.ts";
import { randomFrom, type Random } from "./random.ts";

const [first = 0, count = 1] = process.argv.slice(2, 4).map(Number);
const mode = process.argv[4] ?? "";
const broken = mode === "broken";
const hasty = mode === "hasty";
const adding = hasty || mode === "adding";
const totals = {
  runs: 0,
  made: 0,
  commits: 0,
  steps: 0,
  sent: 0,
  dropped: 0,
  lost: 0,
  refused: 0,
  resent: 0,
  replaced: 0,
  undone: 0,
  anew: 0,
  waited: 0,
  parted: 0,
  missing: 0,
  reopened: 0,
  diverged: 0,
  seeds: [] as number[],
};

/** The authority in a few lines: rebases as guidelines/steps.py, gives ids as guidelines/authority.py, forgets nothing. */
class Authority {
  doc: Node;
  readonly log: Step[] = [];
  readonly commits: Commit[] = [];
  readonly answers = new Map<string, Commit | null>();

  constructor(doc: Node) {
    this.doc = doc;
  }

  receive(flight: Flight, refuse: boolean): Commit | null {
    const before = this.answers.get(flight.ref);
    if (before !== undefined) return before;
    const answer = refuse ? null : this.accept(flight);
    this.answers.set(flight.ref, answer);
    if (answer) this.commits.push(answer);
    return answer;
  }

  private accept(flight: Flight): Commit | null {
    const steps = flight.steps.map((step) => Step.fromJSON(schema, step));
    const over = this.log.slice(flight.base);
    const mapping = new Mapping([
      ...steps.map((step) => step.getMap().invert()).reverse(),
      ...over.map((step) => step.getMap()),
    ]);
    const logged: Step[] = [];
    const kept: number[] = [];
    let start = steps.length;
    let doc = this.doc;
    steps.forEach((step, place) => {
      const mapped = step.map(mapping.slice(start));
      start--;
      const after = mapped && attempted(mapped, doc);
      if (!mapped || !after) return;
      doc = after;
      mapping.appendMap(mapped.getMap(), start);
      logged.push(mapped);
      kept.push(place);
    });
    try {
      doc.check();
    } catch {
      return null;
    }
    const repairs = repairIds(doc);
    for (const step of repairs) doc = attempted(step, doc) as Node;
    this.doc = doc;
    this.log.push(...logged, ...repairs);
    const whole = kept.length === steps.length && repairs.length === 0;
    totals.commits++;
    totals.steps += logged.length;
    totals.sent += steps.length;
    totals.dropped += steps.length - kept.length;
    const list = [...logged, ...repairs].map((step) => step.toJSON() as unknown);
    return {
      revision: this.log.length,
      ref: flight.ref,
      by: { id: "x", name: "X" },
      steps: list,
      ...(whole ? {} : { kept }),
    };
  }
}

/** What arrives: a commit, that one's own was refused or is made on a revision too old, the whole text. */
type Message = Commit | { refused: string } | { gone: string } | { doc: Node; revision: number };

/** One writer: its copy, what the authority sent that has not arrived, and what it sent itself. */
class Writer {
  state: EditorState;
  readonly inbox: Message[] = [];
  readonly outbox: Flight[] = [];
  online = true;
  made = 0;
  /** The whole text that waits for the answer to what is under way. */
  anew: Anew | null = null;
  /** By how much this writer's edits have made the text longer, as far as they were not handed back. */
  grown = 0;
  readonly name: string;
  readonly authority: Authority;
  readonly random: Random;

  constructor(name: string, authority: Authority, random: Random) {
    this.name = name;
    this.authority = authority;
    this.random = random;
    this.state = this.opened();
  }

  act(): void {
    const roll = this.random.below(12);
    if (roll < 7) this.edit();
    else if (roll === 7 && !adding) this.undoOrRedo();
    else if (roll === 8) this.send();
    else if (roll === 9) this.cutOrConnect();
    else this.read();
  }

  edit(): void {
    const steps = randomEdits(this.state.doc, this.random, adding ? ADDING : undefined);
    totals.made += steps.length;
    const tr = this.state.tr;
    for (const step of steps) tr.step(step);
    this.grown += tr.doc.content.size - this.state.doc.content.size;
    const at = this.random.below(tr.doc.content.size + 1);
    tr.setSelection(TextSelection.near(tr.doc.resolve(at)));
    this.state = this.state.apply(tr);
  }

  undoOrRedo(): void {
    const done = (this.random.chance(0.7) ? undoOwn : redoOwn)(this.state, (tr) => {
      this.state = this.state.apply(tr);
    });
    if (done) totals.undone++;
  }

  send(): void {
    if (!this.online || this.anew) return;
    const tr = departure(this.state, `${this.name}-${++this.made}`);
    if (!tr) return;
    this.state = this.state.apply(tr);
    const { flight } = sharedState(this.state);
    if (flight) this.outbox.push(flight);
  }

  /** A cut loses what travels, both ways; coming back asks for what was missed, or for the whole text. */
  cutOrConnect(): void {
    if (this.online && !this.random.chance(0.3)) return;
    this.online = !this.online;
    this.inbox.length = 0;
    this.outbox.length = 0;
    this.anew = null;
    if (!this.online) return;
    if (this.random.chance(0.4)) {
      totals.anew++;
      this.take({ doc: this.authority.doc, revision: this.authority.log.length });
      return;
    }
    const { revision } = sharedState(this.state);
    this.inbox.push(...this.authority.commits.filter((commit) => commit.revision > revision));
    this.read();
    this.sendAgain();
  }

  private sendAgain(): void {
    const { flight } = sharedState(this.state);
    if (!flight) return;
    totals.resent++;
    this.outbox.push(flight);
  }

  read(): void {
    for (let message = this.inbox.shift(); message; message = this.inbox.shift()) this.take(message);
  }

  private take(message: Message): void {
    if ("doc" in message) {
      this.anew = new Anew(this.state, message.doc, message.revision, "x");
      if (this.anew.isClear || hasty) this.takeAnew(hasty ? "not taken" : { kept: [] });
      else this.sendAgain();
    } else if (this.anew) {
      const { flight } = sharedState(this.state);
      if ("refused" in message) message.refused === flight?.ref && this.takeAnew("refused");
      else if ("gone" in message) message.gone === flight?.ref && this.takeAnew("not taken");
      else {
        const fate = this.anew.take(message);
        if (fate) this.takeAnew(fate);
      }
    } else this.takeLive(message);
  }

  private takeAnew(fate: Fate): void {
    if (sharedState(this.state).flight) totals.waited++;
    if (fate === "refused") totals.refused++;
    const taken = (this.anew as Anew).opening(this.state, fate);
    this.anew = null;
    this.apply(taken);
  }

  private apply({ tr, lost }: Arrival): void {
    totals.lost += lost.length;
    this.grown -= lost.reduce((total, step) => total + growth(step), 0);
    this.state = this.state.apply(tr);
  }

  private takeLive(message: Commit | { refused: string } | { gone: string }): void {
    const { flight, revision } = sharedState(this.state);
    if ("gone" in message) return;
    if ("refused" in message) {
      if (flight?.ref !== message.refused) return;
      totals.refused++;
      const parts = inParts(this.state);
      if (parts) {
        totals.parted++;
        this.state = this.state.apply(parts);
      } else this.apply(refusal(this.state));
      return;
    }
    const own = flight?.ref === message.ref;
    if (message.revision <= revision && !own) return;
    try {
      const taken = broken && own ? trusting(this.state, message) : arrival(this.state, message);
      if (own && taken.tr.docChanged) totals.replaced++;
      this.apply(taken);
    } catch (error) {
      if (!(error instanceof Diverged)) throw error;
      totals.reopened++;
      this.state = this.opened();
      this.inbox.length = 0;
      this.outbox.length = 0;
    }
  }

  private opened(): EditorState {
    const { doc, log } = this.authority;
    return EditorState.create({
      doc,
      plugins: [undoPlugin(), sharedPlugin(log.length), uniqueIds(() => `${this.name}${this.random.below(1e9)}`)],
    });
  }
}

for (let seed = first; seed < first + count; seed++) run(seed);
say(totals);

function run(seed: number): void {
  const random = randomFrom(seed);
  const authority = new Authority(randomDocument(random));
  const before = authority.doc.content.size;
  const writers = ["a", "b", "c"].map((name) => new Writer(name, authority, random));
  for (let turn = 0; turn < 60; turn++) {
    random.pick(writers).act();
    if (random.chance(0.5)) deliver(authority, random.pick(writers), writers, random);
  }
  for (const writer of writers) if (!writer.online) while (!writer.online) writer.cutOrConnect();
  for (let turn = 0; turn < 400; turn++) {
    for (const writer of writers) {
      writer.read();
      writer.send();
      deliver(authority, writer, writers, null);
    }
    if (turn > 5 && writers.every((writer) => !sharedState(writer.state).locals.length && !writer.inbox.length && !writer.anew)) break;
  }
  totals.runs++;
  const grown = writers.reduce((total, writer) => total + writer.grown, 0);
  if (adding && authority.doc.content.size !== before + grown) {
    totals.missing++;
    totals.seeds.push(seed);
  }
  const same = writers.every(
    (writer) => writer.state.doc.eq(authority.doc) && confirmedDocument(writer.state).eq(authority.doc),
  );
  if (!same) {
    totals.diverged++;
    totals.seeds.push(seed);
  }
}

function deliver(authority: Authority, from: Writer, writers: readonly Writer[], random: Random | null): void {
  const flight = from.outbox.shift();
  if (!flight) return;
  const known = authority.answers.has(flight.ref);
  if (!known && from.anew && random?.chance(0.3)) return void from.inbox.push({ gone: flight.ref });
  const answer = authority.receive(flight, !adding && (random?.chance(0.03) ?? false));
  if (!answer) from.inbox.push({ refused: flight.ref });
  else if (known) from.inbox.push(answer);
  else for (const writer of writers) if (writer.online) writer.inbox.push(answer);
}

/** By how much a step that only adds makes a text longer. */
function growth(step: Step): number {
  let grown = 0;
  step.getMap().forEach((from, to, start, end) => (grown += end - start - (to - from)));
  return grown;
}

/** The broken twin: takes one's own commit for confirmed without looking at what the log says. */
function trusting(state: EditorState, commit: Commit) {
  const { locals } = sharedState(state);
  return {
    tr: state.tr.setMeta(sharing, {
      revision: commit.revision,
      locals: locals.filter((local) => !local.sent),
      flight: null,
    }),
    lost: [],
  };
}

function repairIds(doc: Node): Step[] {
  const seen = new Set<string>();
  const wanting: number[] = [];
  doc.descendants((node, at) => {
    if (isIdentified(node)) {
      const id = String(node.attrs["id"]);
      if (id && !seen.has(id)) seen.add(id);
      else wanting.push(at);
    }
    return !node.isTextblock;
  });
  return wanting.map((at, place) =>
    Step.fromJSON(schema, { stepType: "attr", pos: at, attr: "id", value: `n${totals.commits}-${place}` }),
  );
}

function attempted(step: Step, doc: Node): Node | null {
  try {
    return step.apply(doc).doc;
  } catch {
    return null;
  }
}
