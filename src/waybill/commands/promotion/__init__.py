"""From one account to another: what the source offers, copied or relayed, approved, and recorded."""
