"""Documents that are asked for by an id: those that clients have sent, and trusted ones."""
