"""The documentation page of the API, readable without any network."""
