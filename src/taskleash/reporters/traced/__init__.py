"""What a traced run showed, in the formats of `taskleash trace`."""
