"""What notebooks show: tables and pictures as fragments of HTML, in both languages."""
