"""The options of the command line, in groups; a command is decorated with those that it takes."""
