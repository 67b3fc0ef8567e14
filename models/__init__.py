"""The sample: flights from New York in 2013, a file for each entity. Put your own models here."""
