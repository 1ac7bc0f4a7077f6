// The word at the top: saved only when it is durable, else saving or offline with what waits.
import { element, icon } from "./dom.ts";
import type { Can } from "./frames.ts";
import type { Phase } from "./phases.ts";
import { clock, type Language, type Say } from "./words.ts";

export interface Keeping {
  readonly phase: Phase;
  readonly can: Can;
  readonly revision: number | null;
  readonly waiting: number;
  readonly since: number;
  /** Whether this browser keeps what waits when the page is closed. */
  readonly keeps: boolean;
}

/** A screen reader is told after this quiet time, not at each key. */
const QUIET = 2_000;
const BACK = 4_000;

export class Saved {
  private readonly line: HTMLElement;
  private readonly say: Say;
  private readonly retry: () => void;
  private readonly bar: HTMLElement;
  private readonly language: Language;
  private readonly told = element("span", { class: "sr" });
  private readonly seen = element("span", { "aria-hidden": "true", class: "saved-words" });
  private key = "";
  private timer = 0;
  private backUntil = 0;
  private wasOffline = false;

  constructor(line: HTMLElement, say: Say, language: Language, retry: () => void) {
    this.line = line;
    this.say = say;
    this.language = language;
    this.retry = retry;
    this.bar = element("section", { class: "offline-bar", role: "status" });
    line.replaceChildren(this.seen, this.told);
  }

  show(keeping: Keeping): void {
    const [mode, mark, words] = this.reading(keeping);
    this.showBar(keeping);
    const key = `${mode} ${words}`;
    if (key === this.key) return;
    this.key = key;
    this.line.className = mode === "saved" ? "saved" : `saved ${mode}`;
    this.line.dataset["state"] = mode;
    this.seen.replaceChildren(icon(mark), ` ${words}`);
    this.told.textContent = "";
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => (this.told.textContent = words), mode === "offline" ? 0 : QUIET);
  }

  private reading({ phase, can, revision, waiting }: Keeping): [mode: string, mark: string, words: string] {
    if (phase === "gone") return ["offline", "lock", this.say("readOnly")];
    if (phase === "offline" || (phase === "opening" && this.wasOffline)) {
      this.wasOffline = true;
      const words =
        waiting === 0
          ? this.say("offline")
          : waiting === 1
            ? this.say("offlineOne")
            : this.say("offlineMany", { n: waiting });
      return ["offline", "cloud-off", words];
    }
    if (phase === "opening" || revision === null) return ["saving", "loader-circle", this.say("opening")];
    if (waiting > 0) return ["saving", "loader-circle", this.say("saving")];
    if (can === "read") return ["saved", "eye", this.say("readOnly")];
    if (this.wasOffline) {
      this.wasOffline = false;
      this.backUntil = Date.now() + BACK;
      window.setTimeout(() => this.show({ phase, can, revision, waiting, since: 0, keeps: true }), BACK + 50);
    }
    return [
      "saved",
      "check",
      Date.now() < this.backUntil ? this.say("backOnline") : this.say("saved", { n: revision }),
    ];
  }

  private showBar({ phase, since, keeps }: Keeping): void {
    if (phase !== "offline" && !(phase === "opening" && this.wasOffline)) return this.bar.remove();
    const goOn = this.say(keeps ? "offlineGoOn" : "offlineNotKept");
    if (this.bar.isConnected && this.bar.dataset["goOn"] === goOn) return;
    this.bar.dataset["goOn"] = goOn;
    const time = clock(new Date(since), this.language);
    const words = element(
      "span",
      {},
      element("strong", {}, this.say("offlineSince", { time })),
      " ",
      goOn,
    );
    const again = element(
      "button",
      { class: "btn small", type: "button" },
      icon("rotate-cw"),
      this.say("offlineRetry"),
    );
    again.addEventListener("click", this.retry);
    this.bar.replaceChildren(element("p", {}, icon("cloud-off"), words), again);
    document.querySelector(".docbar")?.append(this.bar);
  }
}
