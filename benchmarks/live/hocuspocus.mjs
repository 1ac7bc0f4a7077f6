// Hocuspocus with its default debounce (it stores two seconds after a change), into SQLite.
// Usage: node hocuspocus.mjs PORT DATABASE BLOCKS. Every document begins with so many paragraphs.
import { DatabaseSync } from "node:sqlite";
import { Server } from "@hocuspocus/server";
import * as Y from "yjs";

const [port, file, blocks] = process.argv.slice(2);
const database = new DatabaseSync(file);
database.exec("PRAGMA journal_mode=WAL; CREATE TABLE IF NOT EXISTS document (name TEXT PRIMARY KEY, state BLOB)");
const read = database.prepare("SELECT state FROM document WHERE name = ?");
const write = database.prepare("INSERT OR REPLACE INTO document VALUES (?, ?)");
const words = "Staff speak for the company only when they were asked to, and say so when they speak for themselves. ";

const server = new Server({
  port: Number(port),
  address: "127.0.0.1",
  quiet: true,
  async onLoadDocument({ documentName, document }) {
    const row = read.get(documentName);
    if (row) Y.applyUpdate(document, row.state);
    const text = document.getXmlFragment("default");
    if (text.length) return;
    document.transact(() => {
      for (let at = 0; at < Number(blocks); at++) {
        const paragraph = new Y.XmlElement("paragraph");
        paragraph.insert(0, [new Y.XmlText(words.repeat(3))]);
        text.push([paragraph]);
      }
    });
  },
  async onStoreDocument({ documentName, document }) {
    write.run(documentName, Y.encodeStateAsUpdate(document));
  },
});
await server.listen();
console.log("ready");
