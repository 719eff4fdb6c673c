"""What a contact adds, and how leads that nobody called are judged, as pages."""
