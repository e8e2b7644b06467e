//! XML, by the `xml` objects of a schema, in both directions.
