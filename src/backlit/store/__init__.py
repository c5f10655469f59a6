"""What people and tasks leave behind that is no observation of a page: the state of the application."""
