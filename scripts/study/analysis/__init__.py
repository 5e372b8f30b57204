"""From the files of runs to what they say: averages, final metrics, paired tests, effects, verdicts.

Arrays and frames in, arrays and frames out; nothing here draws or formats for people.
"""
