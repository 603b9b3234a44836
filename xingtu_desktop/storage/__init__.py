"""What stays on this computer: encrypted SQLite files per account, read and written through small stores."""
