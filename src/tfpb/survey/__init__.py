"""Tenant satisfaction, QPV against classic quarters; pure."""
