"""The trade in frozen values and pure rules; standard library only."""
