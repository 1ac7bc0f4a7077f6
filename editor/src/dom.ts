// Small hands for building elements: no HTML text is ever put together.

type Attribute = string | number | boolean | null | undefined;
type Child = Node | string | null | undefined | false;

/** An element with its attributes and children; `null` and `false` are left out, `true` is an empty attribute. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, Attribute>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(
    ...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false),
  );
  return made;
}

const SVG = "http://www.w3.org/2000/svg";
let sheet: string | null = null;

/** An icon of the page's sheet, beside words that say the same. */
export function icon(name: string): SVGSVGElement {
  sheet ??= document.querySelector("svg.icon use")?.getAttribute("href")?.split("#")[0] ?? "";
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("class", "icon");
  made.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sheet}#${name}`);
  made.append(use);
  return made;
}

/** A button that does something at once and leaves the text's selection alone. */
export function button(
  attributes: Readonly<Record<string, Attribute>>,
  act: (event: MouseEvent) => void,
  ...children: readonly Child[]
): HTMLButtonElement {
  const made = element("button", { type: "button", ...attributes }, ...children);
  made.addEventListener("mousedown", (event) => event.preventDefault());
  made.addEventListener("click", act);
  return made;
}

/** The part of the page that the template provides. */
export function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** Two letters for an avatar: first of the first word and of the last. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const chosen = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return chosen
    .map((word) => [...(word ?? "")][0] ?? "")
    .join("")
    .toUpperCase();
}

/** The class p1 to p4, always the same one for a person, as api/render.py gives it. */
export function colourOf(personId: string): string {
  const sum = new TextEncoder().encode(personId).reduce((total, byte) => total + byte, 0);
  return `p${(sum % 4) + 1}`;
}

/** A round mark with somebody's letters. */
export function avatar(person: { id: string; name: string }, size = ""): HTMLElement {
  return element(
    "span",
    { class: `avatar ${size} ${colourOf(person.id)}`.replace(/\s+/g, " "), "aria-hidden": "true" },
    initials(person.name),
  );
}
