"""The learner's account and the companion API, seen from the desktop. No widgets; studying never waits for it.

Everything here runs on the network lane, one call at a time. What speaks HTTP, OAuth or with the keyring of the system
is imported by the call that needs it, never before the first page is painted.
"""
