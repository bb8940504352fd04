"""The tour: a walk through every page and state of the real window, with a picture of each."""
