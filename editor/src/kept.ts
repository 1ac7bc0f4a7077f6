// What was typed and is not known to be durable, kept in this browser until it is: a closed tab loses nothing.
// Plain IndexedDB: three requests need no library. A record belongs to one person, one version and one tab; it is read for
// that person alone, and signing out leaves it for their return. One that nobody came back for goes after a month.
import type { Node } from "prosemirror-model";
import type { EditorState, Transaction } from "prosemirror-state";
import { Step } from "prosemirror-transform";
import { confirmedDocument, Diverged, sharedState, sharing, wordsOf, type Flight } from "./collab.ts";
import type { Local } from "./packing.ts";
import { schema as model } from "./schema.ts";

/** A tab's unconfirmed steps, on the text that they were made on; `words` is what a person can read of them. */
export interface Unsent {
  readonly person: string;
  readonly version: string;
  readonly tab: string;
  readonly schema: string;
  readonly at: number;
  readonly revision: number;
  readonly doc: string;
  readonly flight: Flight | null;
  readonly locals: readonly KeptStep[];
  readonly words: string;
}

/** A step as it is kept; those with the same `group` stand or fall together. */
interface KeptStep {
  readonly step: unknown;
  readonly sent: Local["sent"];
  readonly group: number;
  readonly whole: Local["whole"] | null;
}

const STORE = "unsent";
const MONTH = 30 * 24 * 60 * 60 * 1000;
/** Most answers come sooner: then nothing is written. */
const WAIT = 150;
/** A store that does not answer must not hold back what is to be sent. */
const PATIENCE = 1_000;

export class Keeper {
  private readonly person: string;
  private readonly version: string;
  private readonly schema: string;
  private readonly changed: () => void;
  private tab = crypto.getRandomValues(new Uint32Array(3)).join("-");
  private base: Promise<IDBDatabase> | null = null;
  /** The state that the store has; null when it has none. */
  private stored: EditorState | null = null;
  private timer = 0;
  private last: EditorState | null = null;
  private writing: Promise<void> | null = null;
  /** Whether the browser refused to keep anything. */
  failed = false;

  constructor(person: string, version: string, schema: string, changed: () => void) {
    this.person = person;
    this.version = version;
    this.schema = schema;
    this.changed = changed;
    void hold(lockOf(this.tab));
    document.addEventListener("visibilitychange", () => document.hidden && this.writeNow());
    window.addEventListener("pagehide", () => this.writeNow());
  }

  /** What closed tabs of this person left in this version, oldest first. The first is this tab's own from now on. */
  async left(): Promise<Unsent[]> {
    try {
      const all = await this.ask<Unsent[]>("readonly", (store) => store.getAll());
      for (const old of all.filter((one) => one.at < Date.now() - MONTH)) await this.forget(old);
      const mine = all.filter((one) => one.person === this.person && one.version === this.version);
      const found: Unsent[] = [];
      for (const one of mine.sort((a, b) => a.at - b.at)) if (await hold(lockOf(one.tab))) found.push(one);
      return found;
    } catch {
      this.fail();
      return [];
    }
  }

  /** Goes on with what another tab left: its record is this tab's, until all of it is confirmed. */
  adopt(unsent: Unsent, state: EditorState): void {
    this.tab = unsent.tab;
    this.stored = this.last = state;
  }

  async forget({ person, version, tab }: Pick<Unsent, "person" | "version" | "tab">): Promise<void> {
    await this.ask("readwrite", (store) => store.delete([person, version, tab]));
  }

  /** To be called after each change. */
  note(state: EditorState): void {
    this.last = state;
    if (!sharedState(state).locals.length) {
      window.clearTimeout(this.timer);
      this.timer = 0;
      if (this.stored || this.writing) this.writeNow();
    } else if (!this.timer && !this.isKept(state)) this.timer = window.setTimeout(() => this.writeNow(), WAIT);
  }

  /** Whether all that is unconfirmed is in the store. */
  isKept(state: EditorState): boolean {
    return this.stored !== null && sharedState(this.stored).locals === sharedState(state).locals;
  }

  /**
   * Before a commit is sent: what the store holds must name it first, or coming back would send the same words under
   * another name. Null when the store holds nothing.
   */
  beforeSending(state: EditorState): Promise<void> | null {
    if (!this.stored && !this.writing) return null;
    this.last = state;
    const patience = new Promise<void>((go) => window.setTimeout(go, PATIENCE));
    return Promise.race([this.writeNow(), patience]);
  }

  /** Writes the newest state; writes follow each other, so that the last one stands. */
  private writeNow(): Promise<void> {
    window.clearTimeout(this.timer);
    this.timer = 0;
    const before = this.writing ?? Promise.resolve();
    const mine: Promise<void> = before.then(() => this.write(this.last)).finally(() => {
      if (this.writing === mine) this.writing = null;
    });
    this.writing = mine;
    return mine;
  }

  private async write(state: EditorState | null): Promise<void> {
    if (!state) return;
    try {
      if (!sharedState(state).locals.length) {
        await this.forget({ person: this.person, version: this.version, tab: this.tab });
        this.stored = null;
      } else if (!this.isKept(state)) {
        const record = this.record(state);
        await this.ask("readwrite", (store) => store.put(record));
        this.stored = state;
      } else return;
      if (this.failed) {
        this.failed = false;
        this.changed();
      }
    } catch {
      this.stored = null;
      this.fail();
    }
  }

  private record(state: EditorState): Unsent {
    const { revision, flight, locals } = sharedState(state);
    const { person, version, tab, schema } = this;
    return {
      ...{ person, version, tab, schema, revision, flight, at: Date.now() },
      doc: JSON.stringify(confirmedDocument(state).toJSON()),
      locals: locals.map(({ step, sent, whole }) => ({
        ...{ step: step.toJSON() as unknown, sent, whole: whole ?? null },
        group: locals.findIndex((local) => local.whole === whole),
      })),
      words: wordsOf(locals.map(({ step }) => step)),
    };
  }

  private fail(): void {
    if (this.failed) return;
    this.failed = true;
    this.changed();
  }

  private async ask<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest): Promise<T> {
    this.base ??= opened();
    const base = await this.base;
    return new Promise((go, fail) => {
      const transaction = base.transaction(STORE, mode);
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => go(request.result as T);
      transaction.onabort = transaction.onerror = () => fail(transaction.error ?? request.error);
    });
  }
}

/** The text that the steps were made on. Raises when the record cannot be read. */
export function keptDocument(unsent: Unsent): Node {
  return model.nodeFromJSON(JSON.parse(unsent.doc));
}

/** The state as it was in the tab that closed, made of a fresh one that holds `keptDocument`. */
export function restoring(state: EditorState, { revision, flight, locals }: Unsent): Transaction {
  const tr = state.tr;
  const wholes = new Map(locals.map(({ group, whole }) => [group, whole]));
  const restored = locals.map(({ step: json, sent, group }): Local => {
    const step = Step.fromJSON(model, json);
    const before = tr.doc;
    const { failed } = tr.maybeStep(step);
    if (failed) throw new Diverged(failed);
    const whole = wholes.get(group);
    return { step, inverse: step.invert(before), sent, ...(whole ? { whole } : {}) };
  });
  return tr.setMeta(sharing, { revision, flight, locals: restored }).setMeta("addToHistory", false);
}

function opened(): Promise<IDBDatabase> {
  return new Promise((go, fail) => {
    const request = indexedDB.open("charte", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: ["person", "version", "tab"] });
    request.onsuccess = () => go(request.result);
    request.onerror = () => fail(request.error);
    request.onblocked = () => fail(new Error("blocked"));
  });
}

function lockOf(tab: string): string {
  return `charte-tab-${tab}`;
}

/**
 * Holds a lock for as long as this page lives; false when another page holds it. A tab that lives keeps its own words,
 * also one that is asleep. Without locks (no secure connection) nobody can tell: then every record counts as left.
 */
function hold(name: string): Promise<boolean> {
  if (!("locks" in navigator)) return Promise.resolve(true);
  return new Promise((go) => {
    void navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      go(lock !== null);
      return lock ? new Promise<void>(() => undefined) : undefined;
    });
  });
}
