"""What people see: tables, figures and the page, from the files that the analysis wrote."""
