"""Batches that are chosen together: covers, sets, designs, joint entropy."""
