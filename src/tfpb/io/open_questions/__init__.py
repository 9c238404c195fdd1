"""Questions of the files as read, and the replies to them."""
