// Small things that pages do when scripts run; every page works without them.
import { lookAgain } from "./awaiting";
import { followSections, reviewKeys } from "./review";
import { sendAgain, sendOnce } from "./sending";
import { isWriting, keysAreOn, plain } from "./writing";

/** The slash leads to the search, wherever one is not writing. */
function searchKey(event: KeyboardEvent): void {
  if (event.key !== "/" || !plain(event) || isWriting(event.target) || !keysAreOn()) return;
  const field = document.querySelector<HTMLInputElement>('input[type="search"]');
  const link = document.querySelector<HTMLAnchorElement>("a.find");
  if (!field && !link) return;
  event.preventDefault();
  if (field) field.focus();
  else link?.click();
}

/** The question mark lists the keys, in a menu that Escape closes. */
function listKeys(event: KeyboardEvent): void {
  if (event.key !== "?" || !plain(event) || isWriting(event.target) || !keysAreOn()) return;
  event.preventDefault();
  document.getElementById("keys")?.togglePopover();
}

/** Words selected in a section are quoted in the comment that is opened for it. */
function quoteSelection(event: Event): void {
  const menu = event.target as HTMLElement;
  const field = menu.querySelector<HTMLInputElement>("input[data-quote]");
  const words = document.getSelection()?.toString().trim() ?? "";
  if (field && words && !field.value && !words.includes("\n")) field.value = words.slice(0, 500);
}

/** Lists that stand open beside a text are folded where they would stand before it. */
function foldOnPhones(): void {
  if (!matchMedia("(max-width: 52rem)").matches) return;
  document.querySelectorAll<HTMLDetailsElement>("details.fold-s[open]").forEach((list) => list.removeAttribute("open"));
}

/** The toast that offers to undo leaves after eight seconds, not while it is pointed at or holds the focus. */
function toastLeaves(toast: HTMLElement): void {
  let left = 8;
  const clock = setInterval(() => {
    if (toast.matches(":hover, :focus-within")) return;
    left -= 1;
    if (left > 0) return;
    clearInterval(clock);
    toast.remove();
  }, 1000);
}

/** A slider shows where it was let go; without scripts a button beside it does. */
function slide(event: Event): void {
  const slider = event.target;
  if (slider instanceof HTMLInputElement && slider.type === "range") slider.form?.requestSubmit();
}

document.addEventListener("change", slide);
document.addEventListener("keydown", searchKey);
document.addEventListener("keydown", listKeys);
document.addEventListener("keydown", reviewKeys);
document.addEventListener("submit", sendOnce);
addEventListener("pageshow", sendAgain);
document.addEventListener("beforetoggle", quoteSelection, true);
foldOnPhones();
lookAgain();
followSections([...document.querySelectorAll<HTMLAnchorElement>("[data-review] .outline a[href^='#']")]);
followSections([...document.querySelectorAll<HTMLAnchorElement>(".toc a[href^='#']")]);
if (!keysAreOn()) document.querySelectorAll<HTMLElement>("[data-keys]").forEach((note) => note.remove());
document.querySelectorAll<HTMLElement>("[data-toast]").forEach(toastLeaves);
document.querySelector<HTMLElement>("[popover][data-open]")?.showPopover();
