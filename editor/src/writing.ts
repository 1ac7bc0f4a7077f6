// When a key is a letter of a text and when it is a command.

/** Whether the person types: then no letter is a command. */
export function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Whether the person has left the keys of one letter on; the preferences keep the choice in a cookie. */
export function keysAreOn(): boolean {
  return !document.cookie.split("; ").includes("charte_keys=off");
}

/** Whether no modifier was held: with one, the key is the browser's. */
export function plain(event: KeyboardEvent): boolean {
  return !event.ctrlKey && !event.metaKey && !event.altKey;
}
