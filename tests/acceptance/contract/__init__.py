"""The contract of design.md, held against the real `motcua` by someone who knows nothing else."""
