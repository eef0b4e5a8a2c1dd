"""Who is asked: invitations, followers, and interviews in progress."""
