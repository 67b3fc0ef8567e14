"""In charge of operations: understood once, then at hand; each root field in its form."""
