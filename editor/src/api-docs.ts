// The reference of the REST interface, drawn from the server's own OpenAPI text.

declare const SwaggerUIBundle: (options: Record<string, unknown>) => unknown;

/** What the drawing leaves without a name for those who do not see it. */
function nameControls(): void {
  const label = document.querySelector(".servers-title")?.textContent ?? "Servers";
  document
    .querySelectorAll("#reference select:not([aria-label])")
    .forEach((list) => list.setAttribute("aria-label", label));
}

// Without deep links the headings hold no link inside a button.
SwaggerUIBundle({
  url: "/api/schema/openapi.json",
  dom_id: "#reference",
  deepLinking: false,
  onComplete: nameControls,
});
