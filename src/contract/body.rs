//! Request and answer bodies: bytes to values, by media type.
