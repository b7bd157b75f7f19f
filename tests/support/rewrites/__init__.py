"""Rewrites of a program that leave what it does as it is, or that take an ending away."""
