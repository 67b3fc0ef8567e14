"""In charge of direct completion: rows become bytes, by functions that are made once."""
