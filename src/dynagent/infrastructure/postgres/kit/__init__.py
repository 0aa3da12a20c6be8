"""What the repositories of all nouns are made of: statements in a session, pages, and tables with an owner."""
