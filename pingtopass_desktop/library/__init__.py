"""Question banks and packs: the content side. Nothing here knows a learner or shows a widget."""
