// Positions at some revision of the log, found again in the text as it stands here.
import type { EditorState } from "prosemirror-state";
import { Step, type StepMap } from "prosemirror-transform";
import { sharedState, type Commit } from "./collab.ts";
import { schema } from "./schema.ts";

const MOST_MAPS = 2_000;

export class Places {
  private maps: StepMap[] = [];
  private revision: number;

  constructor(revision: number) {
    this.revision = revision;
  }

  /** To be told of each commit, in order. */
  remember(commit: Commit): void {
    this.revision = commit.revision;
    this.maps.push(...commit.steps.map((step) => Step.fromJSON(schema, step).getMap()));
    if (this.maps.length > MOST_MAPS) this.maps = this.maps.slice(-MOST_MAPS);
  }

  /** Where a position at a revision is in this text now; null when that is too long ago, or not here yet. */
  here(state: EditorState, position: number, revision: number, side: 1 | -1): number | null {
    const behind = this.revision - revision;
    if (behind < 0 || behind > this.maps.length) return null;
    const since = behind ? this.maps.slice(-behind) : [];
    const own = sharedState(state).locals.map((local) => local.step.getMap());
    const found = [...since, ...own].reduce((at, map) => map.map(at, side), position);
    return found <= state.doc.content.size ? found : null;
  }
}
