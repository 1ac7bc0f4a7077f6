// The editor's end of the live protocol: opens, sends what was typed, takes what others typed, comes back after a cut.
import { Node } from "prosemirror-model";
import type { EditorState, Transaction } from "prosemirror-state";
import { documentHash, type NodeJson } from "./canonical.ts";
import { Anew } from "./anew.ts";
import {
  arrival,
  confirmedDocument,
  departure,
  flightTexts,
  inParts,
  isOf,
  nextSuggestions,
  refusal,
  sharedState,
  wordsOf,
  type Arrival,
  type Commit,
  type Fate,
} from "./collab.ts";
import { spread, type Can, type FromAuthority, type Standing, type ToAuthority } from "./frames.ts";
import type { Again, Host, Loss } from "./host.ts";
import { after, ENDS, patience, type Happening, type Phase } from "./phases.ts";
import { schema as model } from "./schema.ts";

const PING = 20_000;
const SILENCE = 45_000;
const CURSOR = 300;
const MOST_FAULTS = 4;
/** Answers that leave a commit to be made again: on a text too old to be known, or when something failed there. */
const NOT_TAKEN: ReadonlySet<string> = new Set(["version_gone", "fault"]);

export class Connection {
  phase: Phase = "opening";
  can: Can = "read";
  /** Whether one may decide on others' suggestions. */
  decides = false;
  /** Why the phase is `gone`, or in words of the authority. */
  end: { reason: string; title: string; detail: string } | null = null;
  since = 0;
  private socket: WebSocket | null = null;
  private attempts = 0;
  private faults = 0;
  private afresh = true;
  /** The whole text that waits for the answer to the commit under way, and what came after it. */
  private waiting: { anew: Anew; standing: Standing; since: FromAuthority[] } | null = null;
  /** Who writes here: the page is theirs. */
  private readonly me: string;
  /** The texts before and after the suggestions that wait, as they were before others' commits moved them. */
  private meant: readonly [before: Node, after: Node] | null = null;
  private heard = 0;
  private made = 0;
  /** The name of the newest decision, for its refusal. */
  private deciding = "";
  private pointed = 0;
  private timers: { retry: number; ping: number; point: number } = { retry: 0, ping: 0, point: 0 };
  private readonly name = Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(36)).join("");
  private readonly url: string;
  private readonly schema: string;
  private readonly host: Host;

  constructor(url: string, schema: string, me: string, host: Host) {
    this.url = url;
    this.schema = schema;
    this.me = me;
    this.host = host;
    window.addEventListener("online", () => this.retry());
    window.addEventListener("offline", () => this.cut());
    window.addEventListener("pagehide", () => this.socket?.close());
    window.addEventListener("pageshow", (event) => event.persisted && this.retry());
  }

  /** Whether something typed is not yet known to be durable. */
  get unsent(): boolean {
    const state = this.host.state();
    return state !== null && sharedState(state).locals.length > 0;
  }

  /** `goesOn` says that the copy is an earlier one, to be brought up to date. */
  start(goesOn: boolean): void {
    this.afresh = !goesOn;
    this.dial();
  }

  /** Tries at once, instead of when the wait is over. */
  retry(): void {
    if (this.phase !== "offline") return;
    window.clearTimeout(this.timers.retry);
    this.move("retry");
    this.dial();
  }

  /** To be called after each change of the text: sends what waits, when nothing is under way. */
  flush(): void {
    const state = this.host.state();
    if (this.phase !== "live" || !state) return;
    const next = nextSuggestions(state);
    if (next && !this.host.isLawful(...next)) {
      const again = this.meant && this.host.again(...this.meant);
      this.meant = null;
      return this.apply(refusal(state, true), "moved", again);
    }
    this.meant = null;
    const note = next ? this.host.noteFor(...next) : "";
    const tr = departure(state, `${this.name}-${++this.made}`, note);
    if (!tr) return;
    this.host.dispatch(tr);
    const { socket } = this;
    const waits = this.host.beforeSending();
    if (!waits) return this.sendFlight();
    void waits.then(() => socket === this.socket && this.sendFlight());
  }

  /** Decides on suggestions; false when there is no connection. */
  resolve(accept: readonly string[], reject: readonly string[]): boolean {
    const state = this.host.state();
    if (!state || this.phase !== "live") return false;
    this.deciding = `${this.name}-${++this.made}`;
    this.send({ t: "resolve", ref: this.deciding, base: sharedState(state).revision, accept, reject });
    return true;
  }

  /** To be called when the selection moves; sent a few times a second at most. */
  point(): void {
    if (this.timers.point) return;
    const wait = Math.max(0, CURSOR - (Date.now() - this.pointed));
    this.timers.point = window.setTimeout(() => this.sendCursor(), wait);
  }

  private move(happening: Happening): void {
    const next = after(this.phase, happening);
    if (next === "offline" && this.phase !== "offline") this.since = Date.now();
    this.phase = next;
    this.host.changed();
  }

  private dial(): void {
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.onopen = () => {
      const state = this.host.state();
      this.send({ t: "open", schema: this.schema, have: state && !this.afresh ? sharedState(state).revision : null });
    };
    socket.onmessage = (event) => {
      if (socket === this.socket) this.hear(String(event.data));
    };
    socket.onclose = (event) => {
      if (socket === this.socket) this.closed(event.code);
    };
    this.heard = Date.now();
    window.clearInterval(this.timers.ping);
    this.timers.ping = window.setInterval(() => this.ping(), PING);
  }

  private closed(code: number): void {
    this.socket = null;
    this.waiting = null;
    window.clearInterval(this.timers.ping);
    const reason = ENDS[code];
    if (reason) return this.finish(reason, "", "");
    if (code === 4009) this.afresh = true;
    this.move("closed");
    if (this.phase !== "offline") return;
    window.clearTimeout(this.timers.retry);
    this.timers.retry = window.setTimeout(() => this.retry(), patience(this.attempts++, Math.random()));
  }

  private finish(reason: string, title: string, detail: string): void {
    this.end ??= { reason, title, detail };
    this.move("ended");
    this.socket?.close();
  }

  /** Ends a socket that is open and of no use. */
  private cut(): void {
    const { socket } = this;
    if (!socket) return;
    this.socket = null;
    socket.close();
    this.closed(1006);
  }

  private ping(): void {
    if (Date.now() - this.heard > SILENCE) this.cut();
    else this.send({ t: "ping" });
  }

  private send(frame: ToAuthority): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  private hear(text: string): void {
    this.heard = Date.now();
    try {
      this.host.ready();
      this.take(spread(JSON.parse(text) as FromAuthority));
    } catch (error) {
      // Whatever went wrong, the log is right: the text is opened again, and what was typed since is shown.
      console.error(error);
      this.openAgain();
    }
  }

  private take(frame: FromAuthority): void {
    if (this.waiting && frame.t !== "reload" && frame.t !== "trouble") return this.decide(frame);
    switch (frame.t) {
      // Somebody else has signed in meanwhile: the words on this page are not theirs.
      case "init":
        if (frame.you.id !== this.me) return this.finish("another", "", "");
        return this.opened(frame.doc, frame);
      case "catchup":
        if (frame.you.id !== this.me) return this.finish("another", "", "");
        return this.caughtUp(frame.commits, frame);
      case "commits":
        return this.commits(frame.list);
      case "nack":
        return this.refused(frame);
      case "state":
        return this.rights(frame, frame.why);
      case "threads":
        return this.host.threads(frame.list);
      case "suggestions":
        return this.host.suggestions(frame.list);
      case "people":
        return this.host.people(frame.list, undefined);
      case "cursors":
        return this.host.cursors(frame.list);
      case "hash":
        return this.compare(frame.revision, frame.hash);
      case "reload":
        return this.finish(frame.code, frame.title, frame.detail);
      case "trouble":
        return this.host.trouble(frame);
      case "pong":
        return;
    }
  }

  /** The whole text: at once, or when it is known whether the commit under way is in it. */
  private opened(json: unknown, standing: Standing): void {
    const state = this.host.state();
    const doc = Node.fromJSON(model, json);
    if (!state) return this.open(doc, standing, null);
    const anew = new Anew(state, doc, standing.revision, this.me);
    if (anew.isClear) return this.openAnew(anew, { kept: [] }, standing);
    if (++this.faults >= MOST_FAULTS) return this.openAnew(anew, "refused", standing);
    this.waiting = { anew, standing, since: [] };
    this.sendFlight();
  }

  /** Takes what comes while the whole text waits, until the answer to the commit under way is there. */
  private decide(frame: FromAuthority): void {
    const state = this.host.state();
    if (!this.waiting || !state) return;
    const { anew, standing, since } = this.waiting;
    const { flight } = sharedState(state);
    let fate: Fate | null = null;
    if (frame.t === "commits") for (const commit of frame.list) fate = anew.take(commit) ?? fate;
    else if (frame.t === "nack" && frame.ref === flight?.ref) fate = NOT_TAKEN.has(frame.code) ? "not taken" : "refused";
    else since.push(frame);
    if (!fate) return;
    this.waiting = null;
    this.openAnew(anew, fate, { ...standing, revision: anew.revision }, frame.t === "nack" ? frame : undefined);
    for (const later of since) this.take(later);
  }

  /** A copy that is past mending loses what it holds, not known as durable. */
  private openAnew(anew: Anew, fate: Fate, standing: Standing, refused?: { title: string; detail: string }): void {
    const state = this.host.state() as EditorState;
    const taken = anew.openingOrLoss(state, fate);
    if (typeof fate === "object") this.faults = 0;
    this.open(anew.doc, standing, taken.tr);
    const words = wordsOf(taken.lost);
    if (words) this.host.lost(words, refused ? "refused" : "reopened", refused);
    else if (refused && fate === "refused") this.host.told(refused);
  }

  private open(doc: Node, standing: Standing, taken: Transaction | null): void {
    this.afresh = false;
    this.host.open(doc, standing, taken);
    this.stands(standing);
  }

  private caughtUp(commits: readonly Commit[], standing: Standing): void {
    this.commits(commits);
    const state = this.host.state();
    const again = state && sharedState(state).flight;
    // What only waited is sent as one stands again. A commit sent twice is one too many: the authority hangs up.
    this.stands(standing);
    if (again) this.sendFlight();
  }

  private stands(standing: Standing): void {
    this.attempts = 0;
    this.host.trouble(null);
    this.host.suggestions(standing.suggestions ?? []);
    this.host.people(standing.people, standing.you.client);
    this.host.threads(standing.threads);
    this.rights(standing, "");
  }

  private rights({ can, decide, session, state }: Pick<Standing, "can" | "decide" | "session" | "state">, why: string) {
    this.can = can;
    this.decides = decide === true;
    if (session) this.host.session(session);
    this.host.rights(can, why, state);
    this.move(can === "read" ? "opened-to-read" : "opened-to-edit");
    this.settle();
  }

  private commits(list: readonly Commit[]): void {
    for (const commit of list) {
      const state = this.host.state();
      if (!state) return;
      const { revision, flight } = sharedState(state);
      const own = isOf(flight, commit, this.me);
      if (commit.revision <= revision && !own) continue;
      if (!own) this.meant ??= nextSuggestions(state);
      const taken = arrival(state, commit, this.me);
      taken.tr.setMeta("by", commit.by.id);
      this.apply(taken, "moved");
      if (own) this.faults = 0;
      this.host.commit(commit);
    }
    this.settle();
  }

  private refused(frame: { ref: string; code: string; title: string; detail: string }): void {
    const state = this.host.state();
    if (frame.ref === this.deciding) return this.host.told(frame);
    if (!state || sharedState(state).flight?.ref !== frame.ref) return;
    if (frame.code === "version_gone") return this.openAgain();
    if (frame.code === "fault" && ++this.faults < MOST_FAULTS) return this.cut();
    const parts = frame.code === "step_schema" ? inParts(state) : null;
    if (parts) {
      this.host.dispatch(parts);
      return this.settle();
    }
    const texts = frame.code === "conflict" ? flightTexts(state) : null;
    const again = texts && this.host.again(...texts);
    const taken = refusal(state);
    this.host.dispatch(taken.tr);
    const words = wordsOf(taken.lost);
    if (words) this.host.lost(words, "refused", frame, again);
    else this.host.told(frame, again);
    this.settle();
  }

  private apply(taken: Arrival, why: Loss, again: Again | null = null): void {
    this.host.dispatch(taken.tr);
    const words = wordsOf(taken.lost);
    if (words) this.host.lost(words, why, undefined, again);
  }

  /** After an answer: the next commit; or, where one may no longer write, what was typed is handed back. */
  private settle(): void {
    const state = this.host.state();
    if (!state) return;
    const { flight, locals } = sharedState(state);
    if (this.phase === "read-only" && !flight && locals.length) this.apply(refusal(state, true), "refused");
    this.host.changed();
    this.flush();
  }

  private sendFlight(): void {
    const state = this.host.state();
    const flight = state && sharedState(state).flight;
    if (flight) this.send({ t: "commit", ...flight });
    this.host.changed();
  }

  private compare(revision: number, hash: string): void {
    const state = this.host.state();
    if (!state || sharedState(state).revision !== revision) return;
    if (documentHash(confirmedDocument(state).toJSON() as NodeJson) !== hash) {
      console.error(`the text at revision ${revision} is not the authority's`);
      this.openAgain();
    }
  }

  private openAgain(): void {
    this.afresh = true;
    this.cut();
    this.retry();
  }

  private sendCursor(): void {
    this.timers.point = 0;
    const state = this.host.state();
    if (this.phase !== "live" || !state) return;
    this.pointed = Date.now();
    const { revision, locals } = sharedState(state);
    const back = (position: number) =>
      [...locals].reverse().reduce((at, local) => local.inverse.getMap().map(at, -1), position);
    this.send({ t: "cursor", revision, anchor: back(state.selection.anchor), head: back(state.selection.head) });
  }
}
