"""Who is asked, how far readers agree, and what they think of it."""
