"""What is offered to programs: predictions, and the server's health."""
