"""Access requests: whose data is meant, and everything held about them."""
