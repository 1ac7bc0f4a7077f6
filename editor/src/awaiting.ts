// A page that says what is being worked out looks again by itself; without scripts a link on it does.

/** Looks again after the seconds that the waiting part names, and shows the page anew once nothing of it waits. */
export function lookAgain(): void {
  const waiting = document.querySelector<HTMLElement>("[data-awaits]");
  if (waiting) setTimeout(() => void look(waiting), (Number(waiting.dataset["awaits"]) || 2) * 1000);
}

async function look(waiting: HTMLElement): Promise<void> {
  const page = await fetched();
  const found = page?.querySelector("[data-awaits]");
  if (page && !found) {
    location.reload();
    return;
  }
  if (found) waiting.replaceWith(found);
  lookAgain();
}

/** The page as it is now; null when it cannot be had, which the next look may mend. */
async function fetched(): Promise<Document | null> {
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch {
    return null;
  }
}
