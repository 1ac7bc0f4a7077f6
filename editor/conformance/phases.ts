// Walks the table of phases in every direction and prints what it finds, for tests/conformance/test_phases.py.
import { after, ENDS, patience, type Happening, type Phase } from "../src/phases.ts";
import { say } from "./lines.ts";

const PHASES: readonly Phase[] = ["opening", "live", "read-only", "offline", "gone"];
const HAPPENINGS: readonly Happening[] = ["opened-to-edit", "opened-to-read", "closed", "retry", "ended"];

say({
  table: Object.fromEntries(
    PHASES.map((phase) => [
      phase,
      Object.fromEntries(HAPPENINGS.map((happening) => [happening, after(phase, happening)])),
    ]),
  ),
  ends: Object.keys(ENDS).map(Number),
  patience: Array.from({ length: 12 }, (_, attempts) => [patience(attempts, 0), patience(attempts, 1)]),
});
