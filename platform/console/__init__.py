"""What people see on a terminal or in a log: progress, tables, errors and exit codes."""
