"""The rules of questions, exams, forms, attempts, scores and memory: values in, values out.

Nothing here reads a clock, a file, a database or a random source: time and seeds are arguments.
"""
