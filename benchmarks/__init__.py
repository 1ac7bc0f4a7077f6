"""What Charte costs, beside its peers."""
