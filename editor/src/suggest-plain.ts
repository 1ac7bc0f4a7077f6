// A plain edit among open suggestions: suggested, and accepted at once in the same commit. So there is one code path;
// every question about an edit inside a suggestion has the answer that suggestions have; the authority can judge it.
import type { Node } from "prosemirror-model";
import type { Step } from "prosemirror-transform";
import { Suggesting } from "./suggest-edits.ts";
import { suggestionIds } from "./suggest-layers.ts";
import { resolution } from "./suggest-resolve.ts";
import { translated, type Plain } from "./suggest-translate.ts";

/** The steps of a plain edit among suggestions, the text that they lead to, and where the caret goes. */
export interface Settled {
  readonly steps: readonly Step[];
  readonly doc: Node;
  readonly caret: number | null;
  readonly inside: number | null;
}

/** What an edit does when it is accepted at once; `s` is an id that nothing has. Raises `Refused`. */
export function settled(
  doc: Node,
  s: string,
  fresh: () => string,
  edit: (work: Suggesting) => number | null | void,
): Settled {
  const work = new Suggesting(doc, { mine: (id) => id === s, s, fresh });
  return accepted(work, s, edit(work) ?? null, null);
}

/** The same for a change that comes as steps. */
export function settledSteps(plain: Plain, s: string, fresh: () => string): Settled {
  const { work, caret, inside } = translated(plain, { mine: (id) => id === s, s, fresh });
  return accepted(work, s, caret, inside);
}

/** Whether a change touches what is suggested or could reach it; elsewhere ordinary steps say the same. */
export function isAmongSuggestions({ steps, docs }: Plain): boolean {
  return steps.some((step, place) => {
    const doc = docs[place] as Node;
    let found = false;
    step.getMap().forEach((from, to) => (found ||= isConcerned(doc, from, to)));
    const { from, to, pos } = step as { from?: number; to?: number; pos?: number };
    return found || isConcerned(doc, from ?? pos ?? 0, to ?? pos ?? 0);
  });
}

/** Whether the blocks from before the change to behind it have any suggestion. */
export function isConcerned(doc: Node, from: number, to: number): boolean {
  const [first, last] = [doc.resolve(from).index(0) - 1, doc.resolve(to).indexAfter(0)];
  return doc.content.content.some((child, k) => k >= first && k <= last && suggestionIds(child).size > 0);
}

function accepted(work: Suggesting, s: string, caret: number | null, inside: number | null): Settled {
  const steps = resolution(work.doc, new Set([s]), new Set());
  const doc = steps.reduce((at, step) => step.apply(at).doc as Node, work.doc);
  const moved = (place: number | null) => place && steps.reduce((at, step) => step.getMap().map(at), place);
  return { steps: [...work.steps, ...steps], doc, caret: moved(caret), inside: moved(inside) };
}
