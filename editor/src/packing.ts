// How steps travel: runs of typing as one, sets of marks taken apart; and which of one's own each sent step stands for.
import { ReplaceStep, type Step } from "prosemirror-transform";

/** A step made here that no answer has confirmed. `sent` says which steps of the commit under way it went into. */
export interface Local {
  readonly step: Step;
  readonly inverse: Step;
  readonly sent: Span | null;
  /** For a suggestion, or an edit among suggestions: what it belongs to, the same for all its steps. */
  readonly whole?: Whole;
}

/** Steps that stand or fall together, and how they travel. */
export interface Whole {
  readonly travel: "suggest" | "whole";
}

/** Steps of the commit: the first, and how many. */
interface Span {
  readonly first: number;
  readonly count: number;
}

/** Steps in one commit, and about how many characters of them. */
export const MOST_STEPS = 64;
export const MOST_WHOLE_STEPS = 1_024;
const MOST_LENGTH = 200_000;

/**
 * Steps as they travel: runs of typing are one step, a set of marks is taken apart (the log knows no sets). Only what
 * travels in the same way goes together, and what is whole is not cut.
 */
export function pack(locals: readonly Local[]): { steps: Step[]; spans: Span[] } {
  const travel = locals[0]?.whole?.travel;
  const other = locals.findIndex((local) => local.whole?.travel !== travel);
  const alike = other < 0 ? locals : locals.slice(0, other);
  if (!travel) return packed(alike, MOST_STEPS);
  // Edits among suggestions are judged one by one; suggestions of one person are one suggestion more.
  const several = travel === "suggest";
  for (let end = alike.length; several && boundaryBefore(alike, end); end = boundaryBefore(alike, end)) {
    const made = packed(alike.slice(0, end), MOST_WHOLE_STEPS);
    if (made.spans.length === end) return made;
  }
  const [first] = alike;
  const own = alike.filter((local) => local.whole === first?.whole);
  return packed(own, Infinity, Infinity);
}

/** Where the last whole thing before the place begins. */
function boundaryBefore(locals: readonly Local[], end: number): number {
  let start = end - 1;
  while (start > 0 && locals[start - 1]?.whole === locals[start]?.whole) start--;
  return Math.max(0, start);
}

function packed(locals: readonly Local[], most: number, longest = MOST_LENGTH): { steps: Step[]; spans: Span[] } {
  const steps: Step[] = [];
  const spans: Span[] = [];
  let length = 0;
  for (const local of locals) {
    const parts = partsOf(local.step);
    const [part] = parts;
    const last = steps[steps.length - 1];
    const merged = parts.length === 1 && last && part ? mergedTyping(last, part) : null;
    const more = JSON.stringify(local.step.toJSON()).length;
    if (steps.length && (length + more > longest || (!merged && steps.length + parts.length > most))) break;
    length += more;
    if (merged) {
      steps[steps.length - 1] = merged;
      spans.push({ first: steps.length - 1, count: 1 });
    } else {
      spans.push({ first: steps.length, count: parts.length });
      steps.push(...parts);
    }
  }
  return { steps, spans };
}

/** What the commit's steps are by now, each null once it cannot be told: the locals moved or fell since they were sent. */
export function regrouped(locals: readonly Local[], count: number): (Step | null)[] {
  const groups: (Step | null | undefined)[] = new Array<undefined>(count).fill(undefined);
  for (const { step, sent } of locals) {
    if (!sent) continue;
    const parts = partsOf(step);
    for (let place = 0; place < sent.count; place++) {
      const part = parts.length === sent.count ? (parts[place] ?? null) : null;
      const before = groups[sent.first + place];
      groups[sent.first + place] = before === undefined ? part : before && part ? mergedTyping(before, part) : null;
    }
  }
  return groups.map((group) => group ?? null);
}

/** A step as the log knows it: a set of marks is its parts. */
export function partsOf(step: Step): readonly Step[] {
  const set = step as { steps?: readonly Step[] };
  return set.steps ? set.steps.flatMap(partsOf) : [step];
}

export function mergedTyping(one: Step, other: Step): Step | null {
  return one instanceof ReplaceStep && other instanceof ReplaceStep ? one.merge(other) : null;
}

export function sameStep(one: Step, other: Step | undefined): boolean {
  return other !== undefined && JSON.stringify(one.toJSON()) === JSON.stringify(other.toJSON());
}
