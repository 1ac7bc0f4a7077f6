// Where the version stands: chip, buttons and banner are the server's own words, fetched again when the state has moved.

const PARTS = ["state-chip", "state-acts", "state-notice"];

export class StateParts {
  private readonly address: string;
  private asked = 0;
  private shown: string;

  /** `shown` is what the page showed when it came: state and right. */
  constructor(address: string, shown: string) {
    this.address = address;
    this.shown = shown;
  }

  /** Shows where the version stands now; false when the server could not be asked. */
  async show(state: string, can: string): Promise<boolean> {
    const now = `${state} ${can}`;
    if (now === this.shown) return true;
    const asked = ++this.asked;
    try {
      const answer = await fetch(this.address, { headers: { accept: "text/html" } });
      if (!answer.ok) return false;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (asked !== this.asked) return true;
      for (const id of PARTS) {
        const part = fresh.getElementById(id);
        if (part) document.getElementById(id)?.replaceWith(part);
      }
      this.shown = now;
      return true;
    } catch {
      return false;
    }
  }
}
