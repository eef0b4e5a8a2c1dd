"""The public page of results: figures anybody may read, with small cells hidden."""
