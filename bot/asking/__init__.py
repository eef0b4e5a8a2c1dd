"""What the bot starts by itself: invitations, reminders, notices of a followed dossier's status."""
