"""What the figures of docs/performance.md are made with: `make bench`."""
