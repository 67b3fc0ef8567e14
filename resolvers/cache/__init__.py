"""In charge of what was read: batched in one request, and kept where a model says so."""
