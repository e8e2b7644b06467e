//! A schema of any dialect to JSON Schema 2020-12.
