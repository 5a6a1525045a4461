"""The page in a real browser, against the app started as a user starts it."""
