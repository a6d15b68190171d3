"""What travels between programs: how they ask each other, and what they answer."""
