// Threads on the editor's page: the margin, the comment being written, the keys that lead from one to the next.
import { Selection, type Command, type EditorState } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { anchorsIn, threadAt, threadBeside, withDraft, withFocus, withThreads, wordAround } from "./anchors.ts";
import type { About, NewThread } from "./cards.ts";
import type { Mentionable } from "./choices.ts";
import { sharedState } from "./collab.ts";
import type { Named, Thread } from "./frames.ts";
import { Margin } from "./margin.ts";
import { sectionsIn } from "./numbering.ts";
import type { Places } from "./places.ts";
import { Refused, type Rest } from "./rest.ts";
import type { Placed } from "./suggest-margin.ts";
import type { Language, Say } from "./words.ts";

/** What threads need of the page. */
export interface DiscussionHost {
  view(): EditorView | null;
  readonly rest: Rest;
  /** The teams that one may keep a thread to. */
  readonly lanes: readonly Named[];
  /** Waits until the words are everybody's: positions hold at a revision of the log only. */
  saved(): Promise<void>;
  /** The cards of suggestions, which stand among those of threads. */
  beside(): readonly Placed[];
  placeOf(suggestion: string): number | null;
}

export class Discussing {
  private readonly host: DiscussionHost;
  private readonly say: Say;
  private readonly language: Language;
  private margin: Margin | null = null;
  private threads: readonly Thread[] = [];

  constructor(host: DiscussionHost, say: Say, language: Language) {
    this.host = host;
    this.say = say;
    this.language = language;
  }

  build(side: HTMLElement, view: EditorView): void {
    const { rest, lanes } = this.host;
    const acts = {
      readers: (q: string, lane: string) => rest.get<Mentionable[]>("/threads/mentionable", { q, lane }),
      lanes,
      ask: (thread: string, asked: object) => rest.patch(`/threads/${thread}`, { ...asked }),
      reply: (thread: string, text: string) => rest.post(`/threads/${thread}/comments`, { text }),
      resolve: (thread: string) => rest.post(`/threads/${thread}/resolve`, {}).then(() => view.focus()),
      reopen: (thread: string) => rest.post(`/threads/${thread}/reopen`, {}),
      open: (thread: NewThread) => this.open(thread),
      focus: (thread: string | null) => this.focus(thread),
      cancel: () => {
        view.dispatch(withDraft(view.state, null));
        view.focus();
      },
    };
    this.margin = new Margin(side, view, acts, this.say, this.language);
    this.margin.beside = () => this.host.beside();
    this.margin.placeOf = (suggestion) => this.host.placeOf(suggestion);
  }

  /** Takes the threads as the authority has them. */
  told(list: readonly Thread[], places: Places): void {
    this.threads = list;
    const view = this.host.view();
    if (!view) return;
    view.dispatch(withThreads(view.state, list, places));
    this.show();
  }

  /** To be called after each change. */
  show(): void {
    this.margin?.show(this.threads);
  }

  /** Whether an open thread is about the suggestion: then it does not grow. */
  isAbout(suggestion: string): boolean {
    return this.threads.some((thread) => thread.open && thread.suggestion === suggestion);
  }

  /** The card of the words in which the caret stands comes to the front. */
  follow(state: EditorState): void {
    const view = this.host.view();
    const thread = threadAt(state, state.selection.head);
    if (view && thread !== anchorsIn(state).focus) view.dispatch(withFocus(view.state, thread));
  }

  focus(thread: string | null): void {
    const view = this.host.view();
    if (!view) return;
    const tr = withFocus(view.state, thread);
    const anchor = thread === null ? undefined : anchorsIn(view.state).by.get(thread);
    if (anchor && !anchor.removed) tr.setSelection(Selection.near(tr.doc.resolve(anchor.from), 1)).scrollIntoView();
    view.dispatch(tr);
    if (thread === null) view.focus();
  }

  /** From the discussed words into their card; Escape leads back. */
  readonly enter: Command = (state) => {
    const { focus } = anchorsIn(state);
    if (focus !== null) this.margin?.enter(focus);
    return focus !== null;
  };

  /** The next or the previous thread from the caret, and where it is; null when there is none. */
  beside(state: EditorState, by: 1 | -1): { id: string; at: number } | null {
    const id = threadBeside(state, by);
    const anchor = id === null ? undefined : anchorsIn(state).by.get(id);
    return id !== null && anchor ? { id, at: anchor.from } : null;
  }

  /** A comment on what is selected, or on the word at the caret; where there is none, on the section. */
  readonly comment: Command = (state, _dispatch, view) => {
    if (!view || view.dom.hidden) return true;
    const { from, to, empty } = state.selection;
    const words = empty ? wordAround(state) : { from, to };
    const isAbout = words !== null && state.doc.textBetween(words.from, words.to, " ", " ").trim() !== "";
    view.dispatch(withDraft(state, isAbout ? words : null));
    const sections = sectionsIn(state.doc);
    const here = sections.findLast(({ at }) => at <= from);
    const about = ({ id, title }: { id: string; title: string }): About => ({ kind: "section", id, title });
    const selected: About[] = isAbout ? [{ kind: "words" }] : [];
    const others = sections.filter((one) => one !== here).map(about);
    this.margin?.compose([...selected, ...(here ? [about(here)] : []), { kind: "whole" }, ...others]);
    return true;
  };

  /** A comment on a suggestion. */
  commentOn(suggestion: string, title: string): void {
    const view = this.host.view();
    view?.dispatch(withDraft(view.state, null));
    this.margin?.compose([{ kind: "suggestion", id: suggestion, title }]);
  }

  private async open({ about, ...thread }: NewThread): Promise<void> {
    await this.host.saved();
    const state = this.host.view()?.state;
    const draft = state && anchorsIn(state).draft;
    if (!state || (about.kind === "words" && !draft)) throw new Refused(this.say("threadNew"), this.say("wordsGone"));
    const selected = { revision: sharedState(state).revision, from: draft?.from, to: draft?.to };
    const where = about.kind === "words" ? selected : about.kind === "whole" ? {} : { [about.kind]: about.id };
    await this.host.rest.post("/threads", { ...thread, ...where });
  }
}
