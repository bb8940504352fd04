"""The exam of the General pool in ../shared/fixtures/ham-general: a real pool of 423 questions."""

HAM_EXAM = """\
[exam]
id = "ham-general"
name = "Amateur radio General"
questions = 35
minutes = 60
pass = { count = 26 }
[import]
objective = { from = "id", first = 3 }
add_objectives = "draw:1"
"""
