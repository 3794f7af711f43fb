"""The pages of the annual assessment and of Finance, a module for each place."""
