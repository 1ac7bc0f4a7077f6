"""Mail: notices gathered, written in their reader's language, and handed to the company's server at most once."""
