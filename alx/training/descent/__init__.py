"""How weights go down: rules, rates, averages, and when to end."""
