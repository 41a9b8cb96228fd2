"""The model of a run, used: masks or classes of other images, and exported."""
