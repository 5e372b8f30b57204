"""Training: losses, activations, optimizers and networks to choose from, and how a run trains.

What this package imports decides whether runs are trained again: see `study.store.code`.
"""

# What is measured in every epoch, in the order of the columns of metrics.csv.
EPOCH_METRICS = ("train_loss", "train_accuracy", "val_loss", "val_accuracy")
