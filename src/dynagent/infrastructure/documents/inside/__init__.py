"""What runs in the process that reads a document; it imports the standard library, parsers, and the sandbox's layers."""
