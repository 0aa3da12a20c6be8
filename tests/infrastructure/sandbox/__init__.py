"""Tests of the sandbox against the real thing: real zygotes, real children, real attacks."""
