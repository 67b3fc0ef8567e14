"""In charge of GraphQL documents: read, held against the schema, and what they ask of it."""
