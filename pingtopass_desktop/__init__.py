"""PingToPass Desktop: practise and sit timed IT certification exams, with or without a network."""

__version__ = "0.1.0"
