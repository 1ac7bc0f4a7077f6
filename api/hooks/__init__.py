"""The company's chat: addresses that are told, signed, what happens to guidelines, and nothing of their words."""
