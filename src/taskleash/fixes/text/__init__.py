"""Texts before and after: what a fix changed, and nothing but that."""
