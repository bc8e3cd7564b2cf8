"""What reports are made of: other people's detections, their scores, and how these are written down."""
