"""Measures the addon beside other ways to do the same work; see README.md."""
