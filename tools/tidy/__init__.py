"""The rules of docs/style.md that a program can check; see tools/tidy.py."""
