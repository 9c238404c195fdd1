"""Imported geography: address index, perimeters, communes, and the way to get them."""
