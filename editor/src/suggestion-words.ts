// A suggestion in a sentence: what its card and a screen reader say of it.
import type { Values } from "./suggest-layers.ts";
import { wordsIn, type Kind, type Piece, type Suggestion } from "./suggestions.ts";
import type { Say, Words } from "./words.ts";

const FORM_WORDS: Readonly<Record<string, keyof Words>> = {
  link: "link",
  strong: "bold",
  em: "italic",
  underline: "underline",
  strike: "strike",
  sub: "subscript",
  sup: "superscript",
  code: "inlineCode",
};
const MOST = 80;

/** Everything that it does, a sentence each: words first, then breaks, properties, forms and objects. */
export function sentences(suggestion: Suggestion, say: Say): string[] {
  const words = wordSentence(suggestion, say);
  return [...(words ? [words] : []), ...otherSentences(suggestion, say)];
}

/** What it does beside adding and removing words. */
export function otherSentences({ pieces }: Suggestion, say: Say): string[] {
  const found = [
    ...many(pieces, "row_added", say, "sugRowAdded", "sugRowsAdded"),
    ...many(pieces, "row_removed", say, "sugRowRemoved", "sugRowsRemoved"),
  ];
  for (const piece of pieces) found.push(...ofPiece(piece, say));
  const said = [...new Set(found)];
  return said.length || pieces.length ? said : [say("sugIdsOnly")];
}

function wordSentence({ pieces }: Suggestion, say: Say): string | null {
  const [old, fresh] = [short(wordsIn(pieces, "deleted")), short(wordsIn(pieces, "inserted"))];
  if (old && fresh) return say("sugReplace", { old, new: fresh });
  if (fresh) return say("sugInsert", { new: fresh });
  return old ? say("sugDelete", { old }) : null;
}

function many(pieces: readonly Piece[], kind: Kind, say: Say, one: keyof Words, more: keyof Words): string[] {
  const rows = pieces.filter((piece) => piece.kind === kind);
  if (rows.length > 1) return [say(more, { n: rows.length })];
  return rows.map(({ text }) => say(one, { words: short(text) }));
}

function ofPiece(piece: Piece, say: Say): string[] {
  if (piece.kind === "split") return [say("sugSplit")];
  if (piece.kind === "joined") return [say(piece.waits ? "sugJoinWaits" : "sugJoin")];
  if (piece.kind === "rule_added") return [say("sugRuleAdded")];
  if (piece.kind === "rule_removed") return [say("sugRuleRemoved")];
  if (piece.kind === "properties") return Object.keys(piece.was).map((key) => property(key, piece.was, piece.now, say));
  if (piece.kind !== "form") return [];
  return Object.keys(piece.now).map((name) => {
    const told = { form: say(FORM_WORDS[name] ?? "sugPlain"), words: short(piece.text) };
    return say(piece.now[name] === null ? "sugNoForms" : "sugForms", told);
  });
}

function property(key: string, was: Values, now: Values, say: Say): string {
  const [before, after] = [valueOf(key, was[key], say), valueOf(key, now[key], say)];
  if (before && after) return capital(say("sugInstead", { was: before, now: after }));
  return capital(after || say("sugNoMore", { was: before }));
}

/** A value in words; "" where it means nothing special. */
function valueOf(key: string, value: unknown, say: Say): string {
  if (value === null || value === undefined || value === 0) return "";
  const text = String(value);
  if (key === "style") return text === "p" ? say("sugParagraph") : say("sugHeading", { n: text.slice(1) });
  if (key === "indent") return say("sugIndent", { n: text });
  if (key === "start") return say("sugStart", { n: text });
  if (key === "list") return say(text === "bullet" ? "sugBullet" : "sugNumber");
  if (key === "align") return say(text === "center" ? "sugCentred" : text === "right" ? "sugRight" : "sugJustified");
  return say(text.startsWith("quote") ? "sugQuote" : text.startsWith("code") ? "sugCode" : "sugBox");
}

function short(words: string): string {
  const plain = words.replace(/\s+/g, " ").trim();
  return [...plain].length > MOST ? `${[...plain].slice(0, MOST - 1).join("")}…` : plain;
}

function capital(words: string): string {
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}
