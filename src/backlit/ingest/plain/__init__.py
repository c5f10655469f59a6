"""How are most pages read from their bytes by compiled kernels? `page` has the way in; docs/adr/0012."""
