"""The proof of a policy: every state that people can bring a version into is visited, and judged independently."""
