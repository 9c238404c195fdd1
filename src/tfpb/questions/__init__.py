"""What a table leaves open as a whole, before any result: frames of text in, questions out."""
