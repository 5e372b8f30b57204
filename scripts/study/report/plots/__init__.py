"""Plots of the baseline's cell and of the levels of each factor: a module a plot.

They are drawn from `groups`, as `study.design.levels.factor_levels` returns them, and `scores`, as
`study.analysis.evaluation.cell_scores` returns them. Each module keeps numbers and drawing apart.
"""
