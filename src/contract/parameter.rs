//! Parameters: text to values, by style and explode.
