// The whole text came anew while a commit was under way: only its answer tells whether it is in that text, so it is sent
// again, and until then the text and all that follows it wait.
import type { Node } from "prosemirror-model";
import type { EditorState, Transaction } from "prosemirror-state";
import { Step } from "prosemirror-transform";
import { Diverged, isOf, reopening, restOf, sharedState, type Arrival, type Commit, type Fate, type Flight } from "./collab.ts";
import { schema } from "./schema.ts";

export class Anew {
  /** The text as the log has it by now, and its revision. */
  doc: Node;
  revision: number;
  private readonly flight: Flight | null;
  private readonly me: string;

  constructor(state: EditorState, doc: Node, revision: number, me: string) {
    this.doc = doc;
    this.revision = revision;
    this.flight = sharedState(state).flight;
    this.me = me;
  }

  /** Whether nothing is under way whose answer the text must wait for. */
  get isClear(): boolean {
    return this.flight === null;
  }

  /** Takes what is logged after the text; the fate of the commit under way when this is it. */
  take(commit: Commit): Fate | null {
    if (commit.revision > this.revision) {
      if (commit.revision - commit.steps.length !== this.revision) throw new Diverged("the log has a gap");
      for (const step of commit.steps) {
        const { doc } = Step.fromJSON(schema, step).apply(this.doc);
        if (!doc) throw new Diverged("a step of the log does not apply");
        this.doc = doc;
      }
      this.revision = commit.revision;
    }
    if (!isOf(this.flight, commit, this.me)) return null;
    return { kept: commit.kept ?? (this.flight?.steps ?? []).map((_, place) => place) };
  }

  /** The same; of a copy that is past mending all that it holds, not known as durable, is lost. */
  openingOrLoss(state: EditorState, fate: Fate): { tr: Transaction | null; lost: readonly Step[] } {
    try {
      return this.opening(state, fate);
    } catch (error) {
      console.error(error);
      const { locals } = sharedState(state);
      return { tr: null, lost: (typeof fate === "object" ? restOf(locals) : locals).map((local) => local.step) };
    }
  }

  /** What becomes of the copy. */
  opening(state: EditorState, fate: Fate): Arrival {
    return reopening(state, this.doc, this.revision, fate);
  }
}
