"""Devices that replay image files: for demonstrations, training and tests."""
