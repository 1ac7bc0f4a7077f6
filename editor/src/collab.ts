// What a writer shares with the authority: steps not yet confirmed, the commit under way, and how they move over others'.
// No DOM and no network: tests/conformance runs this very module against an authority with delays and cuts.
import { Slice, type Node } from "prosemirror-model";
import { Plugin, PluginKey, Selection, TextSelection, type EditorState, type Transaction } from "prosemirror-state";
import { AddMarkStep, Mapping, RemoveMarkStep, ReplaceStep, Step } from "prosemirror-transform";
import { difference } from "./difference.ts";
import { mergedTyping, pack, partsOf, regrouped, sameStep, type Local, type Whole } from "./packing.ts";
import { schema } from "./schema.ts";

/** The commit under way, exactly as it was sent: sent again after a cut it is the same commit. */
export interface Flight {
  readonly ref: string;
  readonly base: number;
  readonly steps: readonly unknown[];
  readonly kind?: "suggest";
  readonly whole?: true;
  /** The reason that goes with a suggestion. */
  readonly note?: string;
}

/** A commit of the log as it comes over the wire. */
export interface Commit {
  readonly revision: number;
  readonly ref: string;
  readonly by: { readonly id: string; readonly name: string };
  readonly steps: readonly unknown[];
  readonly kept?: readonly number[];
}

export interface Shared {
  readonly revision: number;
  readonly locals: readonly Local[];
  readonly flight: Flight | null;
  /** A commit was refused whole: words and structure go in commits of their own, until all of it is gone. */
  readonly apart?: boolean;
}

/** What another's commit did to one's own words: the transaction, and steps that found no place any more. */
export interface Arrival {
  readonly tr: Transaction;
  readonly lost: readonly Step[];
}

/** The log and this copy do not fit together: the text must be opened again. */
export class Diverged extends Error {}

export const sharing = new PluginKey<Shared>("sharing");

/** Says of a transaction how its steps travel, when it is a suggestion or an edit among suggestions. */
export const TRAVEL = "travel";

/** Collects the steps made here. `historyPreserveItems` keeps one item of undo for each step, so that it can be moved. */
export function sharedPlugin(revision: number): Plugin<Shared> {
  return new Plugin<Shared>({
    key: sharing,
    historyPreserveItems: true,
    state: {
      init: () => ({ revision, locals: [], flight: null }),
      apply(tr, shared) {
        const next = tr.getMeta(sharing) as Shared | undefined;
        if (next) return next;
        if (!tr.docChanged) return shared;
        return { ...shared, locals: [...shared.locals, ...localsOf(tr)] };
      },
    },
  });
}

export function sharedState(state: EditorState): Shared {
  const shared = sharing.getState(state);
  if (!shared) throw new Error("the state shares nothing");
  return shared;
}

/** Whether a transaction brings what the authority sent, and was not made here. */
export function isFromAuthority(tr: Transaction): boolean {
  return tr.getMeta(sharing) !== undefined;
}

/** Puts what waits into a commit, a suggestion with its reason; null when nothing waits or a commit is under way. */
export function departure(state: EditorState, ref: string, note = ""): Transaction | null {
  const shared = sharedState(state);
  if (shared.flight || !shared.locals.length) return null;
  const packed = pack(shared.apart ? firstRun(shared.locals) : shared.locals);
  const apart = shared.apart === true && packed.spans.length < shared.locals.length;
  const locals = shared.locals.map((local, place) => ({ ...local, sent: packed.spans[place] ?? null }));
  if (!packed.steps.length) {
    return state.tr.setMeta(sharing, { ...shared, apart, locals: locals.slice(packed.spans.length) });
  }
  const travel = { suggest: { kind: "suggest" }, whole: { whole: true } } as const;
  const first = shared.locals[0]?.whole;
  const steps = packed.steps.map((step) => step.toJSON() as unknown);
  const flight = { ref, base: shared.revision, steps, ...(first && travel[first.travel]), ...(note && { note }) };
  return state.tr.setMeta(sharing, { ...shared, apart, locals, flight }).setMeta("addToHistory", false);
}

/** Takes a commit of the log into the text, one's own or another's: `me` is who writes here, a name may be anybody's. */
export function arrival(state: EditorState, commit: Commit, me = commit.by.id): Arrival {
  const { flight, revision } = sharedState(state);
  const steps = commit.steps.map(stepOf);
  if (commit.revision - steps.length !== revision) throw new Diverged(`revision ${commit.revision} after ${revision}`);
  return flight && isOf(flight, commit, me)
    ? ownArrival(state, commit, steps, flight)
    : othersArrival(state, steps, commit.revision);
}

/** Whether a commit of the log is the one under way: the same name, and the same person. */
export function isOf(flight: Flight | null, commit: Commit, me: string): boolean {
  return flight?.ref === commit.ref && commit.by.id === me;
}

/**
 * Takes back the commit under way, which was refused; what was typed since stays where it still has a place.
 * With `everything` that is taken back too: one may no longer write here.
 */
export function refusal(state: EditorState, everything = false): Arrival {
  const { revision, flight, locals } = sharedState(state);
  if (!everything) return replaceFlight(state, [], [], revision, (flight?.steps ?? []).map(stepOf));
  const tr = state.tr;
  for (const local of [...locals].reverse()) must(tr, local.inverse);
  const lost = locals.map((local) => local.step);
  return { tr: finished(state, tr, { revision, locals: [], flight: null }, locals.length), lost };
}

/**
 * Makes the commit under way, which was refused for what it makes of the text, wait again to be sent in parts; null when
 * it has no parts. Two who change a table's structure at once do not lose the words that they wrote beside it.
 */
export function inParts(state: EditorState): Transaction | null {
  const shared = sharedState(state);
  const inFlight = shared.locals.filter((local) => local.sent);
  if (inFlight.some((local) => local.whole)) return null; // a suggestion has no parts
  if (firstRun(inFlight).length === inFlight.length) return null;
  const locals = shared.locals.map((local) => ({ ...local, sent: null }));
  return state.tr.setMeta(sharing, { ...shared, locals, flight: null, apart: true }).setMeta("addToHistory", false);
}

/** What became of the commit under way before the whole text came anew: it is in the text, or it was never taken. */
export type Fate = { readonly kept: readonly number[] } | "refused" | "not taken";

/**
 * Takes the authority's whole text in the place of this copy: caret, undo and what was typed stay where they have a place.
 * A commit that was not taken waits again with the rest; of one that was refused the words are lost.
 */
export function reopening(state: EditorState, doc: Node, revision: number, fate: Fate): Arrival {
  const { locals, flight } = sharedState(state);
  const kept = fate === "not taken" ? locals.map((local) => ({ ...local, sent: null })) : restOf(locals);
  const steps = difference(without(kept, state.doc), doc);
  const { tr, lost } = othersArrival(state, steps, revision, { revision, locals: kept, flight: null });
  const sent = (flight?.steps ?? []).filter((_, place) => isLost(fate, place));
  return { tr, lost: [...sent.map(stepOf), ...lost] };
}

/** What was typed and is in no commit yet. */
export function restOf(locals: readonly Local[]): Local[] {
  return locals.filter((local) => !local.sent);
}

/** The first steps that are all words, or all structure. */
function firstRun(locals: readonly Local[]): readonly Local[] {
  const kind = locals[0] && isOfWords(locals[0]);
  const end = locals.findIndex((local) => isOfWords(local) !== kind);
  return end < 0 ? locals : locals.slice(0, end);
}

/** Whether a step only puts in or takes out what stands in lines, or its marks. */
function isOfWords({ step, inverse }: Local): boolean {
  return partsOf(step).every((part) => part instanceof AddMarkStep || part instanceof RemoveMarkStep || part instanceof ReplaceStep)
    && [step, inverse].every((one) => !(one instanceof ReplaceStep) || isInline(one.slice));
}

function isInline({ content, openStart, openEnd }: Slice): boolean {
  return openStart === 0 && openEnd === 0 && (content.firstChild?.isInline ?? true);
}

function isLost(fate: Fate, place: number): boolean {
  return fate === "refused" || (fate !== "not taken" && !fate.kept.includes(place));
}

/** How many changes wait to be confirmed, a run of typing counted as one. */
export function waiting(state: EditorState): number {
  let last: Step | null = null;
  let count = 0;
  for (const { step } of sharedState(state).locals) {
    const merged: Step | null = last && mergedTyping(last, step);
    if (!merged) count++;
    last = merged ?? step;
  }
  return count;
}

/** The text as the authority has it at the revision: without what is not confirmed. */
export function confirmedDocument(state: EditorState): Node {
  return without(sharedState(state).locals, state.doc);
}

/** The text before and after the suggestions that wait to be sent first; null when none do. */
export function nextSuggestions(state: EditorState): readonly [before: Node, after: Node] | null {
  const { locals, flight } = sharedState(state);
  if (flight || locals[0]?.whole?.travel !== "suggest") return null;
  const end = locals.findIndex((local) => local.whole?.travel !== "suggest");
  return [confirmedDocument(state), without(end < 0 ? [] : locals.slice(end), state.doc)];
}

/** The text before and after the commit under way, as it was sent; null when there is none or it does not apply. */
export function flightTexts(state: EditorState): readonly [before: Node, after: Node] | null {
  const { flight } = sharedState(state);
  const before = confirmedDocument(state);
  let after: Node | null = before;
  for (const step of flight?.steps ?? []) after = after && stepOf(step).apply(after).doc;
  return flight && after && [before, after];
}

/** The words that steps would have written, for their writer to copy. */
export function wordsOf(steps: readonly Step[]): string {
  const words = steps.map((step) => {
    const slice = (step as { slice?: unknown }).slice;
    return slice instanceof Slice ? slice.content.textBetween(0, slice.content.size, "\n", " ") : "";
  });
  return words.join("").trim();
}

function othersArrival(
  state: EditorState,
  steps: readonly Step[],
  revision: number,
  { locals, flight } = sharedState(state),
): Arrival {
  const tr = state.tr;
  for (const local of [...locals].reverse()) must(tr, local.inverse);
  for (const step of steps) must(tr, step);
  const kept: Local[] = [];
  const lost: Step[] = [];
  let mapFrom = locals.length;
  for (const local of locals) {
    const mapped = local.step.map(tr.mapping.slice(mapFrom));
    mapFrom--;
    const before = tr.doc;
    if (mapped && !tried(tr, mapped)) {
      mirror(tr.mapping, mapFrom, tr.steps.length - 1);
      kept.push({ ...local, step: mapped, inverse: mapped.invert(before) });
    } else if (!local.sent) lost.push(local.step);
  }
  return { tr: finished(state, tr, { revision, locals: kept, flight }, locals.length), lost };
}

/** One's own commit: as it stands here when the log says the same, else the log's word for it. */
function ownArrival(state: EditorState, commit: Commit, steps: readonly Step[], flight: Flight): Arrival {
  const kept = commit.kept ?? flight.steps.map((_, place) => place);
  const groups = regrouped(sharedState(state).locals, flight.steps.length);
  const lost = flight.steps.filter((_, place) => !kept.includes(place)).map(stepOf);
  const same = groups.every((group, place) => kept[place] === place && group !== null && sameStep(group, steps[place]));
  if (!same || kept.length !== groups.length) return replaceFlight(state, steps, kept, commit.revision, lost);
  const { locals } = sharedState(state);
  const confirmed = { revision: commit.revision, locals: restOf(locals), flight: null };
  if (steps.length === groups.length) return { tr: finished(state, state.tr, confirmed, 0), lost };
  // The authority added steps of its own, ids for new blocks: they come after ours as another's would.
  const between = state.apply(state.tr.setMeta(sharing, confirmed));
  const added = othersArrival(between, steps.slice(groups.length), commit.revision);
  const tr = state.tr;
  for (const step of added.tr.steps) must(tr, step);
  for (let place = 0; place < added.tr.mapping.maps.length; place++) {
    const twin = added.tr.mapping.getMirror(place);
    if (twin !== undefined && twin > place) mirror(tr.mapping, place, twin);
  }
  const rest = sharedState(between).locals.length;
  return { tr: finished(state, tr, added.tr.getMeta(sharing) as Shared, rest), lost: [...lost, ...added.lost] };
}

/** Rolls everything unconfirmed back, puts the log's steps for the commit in, and moves the rest over them. */
function replaceFlight(
  state: EditorState,
  steps: readonly Step[],
  kept: readonly number[],
  revision: number,
  lost: readonly Step[],
): Arrival {
  const { locals, flight } = sharedState(state);
  const inFlight = locals.filter((local) => local.sent);
  const rest = restOf(locals);
  const tr = state.tr;
  for (const local of [...locals].reverse()) must(tr, local.inverse);
  const groups = regrouped(locals, flight?.steps.length ?? 0);
  const { mapping, places } = rollback(tr.doc, rest, inFlight, groups);
  steps.forEach((step, place) => {
    must(tr, step);
    const group = places.get(kept[place] ?? -1);
    mapping.appendMap(step.getMap(), group);
    const alone = inFlight.findIndex((local) => local.sent?.count === 1 && local.sent.first === kept[place]);
    const shared = inFlight.filter((local) => local.sent?.first === kept[place]).length;
    if (alone >= 0 && shared === 1) mirror(tr.mapping, locals.length - 1 - alone, tr.steps.length - 1);
  });
  const moved: Local[] = [];
  const dropped: Step[] = [...lost];
  rest.forEach((local, place) => {
    const mapped = local.step.map(mapping.slice(rest.length - place));
    const before = tr.doc;
    if (mapped && !tried(tr, mapped)) {
      mapping.appendMap(mapped.getMap(), rest.length - 1 - place);
      mirror(tr.mapping, rest.length - 1 - place, tr.steps.length - 1);
      moved.push({ ...local, step: mapped, inverse: mapped.invert(before), sent: null });
    } else dropped.push(local.step);
  });
  return { tr: finished(state, tr, { revision, locals: moved, flight: null }, locals.length), lost: dropped };
}

/** The way back over one's own steps, the commit's as they were sent; `places` finds each sent step's map in it. */
function rollback(base: Node, rest: readonly Local[], inFlight: readonly Local[], groups: readonly (Step | null)[]) {
  const mapping = new Mapping();
  const places = new Map<number, number>();
  for (const local of [...rest].reverse()) mapping.appendMap(local.inverse.getMap());
  const whole = groups.every((group) => group !== null) && fits(groups as Step[], base);
  if (!whole) {
    for (const local of [...inFlight].reverse()) {
      if (local.sent?.count === 1 && inFlight.filter((other) => other.sent?.first === local.sent?.first).length === 1) {
        places.set(local.sent.first, mapping.maps.length);
      }
      mapping.appendMap(local.inverse.getMap());
    }
    return { mapping, places };
  }
  for (let place = groups.length - 1; place >= 0; place--) {
    places.set(place, mapping.maps.length);
    mapping.appendMap((groups[place] as Step).getMap().invert());
  }
  return { mapping, places };
}

function finished(state: EditorState, tr: Transaction, shared: Shared, rebased: number): Transaction {
  if (tr.docChanged) tr.setSelection(movedSelection(state.selection, tr));
  return tr.setMeta("rebased", rebased).setMeta("addToHistory", false).setMeta(sharing, { apart: sharedState(state).apart, ...shared });
}

/** Others' words that arrive where one's own caret stands do not push it along. */
function movedSelection(selection: Selection, tr: Transaction): Selection {
  const at = (position: number) => tr.doc.resolve(tr.mapping.map(position, -1));
  if (selection instanceof TextSelection) return TextSelection.between(at(selection.anchor), at(selection.head));
  try {
    return selection.map(tr.doc, tr.mapping);
  } catch {
    return Selection.near(at(selection.head)); // the node that was selected is another now
  }
}

/** The document before one's own steps that end it. */
function without(locals: readonly Local[], doc: Node): Node {
  return [...locals].reverse().reduce((at, local) => applied(local.inverse, at), doc);
}

function fits(steps: readonly Step[], doc: Node): boolean {
  let at = doc;
  for (const step of steps) {
    const result = step.apply(at);
    if (!result.doc) return false;
    at = result.doc;
  }
  return true;
}

function localsOf(tr: Transaction): Local[] {
  const travel = tr.getMeta(TRAVEL) as Whole["travel"] | undefined;
  const whole = travel && { travel };
  return tr.steps.map((step, place) => {
    const local = { step, inverse: step.invert(tr.docs[place] as Node), sent: null };
    return whole ? { ...local, whole } : local;
  });
}

function stepOf(json: unknown): Step {
  return Step.fromJSON(schema, json);
}

/** Says that two maps of a mapping undo each other; the library has this for its own modules only. */
function mirror(mapping: Mapping, one: number, other: number): void {
  (mapping as unknown as { setMirror(one: number, other: number): void }).setMirror(one, other);
}

function must(tr: Transaction, step: Step): void {
  const failed = tried(tr, step);
  if (failed) throw new Diverged(failed);
}

function applied(step: Step, doc: Node): Node {
  const result = step.apply(doc);
  if (!result.doc) throw new Diverged(result.failed ?? "step does not apply");
  return result.doc;
}

/** Why the step does not apply; null when it did. */
function tried(tr: Transaction, step: Step): string | null {
  try {
    return tr.maybeStep(step).failed;
  } catch (error) {
    return error instanceof Error ? error.message : "step does not apply";
  }
}
