"""The money as an account: from the notices to what may be due, and what hangs on each renewal."""
