"""What is known of the field, each fact once: amounts, claims, quarters, dwellings, doubts."""
