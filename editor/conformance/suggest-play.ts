// Three authors suggest, collide, decide, undo and cheat in one text; every law is asked of each thing that happens.
import type { Node } from "prosemirror-model";
import { AddMarkStep, AttrStep, RemoveMarkStep, ReplaceStep, type Step } from "prosemirror-transform";
import { isIdentified, markType } from "../src/schema.ts";
import { Suggesting } from "../src/suggest-edits.ts";
import { base, resolved, result, strip } from "../src/suggest-formula.ts";
import { suggestBreach, type Breach } from "../src/suggest-law.ts";
import { suggestionIds } from "../src/suggest-layers.ts";
import { settled, settledSteps } from "../src/suggest-plain.ts";
import { Refused } from "../src/suggest-refusals.ts";
import { resolution } from "../src/suggest-resolve.ts";
import { translated } from "../src/suggest-translate.ts";
import { suggestionsIn } from "../src/suggestions.ts";
import { anAct, plainOf, type Act } from "./suggest-acts.ts";
import { aText, everyPlace } from "./suggest-texts.ts";
import type { Random } from "./random.ts";
import { attempted, rebased } from "./rebase.ts";

export const AUTHORS = ["aicha", "julie", "samuel"] as const;
type Say = (event: Readonly<Record<string, unknown>>) => void;
interface Made {
  readonly act: Act;
  readonly steps: readonly Step[];
  readonly doc: Node;
}

export class Play {
  doc: Node;
  readonly faults: string[] = [];
  readonly tally: Record<string, number> = {};
  private readonly random: Random;
  private readonly say: Say;
  private readonly thorough: number;
  private ids = 0;
  private readonly numbers: Record<string, number> = {};
  private readonly newest = new Map<string, { before: Node; steps: readonly Step[]; after: Node }>();
  private readonly fresh = () => `n${(this.ids++).toString(36)}`;

  /** `thorough` is the share of edits after which decisions are tried in every way. */
  constructor(random: Random, say: Say, thorough: number) {
    this.random = random;
    this.say = say;
    this.thorough = thorough;
    this.doc = aText(random, this.fresh);
    say({ t: "text", doc: this.doc.toJSON() as unknown });
  }

  run(length: number): void {
    for (let count = length; count > 0; count--) {
      const die = this.random.below(100);
      if (die < 66) this.edit();
      else if (die < 78) this.collide();
      else if (die < 83) this.decide();
      else if (die < 92) this.cheat();
      else if (die < 95) this.undo();
      else this.writePlainly();
      this.sound(this.doc);
    }
  }

  private law(name: string, holds: boolean): void {
    if (!holds) this.faults.push(name);
  }

  private count(what: string): void {
    this.tally[what] = (this.tally[what] ?? 0) + 1;
  }

  private nextId(session: string): string {
    const number = this.numbers[session] ?? 1;
    this.numbers[session] = number + (this.random.chance(0.5) ? 1 : 0);
    return `${session}.${this.numbers[session]}`;
  }

  /** The author's next commit; null when it is refused or changes nothing. */
  private suggested(session: string): Made | null {
    const act = anAct(this.random, this.doc);
    const author = { mine: owned(session), s: this.nextId(session), fresh: this.fresh };
    const told = JSON.stringify(this.doc.toJSON());
    let work = new Suggesting(this.doc, author);
    try {
      const plain = act.plain && plainOf(this.doc, act.plain);
      if (plain) work = translated(plain, author).work;
      else act.run(work);
      if (plain) this.count("translated");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.count("refused");
      this.count(`refused: ${error.reason}`);
      this.law("L7", JSON.stringify(this.doc.toJSON()) === told);
      return null;
    }
    if (!work.steps.length || work.doc.eq(this.doc)) {
      this.count("no change");
      return null;
    }
    return { act, steps: work.steps, doc: work.doc };
  }

  private edit(): void {
    const session = this.random.pick(AUTHORS);
    const made = this.suggested(session);
    if (!made) return;
    const { act, steps, doc } = made;
    this.count("edits");
    this.count(act.kind);
    this.law(`L1 ${act.kind}`, base(this.doc).eq(base(doc)));
    const breach = suggestBreach(this.doc, doc, owned(session));
    this.law(`law ${act.kind}: ${breach}`, breach === null);
    const partly = this.random.chance(this.thorough) ? this.decisions(doc) : null;
    this.say({
      t: "edit",
      by: session,
      kind: act.kind,
      at: act.at,
      args: act.args,
      steps: json(steps),
      after: doc.toJSON() as unknown,
      result: result(doc).toJSON() as unknown,
      ...(partly && { partly }),
    });
    this.newest.set(session, { before: this.doc, steps, after: doc });
    this.doc = doc;
  }

  /** L3 and L4: all rejected is the base, all accepted the result, and the order of decisions does not count. */
  private decisions(doc: Node) {
    const ids = suggestionIds(doc);
    this.law("L3 reject", this.decided(doc, new Set(), ids).eq(base(doc)));
    this.law("L3 accept", this.decided(doc, ids, new Set()).eq(result(doc)));
    const sides = [
      [new Set<string>(), new Set<string>()],
      [new Set<string>(), new Set<string>()],
    ] as const;
    for (const id of [...ids].sort()) {
      if (this.random.chance(0.8)) sides[this.random.below(2)]?.[this.random.below(2)]?.add(id);
    }
    const [one, other] = sides;
    const there = this.decided(this.decided(doc, ...one), ...other);
    const back = this.decided(this.decided(doc, ...other), ...one);
    const accept = new Set([...one[0], ...other[0]]);
    const reject = new Set([...one[1], ...other[1]]);
    this.law("L4", there.eq(back));
    this.law("L4 at once", there.eq(resolved(doc, accept, reject)));
    const steps = json(resolution(doc, accept, reject));
    const cards = suggestionsIn(doc);
    return { accept: [...accept], reject: [...reject], steps, after: there.toJSON() as unknown, cards };
  }

  private decided(doc: Node, accept: ReadonlySet<string>, reject: ReadonlySet<string>): Node {
    const bySteps = applied(doc, resolution(doc, accept, reject));
    this.law("L3 by steps", bySteps.eq(resolved(doc, accept, reject)));
    return bySteps;
  }

  /** Two authors at once: the second one's steps are moved behind the first one's, whole or not at all. */
  private collide(): void {
    const first = this.random.pick(AUTHORS);
    const second = this.random.pick(AUTHORS.filter((one) => one !== first));
    const [one, two] = [this.suggested(first), this.suggested(second)];
    if (!one || !two) return;
    this.count("pairs");
    this.law(`L1 ${one.act.kind}`, base(this.doc).eq(base(one.doc)));
    const { kept, end } = rebased(two.steps, one.steps, one.doc);
    const whole = kept.length === two.steps.length && isSound(end);
    const breach = whole ? suggestBreach(one.doc, end, owned(second)) : null;
    // L8: without the first one's suggestions the text is what the second one saw.
    const intent = whole && !breach && strip(end, owned(first)).eq(strip(two.doc, owned(first)));
    this.say({
      t: "pair",
      first,
      second,
      one: json(one.steps),
      two: json(two.steps),
      kept,
      end: end.toJSON() as unknown,
      whole,
      breach,
      intent,
    });
    if (!whole) this.count("pairs that no longer apply");
    else this.count(breach ? "pairs against the law" : intent ? "merged" : "pairs against the intent");
    if (intent) {
      this.law("L1 merged", base(this.doc).eq(base(end)));
      this.decisions(end);
    }
    this.doc = intent ? end : one.doc;
  }

  private decide(): void {
    const ids = [...suggestionIds(this.doc)].sort();
    if (!ids.length) return;
    const chosen = new Set(Array.from({ length: 1 + this.random.below(3) }, () => this.random.pick(ids)));
    const [accept, reject] = this.random.chance(0.5) ? [chosen, new Set<string>()] : [new Set<string>(), chosen];
    const steps = resolution(this.doc, accept, reject);
    this.doc = this.decided(this.doc, accept, reject);
    this.law("decided ids are closed", ![...chosen].some((id) => suggestionIds(this.doc).has(id)));
    this.count("decisions");
    this.say({
      t: "decide",
      accept: [...accept],
      reject: [...reject],
      steps: json(steps),
      after: this.doc.toJSON() as unknown,
      base: base(this.doc).toJSON() as unknown,
    });
  }

  /** A plain edit among suggestions: suggested, and accepted at once. */
  private writePlainly(): void {
    const act = anAct(this.random, this.doc);
    let made;
    try {
      const plain = act.plain && plainOf(this.doc, act.plain);
      const s = "editor.1";
      made = plain
        ? settledSteps(plain, s, this.fresh)
        : settled(this.doc, s, this.fresh, (work) => void act.run(work));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return this.count("refused");
    }
    if (made.doc.eq(this.doc)) return;
    this.count("plain edits");
    const known = suggestionIds(this.doc);
    this.law("plain edits leave nothing", [...suggestionIds(made.doc)].every((id) => known.has(id)));
    const { kind, at, args } = act;
    this.say({ t: "plain", kind, at, args, steps: json(made.steps), after: made.doc.toJSON() as unknown });
    this.doc = made.doc;
  }

  private undo(): void {
    const session = this.random.pick(AUTHORS);
    const last = this.newest.get(session);
    if (!last?.after.eq(this.doc)) return;
    this.newest.delete(session);
    const docs = [last.before];
    for (const step of last.steps) docs.push(step.apply(docs.at(-1) as Node).doc as Node);
    const steps = last.steps.map((step, place) => step.invert(docs[place] as Node)).reverse();
    const back = applied(this.doc, steps);
    this.law("undo", back.eq(last.before));
    const breach = suggestBreach(this.doc, back, owned(session));
    this.count(breach ? "undone against the law" : "undone");
    this.say({ t: "undo", by: session, steps: json(steps), breach, after: back.toJSON() as unknown });
    if (breach) return;
    this.law("L1 undo", base(this.doc).eq(base(back)));
    this.doc = back;
  }

  /** One step from a stranger's client: lawful ones are suggestions, all others are refused. */
  private cheat(): void {
    const session = this.random.pick(AUTHORS);
    const step = aCheat(this.random, this.doc, session);
    const after = attempted(step, this.doc);
    if (!after || after.eq(this.doc) || !isSound(after)) return;
    const breach: Breach | null = suggestBreach(this.doc, after, owned(session));
    this.count("cheats");
    this.count(`cheats: ${breach ?? "lawful"}`);
    this.say({ t: "cheat", by: session, step: step.toJSON() as unknown, breach });
    if (!breach) this.law("L1 cheat", base(this.doc).eq(base(after)));
  }

  /** L6: the schema holds and no id stands twice, in the text, its base and its result. */
  private sound(doc: Node): void {
    for (const view of [doc, base(doc), result(doc)]) {
      this.law("L6 schema", isSound(view));
      const ids: string[] = [];
      view.descendants((node) => void (isIdentified(node) && node.attrs["id"] && ids.push(String(node.attrs["id"]))));
      this.law("L6 ids", new Set(ids).size === ids.length);
    }
  }
}

export function owned(session: string): (id: string) => boolean {
  return (id) => id.slice(0, id.lastIndexOf(".")) === session;
}

function applied(doc: Node, steps: readonly Step[]): Node {
  return steps.reduce((at, step) => step.apply(at).doc as Node, doc);
}

function json(steps: readonly Step[]): unknown[] {
  return steps.map((step) => step.toJSON() as unknown);
}

function isSound(doc: Node): boolean {
  try {
    doc.check();
    return true;
  } catch {
    return false;
  }
}

/** A step that no client of ours would send. */
function aCheat(random: Random, doc: Node, session: string): Step {
  const places = everyPlace(doc);
  const [one, other] = [random.pick(places), random.pick(places)];
  const start = Math.min(one, other);
  const end = random.chance(0.5) ? start : Math.max(one, other);
  const made = [...AUTHORS, session].map((author) => `${author}.${random.below(4)}`);
  const names = [...[...suggestionIds(doc)].sort(), ...made];
  const s = random.pick(names);
  const marks = [
    markType("ins").create({ s }),
    markType("del").create({ s }),
    markType("strong").create(),
    markType("fmt").create({ chg: [{ s, was: { strong: random.pick([null, {}]) } }] }),
  ];
  const kind = random.below(4);
  if (kind === 0) return new AddMarkStep(start, end, random.pick(marks));
  if (kind === 1) return new RemoveMarkStep(start, end, random.pick(marks));
  if (kind === 2) {
    const [from, to] = [random.pick(places), random.pick(places)];
    return new ReplaceStep(start, end, doc.slice(Math.min(from, to), Math.max(from, to)));
  }
  const [name, value] = random.pick<readonly [string, unknown]>([
    ["mi", s],
    ["md", s],
    ["mi", null],
    ["md", null],
    ["gone", true],
    ["gone", null],
    ["ins", s],
    ["del", s],
    ["ins", null],
    ["del", null],
    ["id", "zz"],
    ["indent", 2],
    ["chg", null],
    ["chg", [{ s, was: { indent: 3 } }]],
    ["chg", [{ s, was: { nonsense: 3 } }]],
  ]);
  return new AttrStep(start, name, value);
}
