// Plays from seeds until so many edits were made, for tests/conformance/test_suggestions.py: what happens line by line,
// and at the end what was counted. Usage: node suggest.ts FIRST_SEED EDITS THOROUGH [quiet]
import { say } from "./lines.ts";
import { randomFrom } from "./random.ts";
import { Play } from "./suggest-play.ts";

const [first = 0, edits = 100, thorough = 1] = process.argv.slice(2, 5).map(Number);
const quiet = process.argv[5] === "quiet";
const tally: Record<string, number> = {};
const faults: string[] = [];

for (let seed = first; (tally["edits"] ?? 0) < edits; seed++) {
  const random = randomFrom(seed);
  const play = new Play(random, (event) => quiet || say({ seed, ...event }), thorough);
  play.run(1 + random.below(30));
  for (const [what, count] of Object.entries(play.tally)) tally[what] = (tally[what] ?? 0) + count;
  faults.push(...play.faults.map((fault) => `seed ${seed}: ${fault}`));
}
say({ t: "end", tally, faults: faults.slice(0, 100), failed: faults.length });
