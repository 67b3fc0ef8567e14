"""In charge of what is asked, in the catalog's terms and for whom: a selection becomes reads."""
