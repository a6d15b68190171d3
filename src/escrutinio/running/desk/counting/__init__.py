"""The screen of an audit board: two people count each box that an audit drew, apart from each other."""
