"""Pictures with a mask each, in folders as many tools leave them."""
