"""Who is told of what: by the bell on every page, by mail, and the company's chat."""
