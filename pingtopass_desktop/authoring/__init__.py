"""Bringing questions in and out: imports of banks and foreign files, exports. No Qt, no learner data."""
