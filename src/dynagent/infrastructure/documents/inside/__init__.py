"""What runs in the process that reads a document: the standard library, parsers, the sandbox's layers."""
