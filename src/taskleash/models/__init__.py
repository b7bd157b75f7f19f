"""What is known of Python, asyncio and libraries, as data: a table of APIs, and words in names."""
