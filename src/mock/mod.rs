//! The mock: one pure function from a request to what becomes of it.
