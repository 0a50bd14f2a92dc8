"""One run's working state: what was asked for, what each device is still to be asked, what has been heard."""
