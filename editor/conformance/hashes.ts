// Answers each document with its hashes, for tests/conformance/test_hashes.py.
import { documentHash, sections, type NodeJson } from "../src/canonical.ts";
import { heard, say } from "./lines.ts";

for await (const line of heard()) {
  const document = line as NodeJson;
  say({ document: documentHash(document), sections: sections(document) });
}
