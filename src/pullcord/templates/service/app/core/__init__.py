"""What every resource shares: settings, authentication, errors, pages, storage."""
