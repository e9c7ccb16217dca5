"""What a club does: plain rules, with no Discord and no database in them."""
