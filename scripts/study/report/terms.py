"""The words that the report explains where they stand, on hover and on tap."""

TERMS = {
    "cell": "A cell is one value for every training parameter.",
    "seed": "A seed decides all that a training draws at random. Cells are compared seed by seed;"
    " the spread over seeds says how far one training may be from another.",
    "validation": "The validation split is measured after every epoch; a value is the mean over a"
    " round’s epochs after the warm-up.",
    "test": "The test split is scored after the last epoch, and chooses nothing.",
    "interval": "So wide that in 95 of 100 studies all that are drawn here hold what they are"
    " about (Bonferroni). How far other samples could move a difference is not in them.",
}
