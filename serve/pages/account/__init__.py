"""The pages of accounts: their list, and the people of one."""
