"""The whole product on a sample district, in one process, with nothing to configure."""
