"""What the leads of the sample company are made of: one file a facet."""
