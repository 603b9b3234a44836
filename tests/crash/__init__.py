"""Programs that kill the money path at the worst moments and count what was lost, doubled or unseen."""
