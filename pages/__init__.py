"""The pages: one module each, registered here and nowhere else."""
