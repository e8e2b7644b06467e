//! OpenAPI Overlays 1.0: changes to a description, applied when it is read.
