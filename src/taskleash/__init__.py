"""Finds every fire-and-forget asyncio task of a code base and says who holds it and who ends it."""

__version__ = "0.1.0"
