// The page where a draft is written: puts text, toolbar, outline, margin and connection together.
import { dropCursor } from "prosemirror-dropcursor";
import { gapCursor } from "prosemirror-gapcursor";
import type { Node } from "prosemirror-model";
import { EditorState, type Command, type Transaction } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { anchorsPlugin, isDiscussed } from "./anchors.ts";
import { isFromAuthority, sharedPlugin, sharedState, waiting } from "./collab.ts";
import { Connection } from "./connection.ts";
import { Discussing } from "./discussing.ts";
import { part } from "./dom.ts";
import type { Can, Named } from "./frames.ts";
import { People } from "./following.ts";
import { uniqueIds } from "./ids.ts";
import { keptDocument, Keeper, restoring, type Unsent } from "./kept.ts";
import type { Host } from "./host.ts";
import { keys } from "./keys.ts";
import { editLink, heldWords } from "./linkform.ts";
import { look } from "./look.ts";
import { Notices } from "./notices.ts";
import { Outline } from "./outline.ts";
import { cleanHtml, cleanSlice, cleanText, TURNS, wholeBlocks } from "./paste.ts";
import { Places } from "./places.ts";
import { presence, withCarets, withoutGone } from "./presence.ts";
import { Rest } from "./rest.ts";
import { Saved } from "./saved.ts";
import { StateParts } from "./standing.ts";
import { SuggestPage } from "./suggest-page.ts";
import { goToAddress, measure, near, readInput, textAttributes, writeBelow } from "./surface.ts";
import { tablesPlugin } from "./tables.ts";
import { Toolbar } from "./toolbar.ts";
import { undoPlugin } from "./undoing.ts";
import { speaker, type Language } from "./words.ts";

/** What the page's template says; api/pages/versions.py writes it. */
interface Options {
  readonly versionId: string;
  readonly language: Language;
  readonly textLanguage: string;
  readonly csrf: string;
  readonly can: Can;
  readonly state: string;
  /** The teams that one may keep a thread to. */
  readonly lanes: readonly Named[];
  readonly standingUrl: string;
  readonly liveUrl: string;
  readonly apiUrl: string;
  readonly me: { readonly id: string; readonly name: string };
}

/** Put in by the build: SHA-256 of guidelines/schema.json. */
declare const SCHEMA_HASH: string;

/** What one paste may bring, in characters: it travels as one step. */
const MOST_PASTED = 300_000;

const options = JSON.parse(part("editor-options").textContent ?? "{}") as Options;
const say = speaker(options.language);
const rest = new Rest(options.apiUrl, options.csrf, options.language);
const notices = new Notices(part("editor-notice"), say, (words) => {
  if (!view || !writable()) return false;
  view.focus();
  return view.pasteText(words);
});
const stateParts = new StateParts(options.standingUrl, `${options.state} ${options.can}`);
const sheet = document.querySelector<HTMLElement>(".sheet") ?? part("editor");

let view: EditorView | null = null;
const people = new People(part("present"), options.me, say, () => view);
let places = new Places(0);
let toolbar: Toolbar | null = null;
let outline: Outline | null = null;
let ownClient: string | undefined;
let whenSaved: (() => void)[] = [];
let arrived = false;

const host: Host = {
  state: () => view?.state ?? null,
  ready: () => view && readInput(view),
  open(doc, standing, taken) {
    places = new Places(standing.revision);
    ownClient = standing.you.client;
    if (view && taken) return view.dispatch(taken);
    const state = freshState(doc, standing.revision);
    if (view) view.updateState(near(state, view.state.selection.head));
    else build(state);
    refresh();
  },
  dispatch: (tr) => view?.dispatch(tr),
  beforeSending: () => view && keeper.beforeSending(view.state),
  changed,
  threads(list) {
    discussing.told(list, places);
    outline?.show();
  },
  people(list, you) {
    ownClient = you ?? ownClient;
    const tr = view && withoutGone(view.state, list);
    if (tr) view?.dispatch(tr);
    people.show(list);
  },
  cursors(list) {
    view?.dispatch(withCarets(view.state, list, ownClient, places));
    people.refresh();
  },
  commit(commit) {
    places.remember(commit);
    people.hear(commit.by.id);
    people.refresh();
  },
  lost: (words, why, refusal, again) => notices.lost(words, why, refusal, again),
  told: (refusal, again) => notices.refused(refusal, again),
  trouble: (reason) => notices.trouble(reason),
  rights: (can, why, state) => void showRights(can, why, state),
  session: (key) => suggesting.session(key),
  suggestions: (list) => suggesting.told(list),
  isLawful: (before, after) => suggesting.isLawful(before, after),
  noteFor: (before, after) => suggesting.noteFor(before, after),
  again: (before, after) => suggesting.again(before, after),
};

const live = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${options.liveUrl}`;
const keeper = new Keeper(options.me.id, options.versionId, SCHEMA_HASH, () => changed());
const connection = new Connection(live, SCHEMA_HASH, options.me.id, host);
const discussing = new Discussing(
  {
    view: () => view,
    rest,
    lanes: options.lanes,
    saved: () => allSaved(),
    beside: () => suggesting.placed(),
    placeOf: (suggestion) => suggesting.placeOf(suggestion),
  },
  say,
  options.language,
);
const suggesting = new SuggestPage(
  {
    view: () => view,
    can: () => connection.can,
    decides: () => connection.decides,
    told: (refusal) => notices.refused(refusal),
    decide: (accept, reject) => void decide(accept, reject),
    isDiscussed: (from, to) => view !== null && isDiscussed(view.state, from, to),
    isAnswered: (id) => discussing.isAbout(id),
    comment: (id, title) => discussing.commentOn(id, title),
    projected: () => refresh(),
  },
  options.me,
  say,
  options.language,
);
const saved = new Saved(part("saved"), say, options.language, () => connection.retry());

window.addEventListener("beforeunload", (event) => {
  if (connection.unsent && view && !keeper.isKept(view.state)) event.preventDefault();
});
measure();
changed();
void goOn();

/** With what a closed tab left, put back where it was: the authority is then told of it as after a cut. */
async function goOn(): Promise<void> {
  const left = await keeper.left();
  for (const unsent of left) {
    if (view || !restore(unsent)) {
      if (unsent.words) notices.lost(unsent.words, "left");
      await keeper.forget(unsent).catch(() => undefined);
    }
  }
  connection.start(view !== null);
}

function restore(unsent: Unsent): boolean {
  try {
    if (unsent.schema !== SCHEMA_HASH) return false;
    const state = freshState(keptDocument(unsent), unsent.revision);
    const restored = state.apply(restoring(state, unsent));
    places = new Places(unsent.revision);
    keeper.adopt(unsent, restored);
    build(restored);
    refresh();
    notices.restored(unsent.at, options.language);
    return true;
  } catch (error) {
    console.error(error);
    return false;
  }
}

function freshState(doc: Node, revision: number): EditorState {
  const plugins = [
    sharedPlugin(revision),
    ...suggesting.plugins(),
    uniqueIds(),
    undoPlugin(),
    look(say),
    anchorsPlugin(),
    presence(),
    heldWords(),
    ...keys({
      link: onlyWriting((_state, _dispatch, at) => at !== undefined && editLink(at, say)),
      comment: discussing.comment,
      next: walk(1),
      previous: walk(-1),
      enter: (state, dispatch, at) => discussing.enter(state, dispatch, at) || suggesting.enter(state),
      accept: (state) => suggesting.decideAt(state, true),
      reject: (state) => suggesting.decideAt(state, false),
    }),
    tablesPlugin(),
    dropCursor({ color: false, class: "drop-place" }),
    gapCursor(),
  ];
  return EditorState.create({ doc, plugins });
}

function build(state: EditorState): void {
  const place = document.createElement("div");
  view = new EditorView(
    { mount: place },
    {
      state,
      editable: writable,
      scrollThreshold: { top: 265, bottom: 60, left: 0, right: 0 },
      scrollMargin: { top: 275, bottom: 90, left: 5, right: 5 },
      attributes: ({ doc }) => textAttributes(doc, say, options.textLanguage),
      dispatchTransaction: take,
      transformPastedHTML: cleanHtml,
      transformPastedText: cleanText,
      transformPasted: (slice, at) => wholeBlocks(cleanSlice(slice), at.state),
      handleTextInput: (at, from, to, text) => {
        const plain = text.replace(TURNS, "");
        if (plain === text) return false;
        at.dispatch(plain ? at.state.tr.insertText(plain, from, to) : at.state.tr.delete(from, to));
        return true;
      },
      handlePaste: (_view, _event, slice) => {
        if (slice.size <= MOST_PASTED) return false;
        notices.refused({ title: say("pasteTooLong"), detail: say("pasteTooLongWhy") });
        return true;
      },
      handleClick: writeBelow,
      handleDOMEvents: { click: openLink },
    },
  );
  sheet.replaceChildren(place);
  toolbar = new Toolbar(view, say, {
    link: onlyWriting(() => view !== null && editLink(view, say)),
    comment: () => view && discussing.comment(view.state, view.dispatch, view),
    suggest: suggesting.button,
  });
  sheet.before(toolbar.dom);
  toolbar.dom.append(suggesting.bar.dom);
  outline = new Outline(part("outline"), view, say);
  discussing.build(part("margin"), view);
  suggesting.build(part("margin"), sheet, view);
}

/** Every change of the text goes through here, one's own and the authority's. */
function take(this: EditorView, tr: Transaction): void {
  const before = this.state;
  const shaped = suggesting.shaped(before, tr);
  if (!shaped) return;
  const state = before.apply(shaped);
  this.updateState(state);
  if (tr.selectionSet && !isFromAuthority(tr) && state.selection.empty && this.hasFocus()) followCaret(state);
  refresh();
  connection.flush();
  if (!isFromAuthority(tr)) connection.point();
  if (tr.docChanged && !isFromAuthority(tr)) people.stop();
}

function refresh(): void {
  outline?.show();
  discussing.show();
  changed();
}

function changed(): void {
  const state = view?.state ?? null;
  const shared = state && sharedState(state);
  saved.show({
    phase: connection.phase,
    can: connection.can,
    revision: shared?.revision ?? null,
    waiting: state ? waiting(state) : 0,
    since: connection.since,
    keeps: !keeper.failed,
  });
  if (connection.end) notices.ended(connection.end.reason, connection.end.title, connection.end.detail);
  if (view && view.editable !== writable()) view.setProps({});
  if (view && !arrived && (connection.phase === "live" || connection.phase === "read-only")) {
    arrived = true;
    goToAddress(view);
  }
  if (state) keeper.note(state);
  if (!shared?.locals.length && connection.phase === "live") for (const go of whenSaved.splice(0)) go();
  toolbar?.show();
  suggesting.show();
}

/** A text in review says so in the banner of its state; any other that one may not write on says why. */
async function showRights(can: Can, why: string, state: string): Promise<void> {
  const reason = can === "read" ? why || say("readOnlyWhy") : null;
  if (state === "draft") notices.readOnly(reason);
  const shown = await stateParts.show(state, can);
  if (state !== "draft") notices.readOnly(shown ? null : reason);
}

/** The card of the words in which the caret stands comes to the front. */
function followCaret(state: EditorState): void {
  discussing.follow(state);
  suggesting.follow(state);
}

/** Alt and an arrow: the next or the previous thread or suggestion, in the order of the text; around its end too. */
function walk(by: 1 | -1): Command {
  return (state) => {
    const { from } = state.selection;
    const thread = discussing.beside(state, by);
    const suggestion = suggesting.beside(state, by);
    const ahead = ({ at }: { at: number }) => (by > 0 ? at > from : at < from);
    const isFirst = !thread || (suggestion !== null && (!ahead(thread) || (suggestion.at - thread.at) * by <= 0));
    if (suggestion && isFirst) suggesting.focus(suggestion.id);
    else if (thread) discussing.focus(thread.id);
    return thread !== null || suggestion !== null;
  };
}

/** Waits until the words are everybody's: positions and suggestions hold at a revision of the log only. */
async function allSaved(): Promise<void> {
  await new Promise<void>((go) => {
    whenSaved = [...whenSaved, go];
    changed();
  });
}

async function decide(accept: readonly string[], reject: readonly string[]): Promise<void> {
  await allSaved();
  connection.resolve(accept, reject);
}

/** With Ctrl a link opens; without, one edits its words. */
function openLink(_view: EditorView, event: MouseEvent): boolean {
  const link = (event.target as Element).closest("a[href]");
  if (!link) return false;
  event.preventDefault();
  if (event.ctrlKey || event.metaKey || connection.can === "read")
    window.open(link.getAttribute("href") ?? "", "_blank", "noopener");
  return true;
}

/** Offline too: what one writes then waits. */
function writable(): boolean {
  return connection.can !== "read" && connection.phase !== "gone" && !suggesting.isProjected;
}

function onlyWriting(command: Command): Command {
  return (state, dispatch, at) =>
    dispatch && connection.can !== "read"
      ? command(state, dispatch, at ?? view ?? undefined)
      : connection.can !== "read";
}
