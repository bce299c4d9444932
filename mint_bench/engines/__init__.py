"""How a model is reached: Inspect's providers, the embedded model; heavy libraries load late."""
