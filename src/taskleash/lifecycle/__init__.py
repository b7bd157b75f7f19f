"""The life of objects and programs: set-up, events, teardowns, and what comes again."""
