"""The only home of drivers: each store compiles a read to its own language and runs it."""
