"""The pages that salespeople read, rendered on the server in Japanese and English."""
