// The document's definition: guidelines/schema.json resolved, as guidelines/schema.py does it for Python.
import source from "../../guidelines/schema.json" with { type: "json" };

export type Value = string | number | boolean | null | Value[] | { [key: string]: Value };
export type Attributes = Readonly<Record<string, Value>>;
type Rule = { readonly default?: Value; readonly is: Readonly<Record<string, unknown>> };
type Spec = Readonly<Record<string, unknown>>;

/** One node or mark type: what the file says, its attributes with their rules, and its rank in the schema's order. */
export interface Kind {
  readonly rank: number;
  readonly spec: Spec;
  readonly attrs: Readonly<Record<string, Rule>>;
}

const shared = source.attrs as unknown as Record<string, Record<string, Rule>>;

function attributes(spec: unknown): Record<string, Rule> {
  if (spec === undefined) return {};
  if (typeof spec === "string") return shared[spec] ?? {};
  if (Array.isArray(spec)) return Object.assign({}, ...spec.map(attributes)) as Record<string, Rule>;
  return spec as Record<string, Rule>;
}

function kinds(table: Record<string, unknown>): Record<string, Kind> {
  const found = Object.entries(table).map(([name, spec], rank) => {
    return [name, { rank, spec: spec as Spec, attrs: attributes((spec as Spec)["attrs"]) }] as const;
  });
  return Object.fromEntries(found);
}

export const NODES = kinds(source.nodes);
export const MARKS = kinds(source.marks);
export const TOP_NODE = source.topNode;

/** The named string types: `id`, `suggestion`, `box`, `link`. */
export const PATTERNS = {
  id: new RegExp(source.types.id),
  suggestion: new RegExp(source.types.suggestion),
  box: new RegExp(source.types.box),
  link: new RegExp(source.types.link),
};

/** An address that a document may hold. */
export function isLink(href: string): boolean {
  return href.length <= 2000 && PATTERNS.link.test(href);
}
