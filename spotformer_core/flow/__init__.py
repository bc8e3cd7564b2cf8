"""From recordings to flow bands: landmarks, face regions, dense flow, head motion, flow band, store."""
