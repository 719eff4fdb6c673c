"""What all pages share: frame, templates, words, visitors, forms, error pages."""
