"""One module for each framework whose dependencies can be overridden."""
