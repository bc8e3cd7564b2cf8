"""What training minimises: focal classification and supervised contrastive learning (Eq. 3 to 5 of [Deng2024])."""
