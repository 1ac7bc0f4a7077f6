"""What a guideline is: its document, changes, versions and comments. Knows nobody above it."""
