"""The one exception for a user's mistake."""


class UserError(SystemExit):
    """What is wrong, where, and what would be right.

    A `SystemExit`: left uncaught, in a script or while the Snakefile is read, it ends the program
    with its message, exit status 1 and no traceback.
    """
