// The same writers and the same watchers for both servers: each writer types single letters into a paragraph of its own
// at a fixed rate, whatever the server does; a watcher notes when each letter reaches another screen.
// Usage: node writers.mjs PLAN, a file of JSON. Prints what was measured as one line of JSON.
import { readFileSync } from "node:fs";
import { HocuspocusProvider, HocuspocusProviderWebsocket } from "@hocuspocus/provider";
import WebSocket from "ws";
import * as Y from "yjs";

const plan = JSON.parse(readFileSync(process.argv[2], "utf-8"));
const pressed = new Map();
const late = [];
let bytes = 0;
let frames = 0;
let measuring = false;
let keys = 0;
let arrived = 0;

class Counted extends WebSocket {
  constructor(address, protocols) {
    super(address, protocols, { perMessageDeflate: false });
    this.on("message", (data) => {
      if (!measuring) return;
      bytes += data.byteLength ?? data.length;
      frames++;
    });
  }
}

/** A letter of a writer has reached a watcher: its place in the writer's row says which press it was. */
function seen(writer, count, from) {
  const presses = pressed.get(writer);
  const now = performance.now();
  for (let at = from; at < from + count; at++) {
    const press = presses?.[at];
    if (press === undefined || !press.measured) continue;
    arrived++;
    late.push(now - press.at);
  }
}

/** One of Charte's editors, reduced to what a measurement needs: it knows where it types, and has one commit in flight. */
class CharteWriter {
  constructor({ document, name, cookie, block, watches }) {
    Object.assign(this, { name, block, watches, typed: 0, waiting: "", flying: null, made: 0, counts: new Map(), by: [] });
    this.socket = new WebSocket(`${plan.url}/live/${document}`, {
      perMessageDeflate: false,
      headers: { origin: plan.origin, cookie },
    });
    this.opened = new Promise((done) => (this.ready = done));
    this.socket.on("open", () => this.send({ t: "open", schema: plan.schema, have: null }));
    this.socket.on("close", (code) => code !== 1005 && console.error(`${name} was closed with ${code}`));
    this.socket.on("message", (data) => {
      if (measuring) {
        bytes += data.byteLength ?? data.length;
        frames++;
      }
      this.take(JSON.parse(String(data)));
    });
    this.ping = setInterval(() => this.send({ t: "ping" }), 20_000);
  }

  send(frame) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  type(letter) {
    this.waiting += letter;
    this.flush();
  }

  flush() {
    if (this.flying || !this.waiting) return;
    const text = this.waiting;
    this.waiting = "";
    this.flying = { ref: `${this.name}-${++this.made}`, at: this.at, text };
    const step = { stepType: "replace", from: this.at, to: this.at, slice: { content: [{ type: "text", text }] } };
    this.send({ t: "commit", ref: this.flying.ref, base: this.revision, steps: [step] });
  }

  take(frame) {
    if (frame.writers) this.by = frame.writers;
    if (frame.t === "init") {
      this.revision = frame.revision;
      this.me = frame.you.id;
      let at = 0;
      for (const block of frame.doc.content.slice(0, this.block)) at += 2 + block.content[0].text.length;
      this.at = at + 1;
      this.ready();
    }
    if (frame.t === "nack") throw new Error(JSON.stringify(frame));
    if (frame.t !== "commits") return;
    for (const commit of frame.list) this.commit(Array.isArray(commit) ? this.spread(commit) : commit);
    this.flush();
  }

  /** The short form of a commit; see docs/live-protocol.md. */
  spread([revision, by, steps, more]) {
    const own = steps === 0;
    return { revision, by: { id: this.by[by][0] }, ref: more?.ref, steps: own ? [[this.flying.at, this.flying.text]] : steps };
  }

  commit(commit) {
    if (commit.revision <= this.revision) return;
    this.revision = commit.revision;
    const own = commit.by.id === this.me && commit.ref === this.flying?.ref;
    for (const step of commit.steps) {
      const [from, text] = Array.isArray(step) ? step : [step.from, step.slice?.content?.[0]?.text ?? ""];
      if (own || from < this.at) this.at += text.length;
      if (this.watches) {
        const before = this.counts.get(commit.by.id) ?? 0;
        this.counts.set(commit.by.id, before + text.length);
        seen(commit.by.id, text.length, before);
      }
    }
    if (own) this.flying = null;
  }

  end() {
    clearInterval(this.ping);
    this.socket.close();
  }
}

class HocuspocusWriter {
  constructor({ document, name, block, watches }) {
    Object.assign(this, { name, block });
    this.doc = new Y.Doc();
    this.wire = new HocuspocusProviderWebsocket({ url: plan.url, WebSocketPolyfill: Counted });
    this.provider = new HocuspocusProvider({ websocketProvider: this.wire, name: document, document: this.doc });
    this.provider.attach();
    this.opened = new Promise((done) => this.provider.on("synced", done));
    if (watches) this.opened.then(() => this.watch());
  }

  get paragraph() {
    return this.doc.getXmlFragment("default").get(this.block).get(0);
  }

  watch() {
    const text = this.doc.getXmlFragment("default");
    const counts = new Map();
    text.observeDeep((events) => {
      for (const event of events) {
        const block = plan.writers.find((writer) => text.get(writer.block)?.get(0) === event.target);
        if (!block) continue;
        const added = event.delta.reduce((sum, part) => sum + (part.insert?.length ?? 0), 0);
        const before = counts.get(block.name) ?? 0;
        counts.set(block.name, before + added);
        if (block.name !== this.name) seen(block.name, added, before);
      }
    });
  }

  type(letter) {
    this.paragraph.insert(0, letter);
  }

  end() {
    this.provider.destroy();
    this.wire.destroy();
  }
}

const Kind = plan.kind === "charte" ? CharteWriter : HocuspocusWriter;
const writers = plan.writers.map((writer) => new Kind(writer));
const watchers = plan.watchers.map((watcher) => new Kind({ ...watcher, watches: true }));
for (const one of [...writers, ...watchers]) await one.opened;
let ending = false;
const pace = 1000 / plan.rate;
for (const writer of writers) {
  pressed.set(writer.name, []);
  const start = performance.now() + Math.random() * pace;
  let number = 0;
  const press = () => {
    if (ending) return;
    pressed.get(writer.name).push({ at: performance.now(), measured: measuring });
    if (measuring) keys++;
    writer.type("abcdefghij"[number % 10]);
    number++;
    const due = start + number * pace + (Math.random() - 0.5) * pace * 0.5;
    setTimeout(press, Math.max(0, due - performance.now()));
  };
  setTimeout(press, start - performance.now());
}
const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
await wait(plan.warm);
console.log("begin");
measuring = true;
await wait(plan.seconds);
console.log("end");
measuring = false;
ending = true;
await wait(plan.drain);
late.sort((one, other) => one - other);
const at = (share) => Math.round((late[Math.min(late.length - 1, Math.floor(late.length * share))] ?? 0) * 10) / 10;
console.log(JSON.stringify({ keys, arrived, wanted: keys * watchers.length, p50: at(0.5), p99: at(0.99), bytes, frames }));
for (const one of [...writers, ...watchers]) one.end();
setTimeout(() => process.exit(0), 200);
