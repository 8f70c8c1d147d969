"""What is where in an account, what is not as it should be, and finishing what can be finished."""
