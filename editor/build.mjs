// Builds what browsers load: scripts, style, fonts and icons under names that hold their hash, compressed once.
// Usage: node build.mjs OUTPUT. Run by hatch_build.py; nothing of it is committed.
// A server may be running on the folder: what its pages name stays for a day, and the manifest changes last, at once.
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = resolve(process.argv[2] ?? join(here, "../api/static/build"));
const DAY = 24 * 60 * 60 * 1000;
const modules = join(here, "node_modules");
const manifest = {};

const FONTS = {
  "fonts/inter-latin-wght-normal.woff2": "inter/files/inter-latin-wght-normal.woff2",
  "fonts/source-serif-4-latin-opsz-normal.woff2": "source-serif-4/files/source-serif-4-latin-opsz-normal.woff2",
  "fonts/source-serif-4-latin-opsz-italic.woff2": "source-serif-4/files/source-serif-4-latin-opsz-italic.woff2",
};

const MARK = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1f4f8f"/><text x="16" y="23" font-family="Georgia,serif" font-size="22" text-anchor="middle" fill="#fff">§</text></svg>`;

async function keep(name, bytes) {
  const data = Buffer.from(bytes);
  const hash = createHash("sha256").update(data).digest("hex").slice(0, 10);
  const dot = name.lastIndexOf(".");
  const kept = `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
  manifest[name] = kept;
  const path = join(output, kept);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, data);
  if (!name.endsWith(".woff2")) {
    await writeFile(`${path}.gz`, gzipSync(data, { level: 9 }));
    await writeFile(`${path}.br`, brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  }
  return kept;
}

async function icons() {
  const names = (await readFile(join(here, "icons.txt"), "utf8")).split("\n").map((name) => name.trim()).filter(Boolean);
  const symbols = await Promise.all(names.map(async (name) => {
    const svg = await readFile(join(modules, "lucide-static/icons", `${name}.svg`), "utf8");
    const inner = svg.replace(/<!--.*?-->/gs, "").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s+/g, " ").trim();
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${inner}</symbol>`;
  }));
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

/** Both ends of the live protocol must read documents alike: the editor names the schema it was built with. */
const schema = await readFile(join(here, "../guidelines/schema.json"));
const schemaHash = createHash("sha256").update(schema).digest("hex");

async function script(name) {
  const done = await build({
    entryPoints: [join(here, "src", `${name}.ts`)], bundle: true, minify: true, write: false,
    format: "esm", target: ["es2022"], legalComments: "none", logLevel: "warning",
    define: { SCHEMA_HASH: JSON.stringify(schemaHash) },
  });
  await keep(`${name}.js`, done.outputFiles[0].contents);
}

async function style(name) {
  let text = await readFile(join(here, "../api/static/src", name), "utf8");
  for (const font of Object.keys(FONTS)) text = text.replaceAll(`url("${font}")`, `url("/static/${manifest[font]}")`);
  const done = await build({
    stdin: { contents: text, loader: "css" }, minify: true, write: false, bundle: false, logLevel: "warning",
    target: ["chrome123", "firefox128", "safari17.5"],
  });
  await keep(name, done.outputFiles[0].contents);
}

/** Every file under a folder, by its path from there. */
async function files(folder) {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return found.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** Puts the fresh files in their place, the manifest last, and removes what no page has named for a day. */
async function replace() {
  const fresh = (await files(output)).sort((one) => (one === "manifest.json" ? 1 : -1));
  const former = (await files(target)).filter((path) => !fresh.includes(path) && !path.startsWith(basename(output)));
  const named = await readFile(join(target, "manifest.json"), "utf8").then(JSON.parse, () => ({}));
  const now = new Date();
  for (const path of fresh) {
    await mkdir(dirname(join(target, path)), { recursive: true });
    await rename(join(output, path), join(target, path));
  }
  for (const path of former) {
    const place = join(target, path);
    const left = Object.values(named).includes(path.replace(/\.(gz|br)$/, ""));
    if (left) await utimes(place, now, now);
    else if (now - (await stat(place)).mtime > DAY) await rm(place);
  }
  await rm(output, { recursive: true });
}

await mkdir(target, { recursive: true });
const output = await mkdtemp(join(target, ".fresh-"));
for (const [name, source] of Object.entries(FONTS)) {
  await keep(name, await readFile(join(modules, "@fontsource-variable", source)));
}
for (const family of ["inter", "source-serif-4"]) {
  const licence = await readFile(join(modules, "@fontsource-variable", family, "LICENSE"));
  await keep(`fonts/${family}-licence.txt`, licence);
}
await keep("icons.svg", await icons());
await keep("mark.svg", MARK);
await script("pages");
await script("api-docs");
await script("editor");
await style("charte.css");
await style("editor.css");
for (const name of ["swagger-ui.css", "swagger-ui-bundle.js"]) {
  await keep(name, await readFile(join(modules, "swagger-ui-dist", name)));
}
await writeFile(join(output, "manifest.json"), JSON.stringify(manifest, null, 1));
await replace();
