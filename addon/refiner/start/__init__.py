"""A pose near enough for the network: closed form, and Gauss-Newton steps under a prior."""
