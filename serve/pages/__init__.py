"""The pages that salespeople read: made on the server, in Japanese and English."""
