"""Where wire shapes and odd units stop: one module a family, from wire nodes to domain values and back."""
