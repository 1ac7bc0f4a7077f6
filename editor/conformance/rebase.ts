// Moves steps made on one document behind others made on it, as guidelines/steps.py does it.
import type { Node } from "prosemirror-model";
import { Mapping, type Step } from "prosemirror-transform";

/** Back through one's own maps, forward through the others', with mirrors. */
export function rebased(steps: readonly Step[], over: readonly Step[], doc: Node) {
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

export function attempted(step: Step, doc: Node): Node | null {
  try {
    return step.apply(doc).doc;
  } catch {
    return null;
  }
}
