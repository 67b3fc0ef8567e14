"""In charge of changes of both stores: what PostgreSQL has, MongoDB gets as well."""
