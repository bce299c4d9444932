"""What others send in: checks beyond `verify`, the words of a pull request, and of its answer.

Whether a file is a record at all is the question of `records.verify`; here it is whether a record
by a stranger may join the others. Registers and model cards made from records stand here, too.
"""
