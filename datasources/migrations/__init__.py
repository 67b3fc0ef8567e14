"""One numbered history of both stores: planned, applied, compared with the models, continued."""
