//! Finds what is wrong with schemas as written.
