//! YAML text to a tree with marks.
