"""What every lane must make of endpoints' manners; both lanes pass the same tests."""
