"""A question bank: its shape, its text format, its validation and its digest.

model      the bank as values, its rows and digest
exam_text  exam.toml
fields     one question from plain fields, with validation
source     a folder or a zip, read within limits
text       reading a bank folder or zip
export     writing one
"""
