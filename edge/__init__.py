"""The edge of the server: what HTTP says, in and out."""
