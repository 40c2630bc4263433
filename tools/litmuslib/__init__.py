"""What tools/litmus is made of; docs/51-litmus.md says how it fits together."""
