"""What the README's measurements are made with: `make bench`."""
