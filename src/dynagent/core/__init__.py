"""What is true: entities, values, ports, domain services and events. Knows the standard library and pydantic only."""
