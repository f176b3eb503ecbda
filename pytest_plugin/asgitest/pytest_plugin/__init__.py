"""The pytest plugin of asgitest."""
