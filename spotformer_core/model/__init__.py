"""SpotFormer: from the SW-MRO window around a frame to the ten logits of that frame ([Deng2024] Sec. 3.2)."""
