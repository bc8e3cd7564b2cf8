"""Notices of a cloud that it takes a node back, read where the cloud writes them."""
