"""What attackers tried once, each as a test that failed before it was mended."""
