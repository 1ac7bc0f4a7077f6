// Forms on their way: none is sent twice, and one that takes long says what is being done.

/** Under this nobody waits, and a change of words would only flicker. */
const QUICK = 300;
/** A form that was never answered (the way was cut, or the person stopped it) may be sent again. */
const GIVEN_UP = 60_000;

/** Keeps a form from being sent twice; its button waits with it, in the words of `data-waits` where there are some. */
export function sendOnce(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset["sent"]) {
    event.preventDefault();
    return;
  }
  form.dataset["sent"] = "yes";
  const button = event.submitter instanceof HTMLButtonElement ? event.submitter : form.querySelector("button");
  if (button) setTimeout(() => wait(form, button), QUICK);
  setTimeout(() => released(form), GIVEN_UP);
}

function wait(form: HTMLFormElement, button: HTMLButtonElement): void {
  if (!form.dataset["sent"]) return;
  const words = form.dataset["waits"];
  const former = [...button.childNodes];
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  if (words) {
    const status = document.createElement("span");
    status.setAttribute("role", "status");
    button.replaceChildren(status);
    status.textContent = words;
  }
  form.addEventListener("charte:released", () => {
    button.disabled = false;
    button.removeAttribute("aria-busy");
    button.replaceChildren(...former);
  }, { once: true });
}

function released(form: HTMLFormElement): void {
  delete form.dataset["sent"];
  form.dispatchEvent(new Event("charte:released"));
}

/** A page that comes back as it was left offers its forms again. */
export function sendAgain(event: PageTransitionEvent): void {
  if (event.persisted) document.querySelectorAll<HTMLFormElement>("form[data-sent]").forEach(released);
}
