"""Exercises that check themselves, offline: one file a chapter, one function an exercise."""

from mtrec_lib.book.exercises.registry import answer, checker, exercise, ids

__all__ = ["answer", "checker", "exercise", "ids"]
