"""API coverage: which parts of an API have been tested, and by which tests."""
