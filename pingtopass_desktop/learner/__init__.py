"""What the learner did: immutable events in one SQLite file, and the read models folded from them."""
