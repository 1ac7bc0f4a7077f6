// What is asked with a thread: who sees it, whom it waits for and until when, whether it holds publication back.
import type { Mentionable } from "./choices.ts";
import { element } from "./dom.ts";
import type { Named, Thread } from "./frames.ts";
import { PersonField } from "./naming.ts";
import type { Say } from "./words.ts";

export interface Asked {
  readonly assigned_to: string | null;
  readonly due_on: string | null;
  readonly blocking: boolean;
}

/** Whom one may name in a thread of a lane; "" is everybody's. */
export type Readers = (words: string, lane: string) => Promise<readonly Mentionable[]>;

/** The fields for a thread that is there, or for one to be opened, which may be kept to one of `lanes`. */
export class AskedFields {
  readonly dom: HTMLElement;
  private readonly lane: HTMLSelectElement | null;
  private readonly person: PersonField;
  private readonly due = element("input", { class: "input", type: "date" });
  private readonly blocking = element("input", { type: "checkbox" });
  private readonly kept: string;

  constructor(thread: Thread | null, lanes: readonly Named[], readers: Readers, say: Say) {
    this.kept = thread?.lane?.id ?? "";
    this.lane = thread || !lanes.length ? null : laneChoice(lanes, say);
    this.due.value = thread?.due_on ?? "";
    this.blocking.checked = thread?.blocking ?? false;
    this.person = new PersonField(say("askAssigned"), thread?.assigned_to ?? null, (words) => readers(words, this.laneId), say);
    const block = element("label", { class: "check small" }, this.blocking, element("span", {}, say("askBlocking")));
    const show = () => {
      block.hidden = this.laneId !== "";
      if (block.hidden) this.blocking.checked = false;
    };
    this.lane?.addEventListener("change", show);
    show();
    this.dom = element(
      "div",
      { class: "asked-fields" },
      this.lane && element("label", { class: "asked" }, element("span", { class: "small" }, say("askLane")), this.lane),
      this.person.dom,
      element("label", { class: "asked" }, element("span", { class: "small" }, say("askDue")), this.due),
      block,
    );
  }

  get laneId(): string {
    return this.lane ? this.lane.value : this.kept;
  }

  get asked(): Asked {
    return { assigned_to: this.person.id, due_on: this.due.value || null, blocking: this.blocking.checked };
  }
}

function laneChoice(lanes: readonly Named[], say: Say): HTMLSelectElement {
  const own = lanes.map(({ id, name }) => element("option", { value: id }, say("askOnly", { team: name })));
  return element("select", { class: "input" }, element("option", { value: "" }, say("askAll")), ...own);
}
