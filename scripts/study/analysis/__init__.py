"""From the files of runs to averages, final metrics, paired tests, effects and verdicts.

Arrays and frames in, arrays and frames out; nothing here draws or formats for people.
"""
