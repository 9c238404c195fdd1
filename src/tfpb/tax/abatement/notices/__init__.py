"""What notices bear: their sums, the habit of the file that gives them, the premises they abate."""
