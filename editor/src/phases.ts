// The life of a connection as one table: which happening leads from which phase to which.

export type Phase = "opening" | "live" | "read-only" | "offline" | "gone";
export type Happening = "opened-to-edit" | "opened-to-read" | "closed" | "retry" | "ended";

const TABLE: Readonly<Record<Phase, Partial<Readonly<Record<Happening, Phase>>>>> = {
  opening: { "opened-to-edit": "live", "opened-to-read": "read-only", closed: "offline", ended: "gone" },
  live: { "opened-to-edit": "live", "opened-to-read": "read-only", closed: "offline", ended: "gone" },
  "read-only": { "opened-to-edit": "live", "opened-to-read": "read-only", closed: "offline", ended: "gone" },
  offline: { retry: "opening", closed: "offline", ended: "gone" },
  gone: {},
};

/** Where the happening leads; what the table does not name changes nothing. */
export function after(phase: Phase, happening: Happening): Phase {
  return TABLE[phase][happening] ?? phase;
}

/** Close codes after which no opening again helps, with why. */
export const ENDS: Readonly<Record<number, "signed-out" | "forbidden" | "unknown" | "schema">> = {
  4001: "signed-out",
  4003: "forbidden",
  4004: "unknown",
  4010: "schema",
  4403: "forbidden",
};

/** How long to wait before the next attempt, in milliseconds: twice as long each time, up to 15 s, never all at once. */
export function patience(attempts: number, chance: number): number {
  return Math.min(15_000, 400 * 2 ** Math.min(attempts, 6)) * (0.6 + 0.4 * chance);
}
