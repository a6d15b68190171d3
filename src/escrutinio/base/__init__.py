"""What every room stands on: errors, words, files, fetching, workers."""
