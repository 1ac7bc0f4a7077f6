// Spreads frames, a line each, as the connection does. Read by tests/conformance/test_frames.py.
import { spread, type FromAuthority } from "../src/frames.ts";
import { heard, say } from "./lines.ts";

for await (const frame of heard()) say(spread(frame as FromAuthority));
