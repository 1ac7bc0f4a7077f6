// The frames of the live protocol, as docs/live-protocol.md has them.
import type { Commit, Flight } from "./collab.ts";

export interface Person {
  readonly id: string;
  readonly name: string;
}

export interface Present extends Person {
  readonly client: string;
}

export interface Comment {
  readonly id: string;
  readonly by: Person;
  readonly at: string;
  readonly text: string;
}

/** Somebody, or a team. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface Thread {
  readonly id: string;
  readonly revision: number;
  readonly from: number | null;
  readonly to: number | null;
  readonly quote: string;
  readonly removed: boolean;
  readonly removed_by?: string | null;
  readonly section: string;
  readonly blocking: boolean;
  readonly suggestion: string;
  /** The one team that may know of it, and whom it waits for until which day. */
  readonly lane: Named | null;
  readonly assigned_to: Person | null;
  readonly due_on: string | null;
  readonly open: boolean;
  readonly by: Person;
  readonly at: string;
  readonly comments: readonly Comment[];
}

export interface Cursor extends Present {
  readonly revision: number;
  readonly anchor: number;
  readonly head: number;
}

/** What one may do with the text: suggest only, or edit (and suggest). */
export type Can = "edit" | "suggest" | "read";

/** A suggestion as the authority has it; what it does is read from the text. */
export interface SuggestionRow {
  readonly id: string;
  readonly by: Person;
  readonly at: string;
  readonly note: string | null;
  readonly state: "open" | "accepted" | "rejected" | "withdrawn" | "overtaken";
}

export interface Standing {
  readonly revision: number;
  readonly can: Can;
  /** Whether one may decide on others' suggestions. */
  readonly decide?: boolean;
  /** The key with which ids of suggestions made here begin. */
  readonly session?: string;
  readonly suggestions?: readonly SuggestionRow[];
  readonly state: string;
  readonly you: Person & { readonly client?: string };
  readonly threads: readonly Thread[];
  readonly people: readonly Present[];
}

export type FromAuthority =
  | ({ readonly t: "init"; readonly doc: unknown; readonly hash: string } & Standing)
  | ({ readonly t: "catchup"; readonly commits: readonly Commit[] } & Standing)
  | { readonly t: "commits"; readonly list: readonly Commit[] }
  | { readonly t: "nack"; readonly ref: string; readonly code: string; readonly title: string; readonly detail: string }
  | ({ readonly t: "state"; readonly why: string } & Pick<Standing, "can" | "decide" | "session" | "state">)
  | { readonly t: "threads"; readonly list: readonly Thread[] }
  | { readonly t: "suggestions"; readonly list: readonly SuggestionRow[] }
  | { readonly t: "people"; readonly list: readonly Present[] }
  | { readonly t: "cursors"; readonly list: readonly Cursor[] }
  | { readonly t: "hash"; readonly revision: number; readonly hash: string }
  | { readonly t: "reload"; readonly code: string; readonly title: string; readonly detail: string }
  | { readonly t: "trouble"; readonly code: string; readonly title: string; readonly detail: string }
  | { readonly t: "pong" };

/** The frame with every step in full: plain words put in travel as `[position, text]`. */
export function spread(frame: FromAuthority): FromAuthority {
  if (frame.t === "commits") return { ...frame, list: frame.list.map(whole) };
  if (frame.t === "catchup") return { ...frame, commits: frame.commits.map(whole) };
  return frame;
}

function whole(commit: Commit): Commit {
  const steps = commit.steps.map((step) => {
    if (!Array.isArray(step)) return step;
    const [at, text] = step as [number, string];
    return { stepType: "replace", from: at, to: at, slice: { content: [{ type: "text", text }] } };
  });
  return { ...commit, steps };
}

export type ToAuthority =
  | { readonly t: "open"; readonly schema: string; readonly have: number | null }
  | ({ readonly t: "commit" } & Flight)
  | {
      readonly t: "resolve";
      readonly ref: string;
      readonly base: number;
      readonly accept: readonly string[];
      readonly reject: readonly string[];
    }
  | { readonly t: "cursor"; readonly revision: number; readonly anchor: number; readonly head: number }
  | { readonly t: "ping" };
