"""Commands after training: retrain, recalibrate, monitor, back-test, shadow, lift."""
