//! Renders findings: text with carets, JSON, GitHub annotations. Decides nothing.
