"""What the commands of a project do: begin, ask, take in, fit, hand out."""
