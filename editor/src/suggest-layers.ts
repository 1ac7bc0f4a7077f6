// What a suggestion leaves on one node, and what is left of it when some suggestions are decided: the twin of
// guidelines/suggestion_layers.py. Texts and objects carry who adds and who removes them; properties and forms change
// in layers, oldest first, and the topmost accepted one stands.
import { Mark, type Fragment, type Node } from "prosemirror-model";
import { MARKS, NODES, PATTERNS, isLink } from "./definition.ts";
import { markType, nodeType } from "./schema.ts";

/** What is decided on a suggestion's id: accepted, rejected, or null while nobody decided. */
export type Verdict = (id: string) => boolean | null;
export type Values = Readonly<Record<string, unknown>>;

/** One suggestion's change, with the values it found. */
export interface Layer {
  readonly s: string;
  readonly was: Values;
}

/** The suggestions that are still open on a thing. */
export interface Open {
  readonly added: string | null;
  readonly removed: string | null;
}

/** Properties that travel with a paragraph's mark; type and level are the one property `style`: p, h1 to h6. */
export const PROPERTIES = ["id", "list", "indent", "start", "box", "align"] as const;
export const FORMS: readonly string[] = Object.keys(MARKS).filter((name) => !["ins", "del", "fmt"].includes(name));
const STYLES: readonly unknown[] = ["p", "h1", "h2", "h3", "h4", "h5", "h6"];
export const MOST_LAYERS = 20;

/** The suggestions still open on a thing; null when it is absent. Who adds it is asked first. */
export function presence({ added, removed }: Open, verdict: Verdict): Open | null {
  const adding = added === null ? null : verdict(added);
  if (adding === false) return null;
  const removing = removed === null ? null : verdict(removed);
  if (removing === true) return null;
  return { added: adding === null ? added : null, removed: removing === null ? removed : null };
}

/** The values that stand, and the layers that stay open above the topmost accepted one, key by key. */
export function chain(now: Values, layers: readonly Layer[], verdict: Verdict): { values: Values; layers: Layer[] } {
  const values: Record<string, unknown> = { ...now };
  const left = layers.map((): Record<string, unknown> => ({}));
  for (const key of new Set(layers.flatMap(({ was }) => Object.keys(was)))) {
    const places = layers.flatMap(({ was }, place) => (key in was ? [place] : []));
    const states = [...places.map((place) => layers[place]?.was[key]), now[key] ?? null];
    const first = places.findLastIndex((place) => verdict(layers[place]?.s ?? "") === true) + 1;
    let value = states[first];
    for (let rank = first; rank < places.length; rank++) {
      const place = places[rank] ?? 0;
      if (verdict(layers[place]?.s ?? "") !== null) continue;
      (left[place] as Record<string, unknown>)[key] = value;
      value = states[rank + 1];
    }
    values[key] = value;
  }
  const kept = layers.map(({ s }, place) => ({ s, was: left[place] ?? {} }));
  return { values, layers: kept.filter(({ was }) => Object.keys(was).length > 0) };
}

/** What travels with the block's mark, as it stands. */
export function properties(block: Node): Values {
  const style = block.type.name === "heading" ? `h${String(block.attrs["level"])}` : "p";
  return { style, ...Object.fromEntries(PROPERTIES.map((name) => [name, block.attrs[name]])) };
}

/** What is suggested on a text block beside its properties. */
export interface Suggested {
  readonly mi?: string | null;
  readonly md?: string | null;
  readonly chg?: readonly Layer[];
  readonly gone?: boolean;
}

/** A text block with these properties. */
export function blockOf(values: Values, content: Fragment | null, suggested: Suggested = {}): Node {
  const { mi = null, md = null, chg = [], gone = false } = suggested;
  const attrs: Record<string, unknown> = { mi, md, chg: chg.length ? chg : null, gone: gone || null };
  for (const name of PROPERTIES) attrs[name] = values[name];
  const style = String(values["style"]);
  if (style === "p") return nodeType("paragraph").create(attrs, content);
  return nodeType("heading").create({ ...attrs, level: Number(style.slice(1)) }, content);
}

/** The marks that are no suggestions: name to attributes. */
export function form(node: Node): Values {
  return Object.fromEntries(
    node.marks.filter((mark) => FORMS.includes(mark.type.name)).map((mark) => [mark.type.name, { ...mark.attrs }]),
  );
}

/** The suggestion that adds or removes the node: `ins`, `del` (of a mark or an attribute), `mi` or `md`. */
export function nameOn(node: Node, kind: "ins" | "del" | "mi" | "md"): string | null {
  const name: unknown = node.isInline
    ? node.marks.find((mark) => mark.type.name === kind)?.attrs["s"]
    : node.attrs[kind];
  return name ? String(name) : null;
}

/** Who adds and who removes an inline node, rule or row. */
export function openOn(node: Node): Open {
  return { added: nameOn(node, "ins"), removed: nameOn(node, "del") };
}

/** The layers of a block's properties or of an inline node's forms, oldest first. */
export function layersOf(node: Node): readonly Layer[] {
  const holder = node.isInline ? node.marks.find((mark) => mark.type.name === "fmt")?.attrs : node.attrs;
  return (holder?.["chg"] as readonly Layer[] | null | undefined) ?? [];
}

/** The set of marks that says all this, in the schema's order. */
export function marksOf(forms: Values, { added, removed }: Open, layers: readonly Layer[]): readonly Mark[] {
  const marks = FORMS.filter((name) => forms[name] != null).map((name) => markType(name).create(forms[name] as object));
  if (added) marks.push(markType("ins").create({ s: added }));
  if (removed) marks.push(markType("del").create({ s: removed }));
  if (layers.length) marks.push(markType("fmt").create({ chg: layers }));
  return marks.reduce<readonly Mark[]>((set, mark) => mark.addToSet(set), Mark.none);
}

/** Every suggestion this very node names, as often as it does; what is inside it does not count. */
export function idsOn(node: Node): string[] {
  const kinds = (["ins", "del", "mi", "md"] as const).map((kind) => nameOn(node, kind));
  return [...kinds.filter((name) => name !== null), ...layersOf(node).map(({ s }) => s)];
}

const known = new WeakMap<Node, ReadonlySet<string>>();
const NONE: ReadonlySet<string> = new Set();

/** Every suggestion that the node or anything in it names: counted once, since nodes are never changed. */
export function suggestionIds(node: Node): ReadonlySet<string> {
  const counted = known.get(node);
  if (counted) return counted;
  const found = new Set(idsOn(node));
  node.forEach((child) => {
    for (const name of suggestionIds(child)) found.add(name);
  });
  const ids = found.size ? found : NONE;
  known.set(node, ids);
  return ids;
}

/** Whether the node's layers could not be undone: a key that is no property, or a value that was never allowed. */
export function hasFaultyLayers(node: Node): boolean {
  const isFault = node.isInline ? isFormFault : isPropertyFault;
  return layersOf(node).some(({ was }) => Object.entries(was).some(([key, value]) => isFault(key, value)));
}

function isPropertyFault(key: string, value: unknown): boolean {
  if (key === "style") return !STYLES.includes(value);
  const rule = NODES["paragraph"]?.attrs[key];
  return !rule || !(PROPERTIES as readonly string[]).includes(key) || !allows(rule.is, value);
}

function isFormFault(name: string, attrs: unknown): boolean {
  if (!FORMS.includes(name)) return true;
  if (attrs === null) return false;
  const rules = MARKS[name]?.attrs ?? {};
  if (typeof attrs !== "object" || Array.isArray(attrs)) return true;
  const given = attrs as Values;
  if (Object.keys(given).length !== Object.keys(rules).length) return true;
  return Object.entries(rules).some(([key, rule]) => !(key in given) || !allows(rule.is, given[key]));
}

/** Whether an attribute may have this value, for the rules that properties and forms have. */
function allows(rule: Readonly<Record<string, unknown>>, value: unknown): boolean {
  if (value === null) return rule["null"] === true;
  if ("enum" in rule) return (rule["enum"] as unknown[]).includes(value);
  if ("integer" in rule) {
    const [least, most] = rule["integer"] as [number, number];
    return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
  }
  if (typeof value !== "string") return false;
  if ("string" in rule) return [...value].length <= Number(rule["string"]);
  if ("link" in rule) return isLink(value);
  return "id" in rule ? PATTERNS.id.test(value) : "box" in rule && PATTERNS.box.test(value);
}
