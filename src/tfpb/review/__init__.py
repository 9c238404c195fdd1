"""Every doubt: listed, pictured, written to the review workbook, and decisions read back."""
