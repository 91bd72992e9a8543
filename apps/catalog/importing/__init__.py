"""Reading product files of other systems: pure parsing and reporting, no database."""
