// Ids of suggestions made here: the session key that the authority gave, and a count. A run of typing at one place is
// one suggestion; after a pause, elsewhere, or for another kind of edit it is a new one.
import type { Node } from "prosemirror-model";
import { nameOn, suggestionIds } from "./suggest-layers.ts";
import { spotAt, blockAt } from "./suggest-places.ts";
import { sessionOf } from "./suggestions.ts";

const PAUSE = 30_000;

export class Naming {
  private readonly sessions = new Set<string>();
  private key = "";
  private count = 0;
  private last = { id: "", at: 0 };

  /** Takes the key for ids made from now on; what was named by an earlier one stays one's own. */
  open(key: string): void {
    this.key = key;
    this.sessions.add(key);
  }

  /** Takes note of suggestions made by this person elsewhere or before. */
  own(ids: Iterable<string>): void {
    for (const id of ids) this.sessions.add(sessionOf(id));
  }

  readonly mine = (id: string): boolean => this.sessions.has(sessionOf(id));

  get ready(): boolean {
    return this.key !== "";
  }

  /** An id that nothing has. */
  fresh(): string {
    this.last = { id: `${this.key}.${++this.count}`, at: 0 };
    return this.last.id;
  }

  /** The id for words written or taken away here: that of the run of typing that goes on, or a new one. */
  forWords(doc: Node, from: number, to: number, now: number, isClosed: (id: string) => boolean): string {
    const { id, at } = this.last;
    const lasts = now - at < PAUSE && suggestionIds(doc).has(id) && !isClosed(id);
    const goesOn = lasts && [from, to].some((place) => touches(doc, place, id));
    const chosen = goesOn ? id : this.fresh();
    this.last = { id: chosen, at: now };
    return chosen;
  }
}

/** Whether the suggestion has something right at the place. */
function touches(doc: Node, place: number, id: string): boolean {
  const $place = doc.resolve(place);
  const beside = [$place.nodeBefore, $place.nodeAfter].some(
    (node) => node?.isInline && (nameOn(node, "ins") === id || nameOn(node, "del") === id),
  );
  const spot = spotAt(doc, place);
  const marks = spot ? [spot.k, spot.k - 1].filter((k) => k >= 0).map((k) => blockAt(spot.children, k)) : [];
  return beside || marks.some((block) => block.isTextblock && nameOn(block, "mi") === id);
}
