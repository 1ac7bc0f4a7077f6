"""The pages people see: thin handlers that read, ask the packages below, and render."""
