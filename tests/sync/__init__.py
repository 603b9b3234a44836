"""Tests of the money path and of the sync loop, against fakes that misbehave on demand and against the real disk."""
