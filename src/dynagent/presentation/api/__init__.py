"""Routes: body → message → bus → response."""
