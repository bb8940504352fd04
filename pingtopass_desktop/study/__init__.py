"""The use cases of a learner: practise, sit an exam, review it, mark questions. No widgets, no SQL of its own.

Everything here runs on the store lane, one call at a time, and returns frozen values.
"""
