"""The contenders, one module each, written as their authors would write them.

``run(registry, task)`` does the work and returns how many HTTP requests it took.
"""
