// Talks with Python: a line of JSON in, a line of JSON out.
import { createInterface } from "node:readline";

export function say(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export async function* heard(): AsyncGenerator<unknown> {
  for await (const line of createInterface({ input: process.stdin })) yield JSON.parse(line) as unknown;
}
