//! String formats: OpenAPI's registry as checks.
