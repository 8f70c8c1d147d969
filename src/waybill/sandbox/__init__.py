"""The embedded AWS for laptops and tests: an optional extra that nothing else imports."""
