"""First run and sign-in: the ways in, the browser that is awaited, the accounts that can be entered."""
