"""Readers of foreign questions. They turn files into fields and never write, publish or touch the library.

record     what every format is read into, and the one error of this package
encoding   bytes to text
table      CSV, TSV and their relatives
jsonfile   JSON and JSON lines
jsonlines  where the objects of a JSON text stand
columns    the names by which columns are recognised
mapping    which column plays which part, guessed or stated by the [import] table
options    the options of one record
keycells   what one key may mean
keys       which options are right, decided over a whole file
questions  from records to the fields that `library.bank.fields` validates
"""
