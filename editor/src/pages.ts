// Small things that pages do when scripts run; every page works without them.

/** The slash leads to the search, wherever one is not writing. */
function searchKey(event: KeyboardEvent): void {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
  const field = document.querySelector<HTMLInputElement>('input[type="search"]');
  const link = document.querySelector<HTMLAnchorElement>("a.find");
  if (!field && !link) return;
  event.preventDefault();
  if (field) field.focus();
  else link?.click();
}

/** j and k go through the sections of a review. */
function sectionKeys(event: KeyboardEvent): void {
  if (!["j", "k"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target))
    return;
  const links = [...document.querySelectorAll<HTMLAnchorElement>(".outline a[href^='#']")];
  const at = links.findIndex((link) => link.getAttribute("aria-current") === "true");
  const next = links[event.key === "j" ? Math.min(at + 1, links.length - 1) : Math.max(at - 1, 0)];
  if (!next) return;
  links.forEach((link) => link.removeAttribute("aria-current"));
  next.setAttribute("aria-current", "true");
  next.click();
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

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

document.addEventListener("keydown", searchKey);
document.addEventListener("keydown", sectionKeys);
document.addEventListener("beforetoggle", quoteSelection, true);
foldOnPhones();
document.querySelectorAll<HTMLElement>("[data-toast]").forEach(toastLeaves);
document.querySelector<HTMLElement>("[popover][data-open]")?.showPopover();
