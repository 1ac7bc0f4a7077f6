// Answers each document with the numbers of its headings and clauses, for tests/conformance/test_numbers.py.
import { Node } from "prosemirror-model";
import { sectionNumbers } from "../src/numbering.ts";
import { schema } from "../src/schema.ts";
import { heard, say } from "./lines.ts";

for await (const line of heard()) say(Object.fromEntries(sectionNumbers(Node.fromJSON(schema, line))));
