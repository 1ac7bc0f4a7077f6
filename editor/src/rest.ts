// Threads are opened and answered by the REST interface; the socket tells everybody, the writer too.

export class Refused extends Error {
  readonly title: string;

  constructor(title: string, detail: string) {
    super(detail);
    this.title = title;
  }
}

export type Post = (path: string, body: Readonly<Record<string, unknown>>) => Promise<void>;

/** Posts below the version's address. Raises `Refused` with the authority's own words, or with none when it was not reached. */
export function poster(apiUrl: string, csrf: string, language: string): Post {
  return async (path, body) => {
    let answer: Response;
    try {
      answer = await fetch(`${apiUrl}${path}`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/json",
          "accept-language": language,
          "x-csrf-token": csrf,
        },
        body: JSON.stringify(body),
      });
    } catch {
      throw new Refused("", "");
    }
    if (answer.ok) return;
    const problem = (await answer.json().catch(() => ({}))) as { title?: string; detail?: string };
    throw new Refused(problem.title ?? "", problem.detail ?? "");
  };
}
