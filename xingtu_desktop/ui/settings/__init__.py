"""Settings: account, limits, looks, contract terms, what is kept on this computer, and what the program is made of."""
