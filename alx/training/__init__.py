"""How models are fitted, asked for predictions and tested."""
