"""What people enter beside forms of their own: lists filled, cells corrected, points and addresses."""
