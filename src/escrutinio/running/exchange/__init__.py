"""What travels between programs and people: how they ask each other, and what they hand over."""
