"""Sign-in by OpenID Connect: the attempt of a browser, and the provider."""
