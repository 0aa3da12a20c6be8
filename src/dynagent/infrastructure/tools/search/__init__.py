"""Web search: one port, several providers, one choice between them."""
