"""The active-set method that decides linear separability."""
