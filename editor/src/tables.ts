// Tables: the library's commands on the schema's roles. Its repairs run only in the editor that made the change.
import type { Command } from "prosemirror-state";
import { Plugin, TextSelection } from "prosemirror-state";
import * as tables from "prosemirror-tables";
import { isFromAuthority } from "./collab.ts";
import { freshId } from "./ids.ts";
import { nodeType } from "./schema.ts";

/** The library's plugin; what another's commit did to a table is that writer's to repair. */
export function tablesPlugin(): Plugin {
  const { spec } = tables.tableEditing();
  return new Plugin({
    ...spec,
    appendTransaction(transactions, before, state) {
      if (transactions.every((tr) => !tr.docChanged || isFromAuthority(tr))) return null;
      return spec.appendTransaction?.call(this, transactions, before, state) ?? null;
    },
  });
}

export const { isInTable } = tables;

/** A table of three columns with a header row, below the block with the caret. */
export const insertTable: Command = (state, dispatch) => {
  if (isInTable(state) || state.selection.$to.depth === 0) return false;
  const after = state.selection.$to.after(1);
  const cells = (kind: string) =>
    Array.from({ length: 3 }, () => nodeType(kind).create(null, nodeType("paragraph").create({ id: freshId() })));
  const rows = ["header_cell", "cell", "cell"].map((kind) => nodeType("row").create(null, cells(kind)));
  const tr = state.tr.insert(after, nodeType("table").create({ id: freshId() }, rows));
  if (after + (tr.doc.nodeAt(after)?.nodeSize ?? 0) === tr.doc.content.size) {
    tr.insert(tr.doc.content.size, nodeType("paragraph").create({ id: freshId() }));
  }
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, after + 4)).scrollIntoView());
  return true;
};

/** The next cell; after the last one, a new row. */
export const nextCell: Command = (state, dispatch, view) => {
  if (!isInTable(state)) return false;
  if (tables.goToNextCell(1)(state, dispatch)) return true;
  if (!dispatch || !view) return true;
  tables.addRowAfter(state, dispatch);
  return tables.goToNextCell(1)(view.state, view.dispatch);
};

export const previousCell: Command = tables.goToNextCell(-1);

/** The table's tools in groups: a word, then buttons with their icons. */
export const TABLE_TOOLS = [
  [
    "tableRow",
    [
      ["rowAbove", "arrow-up", tables.addRowBefore],
      ["rowBelow", "arrow-down", tables.addRowAfter],
      ["headerRow", "panel-top", tables.toggleHeaderRow],
      ["deleteRow", "trash-2", tables.deleteRow],
    ],
  ],
  [
    "tableColumn",
    [
      ["columnLeft", "arrow-left", tables.addColumnBefore],
      ["columnRight", "arrow-right", tables.addColumnAfter],
      ["headerColumn", "panel-left", tables.toggleHeaderColumn],
      ["deleteColumn", "trash-2", tables.deleteColumn],
    ],
  ],
  ["tableTools", [["deleteTable", "trash-2", tables.deleteTable]]],
] as const satisfies readonly (readonly [string, readonly (readonly [string, string, Command])[]])[];
