"""The language server: a front for the editor, and a process behind it that analyses."""
