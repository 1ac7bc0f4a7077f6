// Threads are opened and answered by the REST interface; the socket tells everybody, the writer too.

export class Refused extends Error {
  readonly title: string;

  constructor(title: string, detail: string) {
    super(detail);
    this.title = title;
  }
}

type Body = Readonly<Record<string, unknown>>;

/** Asks below the version's address. Raises `Refused` with the authority's own words, or with none when it was not reached. */
export class Rest {
  private readonly address: string;
  private readonly headers: Readonly<Record<string, string>>;

  constructor(address: string, csrf: string, language: string) {
    this.address = address;
    this.headers = {
      "content-type": "application/json",
      accept: "application/json",
      "accept-language": language,
      "x-csrf-token": csrf,
    };
  }

  async post(path: string, body: Body): Promise<void> {
    await this.send(path, { method: "POST", body: JSON.stringify(body) });
  }

  async patch(path: string, body: Body): Promise<void> {
    await this.send(path, { method: "PATCH", body: JSON.stringify(body) });
  }

  async get<T>(path: string, asked: Readonly<Record<string, string>>): Promise<T> {
    const answer = await this.send(`${path}?${new URLSearchParams(asked).toString()}`, {});
    return (await answer.json()) as T;
  }

  private async send(path: string, request: RequestInit): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(`${this.address}${path}`, { ...request, headers: this.headers });
    } catch {
      throw new Refused("", "");
    }
    if (answer.ok) return answer;
    const problem = (await answer.json().catch(() => ({}))) as { title?: string; detail?: string };
    throw new Refused(problem.title ?? "", problem.detail ?? "");
  }
}
