"""How a model is reached: the embedded one, Inspect's providers; heavy libraries load when used."""
