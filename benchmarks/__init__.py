"""What the README's figures are made with: `make bench`."""
