"""How a finding is mended: one codemod a fix kind, and the engine that proves and writes."""
