"""What a noun does when it hears another noun's event; may run twice without harm."""
