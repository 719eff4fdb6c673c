"""What language models may ask of a server: an MCP server over the typed client."""
