"""Who does the rows of a study at once: this machine, Ray, Dask or SLURM."""
