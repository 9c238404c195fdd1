"""What joins the stages: money beside satisfaction, and how far the doubts carry."""
