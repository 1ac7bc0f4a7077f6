// The reference of the REST interface, drawn from the server's own OpenAPI text.

declare const SwaggerUIBundle: (options: Record<string, unknown>) => unknown;

SwaggerUIBundle({ url: "/api/schema/openapi.json", dom_id: "#reference", deepLinking: true });
