"""The virus scanner ClamAV, asked through its daemon."""
