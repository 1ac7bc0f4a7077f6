// What the connection needs of the page.
import type { Node } from "prosemirror-model";
import type { EditorState, Transaction } from "prosemirror-state";
import type { Commit } from "./collab.ts";
import type { Can, Cursor, Present, Standing, SuggestionRow, Thread } from "./frames.ts";

/** Why words are shown to be copied. */
export type Loss = "moved" | "reopened" | "refused" | "left";

/** Does again what was refused, where its place is certain; false when it is not. */
export type Again = () => boolean;

/** What the connection needs of the page. */
export interface Host {
  state(): EditorState | null;
  /** Before anything that was told is taken in. */
  ready(): void;
  /** Puts the text on the page, at first and again when the old copy is of no use; `taken` makes it of the old one. */
  open(doc: Node, standing: Standing, taken: Transaction | null): void;
  dispatch(tr: Transaction): void;
  /** What must be done before the commit under way is sent; null when nothing must. */
  beforeSending(): Promise<void> | null;
  /** After each change of phase, of rights, or of what is saved. */
  changed(): void;
  threads(list: readonly Thread[]): void;
  people(list: readonly Present[], you: string | undefined): void;
  cursors(list: readonly Cursor[]): void;
  commit(commit: Commit): void;
  /** `again` does it once more where its place is certain; false when it is not. */
  lost(words: string, why: Loss, refusal?: { title: string; detail: string }, again?: Again | null): void;
  told(refusal: { title: string; detail: string }, again?: Again | null): void;
  /** Why nothing can be stored now; null when it can again. */
  trouble(reason: { title: string; detail: string } | null): void;
  /** Whether one may write, why not, and in which state the version is. */
  rights(can: Can, why: string, state: string): void;
  /** The key with which ids of suggestions made here begin. */
  session(key: string): void;
  suggestions(list: readonly SuggestionRow[]): void;
  /** Whether what leads from one text to the other is the writer's suggestion still, after others' words moved it. */
  isLawful(before: Node, after: Node): boolean;
  /** The reason that goes with what is newly suggested between the two texts; "" for none. */
  noteFor(before: Node, after: Node): string;
  /** How to suggest once more what led from one text to the other; null where that cannot be told. */
  again(before: Node, after: Node): Again | null;
}
