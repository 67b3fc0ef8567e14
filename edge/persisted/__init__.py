"""Documents that are asked for by an id in place of their text: those that clients have sent."""
