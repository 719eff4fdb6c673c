"""One module a system; each can do what `pipelines.connect.crm.Crm` states."""
