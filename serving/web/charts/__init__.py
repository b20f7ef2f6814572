"""Charts: the geometry of what is drawn; templates/parts/charts.html turns it into SVG, with its table behind."""
