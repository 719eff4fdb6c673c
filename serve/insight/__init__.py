"""What lies behind a score: change, trend, forecast, missing facts."""
