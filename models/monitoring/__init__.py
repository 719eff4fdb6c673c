"""Whether the world still is as the model learned it: drift, calibration, activities, new words."""
