// Prints the editor's words in both languages, for tests/conformance/test_editor.py.
import { en, fr } from "../src/words.ts";
import { say } from "./lines.ts";

say({ en, fr });
