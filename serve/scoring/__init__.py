"""From records to an answer, by the champion."""
