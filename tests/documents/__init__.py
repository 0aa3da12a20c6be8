"""What the documents say is done here."""
