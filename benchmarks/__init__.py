"""What the measurements of docs/performance.md are made with: `make bench`."""
