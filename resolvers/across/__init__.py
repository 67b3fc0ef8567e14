"""In charge of filters and orders that lead into the other store: keys stand in for its values."""
