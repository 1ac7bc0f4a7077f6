// Makes documents, edits and pairs of edits made at once, with what the browser's library makes of them.
// Usage: node steps.ts FIRST_SEED COUNT. Read by tests/conformance/test_steps.py, which replays every line in Python.
import type { Node } from "prosemirror-model";
import { Mapping, type Step } from "prosemirror-transform";
import { partsOf } from "../src/packing.ts";
import { randomDocument, randomEdits } from "./edits.ts";
import { say } from "./lines.ts";
import { attempted, rebased } from "./rebase.ts";
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
