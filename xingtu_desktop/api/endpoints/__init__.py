"""The official endpoints that the program uses: one module a family, each function one path."""
