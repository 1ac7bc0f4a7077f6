"""The demo: a company, its texts and their history, made by the product's own use cases and served from a folder."""
