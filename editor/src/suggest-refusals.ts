// Why an edit cannot be suggested. What cannot be suggested exactly is refused with its reason, never done half.

/** Codes of the reasons; words.ts has a sentence for each. */
export type Reason =
  | "rowRemoved"
  | "paragraphRemoved"
  | "alreadyRemoved"
  | "acrossCells"
  | "nothingBefore"
  | "nothingAfter"
  | "objectBeside"
  | "objectInCell"
  | "objectsInPaste"
  | "spannedRows"
  | "tooManyLayers"
  | "wholeText"
  | "tableShape"
  | "documentAttributes"
  | "tooMuch"
  | "notUndone"
  | "notExact";

/** The edit cannot be suggested; nothing of it was done. */
export class Refused extends Error {
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(reason);
    this.reason = reason;
  }
}
