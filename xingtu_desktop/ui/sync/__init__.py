"""The outbox below the sync pill: every action as a sentence, with what became of it and what a person can still do."""
