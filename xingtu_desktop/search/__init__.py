"""The creator index: numpy columns, packed bitmaps, permutations, text and their snapshot; no Qt, no SQL."""
