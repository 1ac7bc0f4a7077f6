// The text without its suggestions, or as it would be with all of them: computed from the text, and only to be read.
import type { Node } from "prosemirror-model";
import { EditorState, type Plugin } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { element } from "./dom.ts";
import { base, result } from "./suggest-formula.ts";

/** Which text is shown: with what is suggested in it, the one that is signed, or the one that is meant. */
export type Shown = "suggestions" | "base" | "result";

export class Projection {
  private readonly sheet: HTMLElement;
  private readonly plugins: () => Plugin[];
  private readonly attributes: (doc: Node) => Record<string, string>;
  private view: EditorView | null = null;
  private of: { doc: Node; shown: Shown } | null = null;

  constructor(sheet: HTMLElement, plugins: () => Plugin[], attributes: (doc: Node) => Record<string, string>) {
    this.sheet = sheet;
    this.plugins = plugins;
    this.attributes = attributes;
  }

  /** To be called after each change. */
  show(shown: Shown, doc: Node): void {
    if (shown === "suggestions") return this.leave();
    if (this.of?.doc === doc && this.of.shown === shown) return;
    this.of = { doc, shown };
    const state = EditorState.create({ doc: (shown === "base" ? base : result)(doc), plugins: this.plugins() });
    if (this.view) this.view.updateState(state);
    else {
      const place = element("div");
      this.sheet.append(place);
      const attributes = ({ doc: now }: EditorState) => this.attributes(now);
      this.view = new EditorView({ mount: place }, { state, editable: () => false, attributes });
    }
  }

  private leave(): void {
    this.view?.destroy();
    this.view?.dom.remove();
    this.view = this.of = null;
  }
}
