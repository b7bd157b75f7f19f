"""One codemod a fix kind."""
