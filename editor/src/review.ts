// The review by keys: which section is in view, on to the next, sign it off, comment on it. Works without: it has links.
import { isWriting, keysAreOn, plain } from "./writing";

const CHANGED = ".outline[data-changed] a[href^='#']";
/** A section counts as in view when it begins above this part of the window. */
const LINE = 0.4;
/** How long the page may scroll after a key before scrolling is the reader's own. */
const SETTLES = 300;

let settled = 0;

/** Follows the reader: the list beside the text marks the section in view. */
export function followSections(links: HTMLAnchorElement[]): void {
  if (!links.length) return;
  const named = links.find((link) => link.hash && link.hash === location.hash);
  if (named) mark(links, named);
  settled = performance.now() + SETTLES;
  let asked = 0;
  const look = (): void => {
    asked = 0;
    if (performance.now() < settled) return;
    const passed = links.filter((link) => top(link) < innerHeight * LINE);
    const last = passed.sort((one, other) => top(one) - top(other)).at(-1) ?? links[0];
    if (last) mark(links, last);
  };
  addEventListener("scroll", () => (asked ||= requestAnimationFrame(look)), { passive: true });
  if (!named && links[0]) mark(links, links[0]);
}

/** The keys of the review: j k, a, c, s. */
export function reviewKeys(event: KeyboardEvent): void {
  if (!plain(event) || isWriting(event.target) || !keysAreOn() || !document.querySelector("[data-review]")) return;
  if (document.querySelector("[popover]:popover-open")) return;
  const act = { j: () => go(1), k: () => go(-1), a: signInView, c: commentInView, s: suggestInView }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

function go(step: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>(CHANGED)];
  const here = inView();
  const at = links.findIndex((link) => target(link) === here);
  const beyond = (link: HTMLAnchorElement): boolean => {
    const order = here ? here.compareDocumentPosition(target(link) ?? here) : Node.DOCUMENT_POSITION_FOLLOWING;
    return Boolean(order & (step > 0 ? Node.DOCUMENT_POSITION_FOLLOWING : Node.DOCUMENT_POSITION_PRECEDING));
  };
  const next = at >= 0 ? links[at + step] : step > 0 ? links.find(beyond) : links.filter(beyond).at(-1);
  if (!next) return;
  settled = performance.now() + SETTLES;
  mark([...document.querySelectorAll<HTMLAnchorElement>(".outline a[href^='#']")], next);
  next.click();
}

/** Open threads in the section are asked about once: their words are on the button. */
function signInView(): void {
  const button = inView()?.querySelector<HTMLButtonElement>(".btn.sign");
  if (!button || (button.dataset["ask"] && !confirm(button.dataset["ask"]))) return;
  button.click();
}

function commentInView(): void {
  const menu = inView()?.querySelector<HTMLElement>("[popover][data-comment]");
  menu?.showPopover();
  menu?.querySelector("textarea")?.focus();
}

function suggestInView(): void {
  (inView() ?? document).querySelector<HTMLAnchorElement>("a[data-suggest]")?.click();
}

function inView(): HTMLElement | null {
  const link = document.querySelector<HTMLAnchorElement>(".outline a[aria-current='true']");
  return link && target(link);
}

function target(link: HTMLAnchorElement): HTMLElement | null {
  return document.getElementById(decodeURIComponent(link.hash.slice(1)));
}

function top(link: HTMLAnchorElement): number {
  return target(link)?.getBoundingClientRect().top ?? Infinity;
}

function mark(links: HTMLAnchorElement[], chosen: HTMLAnchorElement): void {
  for (const link of links) if (link !== chosen) link.removeAttribute("aria-current");
  chosen.setAttribute("aria-current", "true");
}
