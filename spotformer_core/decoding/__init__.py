"""From frame scores to proposals, [Deng2024] Sec. 3.4. Knows nothing of models."""
