// Makes documents, edits and pairs of edits made at once, with what the browser's library makes of them.
// Usage: node steps.ts FIRST_SEED COUNT. Read by tests/conformance/test_steps.py, which replays every line in Python.
import type { Node } from "prosemirror-model";
import { Mapping, type Step } from "prosemirror-transform";
import { partsOf } from "../src/packing.ts";
import { randomDocument, randomEdits } from "./edits.ts";
import { say } from "./lines.ts";
import { randomFrom } from "./random.ts";

const [first = 0, count = 1] = process.argv.slice(2).map(Number);

for (let seed = first; seed < first + count; seed++) {
  const random = randomFrom(seed);
  const doc = randomDocument(random);
  const mine = randomEdits(doc, random).flatMap(partsOf);
  const theirs = randomEdits(doc, random).flatMap(partsOf);
  const after = applyAll(doc, mine);
  const undo = inverses(doc, mine).flatMap(partsOf);
  const { moved, kept, end } = rebased(theirs, mine, after);
  say({
    seed,
    doc,
    mine,
    after,
    undo,
    theirs,
    rebased: moved,
    kept,
    end,
    position: Math.floor(doc.content.size / 2),
    mapped: position(mine, Math.floor(doc.content.size / 2)),
  });
}

/** As guidelines/steps.py does it: back through one's own maps, forward through the others', with mirrors. */
function rebased(steps: readonly Step[], over: readonly Step[], doc: Node) {
  const mapping = new Mapping([
    ...steps.map((step) => step.getMap().invert()).reverse(),
    ...over.map((step) => step.getMap()),
  ]);
  const moved: Step[] = [];
  const kept: number[] = [];
  let start = steps.length;
  let end = doc;
  steps.forEach((step, place) => {
    const mapped = step.map(mapping.slice(start));
    start--;
    const result = mapped ? attempted(mapped, end) : null;
    if (!mapped || !result) return;
    end = result;
    mapping.appendMap(mapped.getMap(), start);
    moved.push(mapped);
    kept.push(place);
  });
  return { moved, kept, end };
}

function attempted(step: Step, doc: Node): Node | null {
  try {
    return step.apply(doc).doc;
  } catch {
    return null;
  }
}

function applyAll(doc: Node, steps: readonly Step[]): Node {
  return steps.reduce((at, step) => attempted(step, at) as Node, doc);
}

function inverses(doc: Node, steps: readonly Step[]): Step[] {
  let at = doc;
  const found = steps.map((step) => {
    const inverse = step.invert(at);
    at = attempted(step, at) as Node;
    return inverse;
  });
  return found.reverse();
}

function position(steps: readonly Step[], at: number): readonly [number, number] {
  const mapping = new Mapping(steps.map((step) => step.getMap()));
  return [mapping.map(at, -1), mapping.map(at, 1)];
}
